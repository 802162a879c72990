"""Numbers of many exams for the pages: pure functions on arrays."""
