"""Whole documents beside the same work written by hand in pandas, Polars and PySpark."""
