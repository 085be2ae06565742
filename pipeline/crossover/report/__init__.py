"""What people read of runs and models."""
