"""A generated trial as it lies in an archive: makers, visits, decoys, defects, planted identities."""
