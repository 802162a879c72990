"""Features of an image inside a region."""
