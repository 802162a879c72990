"""Settings of other programs, as far as they can be honored here."""
