"""Where exams are computed, one file each."""
