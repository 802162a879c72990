"""What is wrong with an exam: one kind, one file."""
