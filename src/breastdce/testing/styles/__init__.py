"""How scanners write a dynamic: one vendor, one file."""
