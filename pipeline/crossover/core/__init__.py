"""The floor: errors, hashing, nearest names, redaction, clocks, numeric kernels. Imports nothing of ours."""
