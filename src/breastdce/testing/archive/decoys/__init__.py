"""What lies beside a dynamic: one kind, one file."""
