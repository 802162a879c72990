"""The ledger of revisions, the files beside it, and the room in which readers work."""
