"""Exams to learn from: random anatomy, tumors and scanners, with the label that is true of them."""

from __future__ import annotations

from breastdce.testing.trial.canvas import Matter
from breastdce.testing.trial.exam import LearningExam, LearningFacts, learning_cohort, learning_exam

__all__ = ["LearningExam", "LearningFacts", "Matter", "learning_cohort", "learning_exam"]
