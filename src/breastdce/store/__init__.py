"""Content-addressed artifacts and records."""
