"""Generated exams to learn from: what varies, how it is drawn, and how it is made an image."""
