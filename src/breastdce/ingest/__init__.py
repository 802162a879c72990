"""Ingest: from a tree of files to exams with phases, times and a reason for all else."""
