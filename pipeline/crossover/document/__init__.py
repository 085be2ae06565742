"""From a YAML file to a typed document in which everything knows its line and column."""
