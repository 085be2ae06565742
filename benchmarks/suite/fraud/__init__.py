"""Is a payment fraudulent, by hand."""
