"""Who is in a cohort, and the tables that describe it: rules, schemas and tables as data."""
