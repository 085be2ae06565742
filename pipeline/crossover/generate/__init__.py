"""Data made from a seed: the same values on every machine, with every version and any number of workers."""
