"""Random graphs of relations."""
