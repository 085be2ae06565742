"""Trained models in the formats of other libraries, each proved on rows of the run.

`scikit_learn`, `mllib` and `onnx` import the library that their name says, and are loaded when they are asked for; no
other module here imports one.
"""
