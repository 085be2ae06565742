"""What engines on one machine share: fitting on NumPy blocks by scikit-learn."""
