"""Customers by how often they order and how much they send back, by hand."""
