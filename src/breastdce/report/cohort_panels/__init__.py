"""One section of the cohort page each."""
