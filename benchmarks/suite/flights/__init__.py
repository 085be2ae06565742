"""conf/flights.yaml by hand."""
