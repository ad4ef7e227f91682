"""Figures that the project claims, measured beside peers in the same run: `python -m benchmarks NAME`."""
