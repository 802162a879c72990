"""A digital breast phantom and a cohort of it as genuine DICOM."""
