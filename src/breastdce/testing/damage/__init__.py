"""Ways in which DICOM from outside is damaged or lies: one kind, one file."""
