"""Bias field, 1 mm grid, pooled z-score."""
