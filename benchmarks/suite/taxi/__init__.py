"""conf/taxi.yaml by hand."""
