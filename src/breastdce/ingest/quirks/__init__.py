"""Peculiarities of scanners and archives, one file each."""
