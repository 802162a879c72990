"""A record of a model, and folds, for tests."""

from __future__ import annotations

from typing import Any

from breastdce.segment.bundle import Metric, ModelCard, TrainingData
from breastdce.segment.folds import Folds, make_folds
from breastdce.segment.preset import ResUNetParams


def made_folds(people: int = 20, *, outer: int = 4, inner: int = 2) -> Folds:
    strata = {f"p{n:03d}": ("SIEMENS" if n % 3 else "GE",) for n in range(people)}
    return make_folds(
        strata, names=["maker"], seed=7, outer=outer, inner=inner, dataset_digest="sha256:0"
    )


def places(folds: Folds) -> list[tuple[int, int]]:
    return [(outer.outer, inner.inner) for outer in folds.folds for inner in outer.inner]


def made_card(**changes) -> ModelCard:
    facts: dict[str, Any] = {
        "title": "A small model",
        "package_version": "0.1.0",
        "preset": "tiny",
        "network": ResUNetParams(base=2, dropout=0.0),
        "patch": (16, 16, 32),
        "training": TrainingData(
            n_participants=20,
            n_exams=20,
            makers=("GE", "SIEMENS"),
            source="Made up.",
            license="None",
        ),
        "methods": ("It was trained for a test.",),
        "metrics": {"Dice, mean": Metric(value=0.75, low=0.7, high=0.8, n=20)},
        "known_failures": ("It misses small tumors.",),
        "intended_input": "Three phases of a test.",
        "license": "CC0 | for tests",
        "citation": ("Nobody, 2022.",),
    }
    return ModelCard(**facts | changes)
