"""A generated trial as an archive has it: makers, visits, decoys, defects, planted identities."""
