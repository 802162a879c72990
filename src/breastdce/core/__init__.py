"""What everything else stands on: grids, volumes, exams, codes, errors; no file is touched here."""
