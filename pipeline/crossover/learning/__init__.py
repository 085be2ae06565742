"""How a model is prepared, fitted, kept and judged."""
