"""Who does it. Each engine is one folder with the same file names; none knows operations, documents or another engine."""
