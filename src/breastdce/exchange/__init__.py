"""Other people's layouts: our exams written as they have them, and their folders read."""
