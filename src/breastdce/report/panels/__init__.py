"""Panels of the exam page, one file each."""
