"""Families as the Image Biomarker Standardisation Initiative defines them (IBSI 1)."""
