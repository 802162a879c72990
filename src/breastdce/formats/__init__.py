"""Files on disk: DICOM, NIfTI, tables."""
