"""Feature families, one file each, by the standard that they follow."""
