"""Panels as data: columns, families, parameters."""
