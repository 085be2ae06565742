"""Evaluation of many scores: ours beside MLlib's evaluator and scikit-learn."""
