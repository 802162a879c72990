"""From signal to concentration to Tofts models, for exams with many phases and a known T10."""
