"""Quality of an exam: measures with bounds, artifacts with a place, what to look at first."""
