"""Which series of a public archive are wanted, and whether what arrived is what was meant."""
