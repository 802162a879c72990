"""Words and exit codes."""
