"""Families as CaPTk 1.8.1 computes them, peculiarities included."""
