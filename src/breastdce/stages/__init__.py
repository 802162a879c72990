"""Typed adapters between the science and the runner, one file each."""
