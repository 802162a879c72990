"""breastdce: raw breast DCE-MRI in, a curated data set out."""

__version__ = "0.1.0"
