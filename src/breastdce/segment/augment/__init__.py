"""Transforms of training patches: one file each, one draw for all phases."""
