"""One file a model: parameters, the mapping to each library, the fitted numbers, the scorer."""
