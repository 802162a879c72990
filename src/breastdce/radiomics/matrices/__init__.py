"""Counts that texture features are made of: compiled loops, and no feature formula."""
