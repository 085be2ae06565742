"""Engines that go wrong, for the command's tests. `sitecustomize` makes them known to child processes too."""
