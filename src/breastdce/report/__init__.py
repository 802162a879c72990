"""Pages and figures from stored artifacts."""
