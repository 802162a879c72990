"""Revision of masks by people: changes, revisions, their chain; tools; how readers agree."""
