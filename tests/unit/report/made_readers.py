"""A small page of two readers."""

from __future__ import annotations

import math

from msgspec import structs

from breastdce.report.readers_page import (
    Figure,
    PairDice,
    PairView,
    Quartiles,
    ReadersPage,
    ReaderView,
    ReadView,
)

NAN = math.nan
SOME = Quartiles(0.9, 0.8, 1.0)
NONE = Quartiles(NAN, NAN, NAN)
ANNA = ReaderView(
    letter="A",
    name="<b>Anna</b>",
    cases=3,
    marked=2,
    volume_ml=Quartiles(2.0, 1.0, 3.0),
    dice_to_majority=NONE,
    sensitivity=SOME,
)
PAIR = PairView(
    first="A",
    second="B",
    cases=3,
    one_empty=1,
    both_empty=0,
    dice=SOME,
    hd95_mm=Quartiles(2.0, 1.0, math.inf),
    icc=Figure(0.95, 0.9, 0.98),
    kappa=Figure(NAN, NAN, NAN, "fewer than two exams"),
    bias_ml=Figure(-0.5, -1.0, 0.0),
    limits_ml=(Figure(-2.0, -3.0, -1.0), Figure(1.0, 0.0, 2.0)),
    bias_ratio=Figure(0.9, 0.8, 1.0),
    limits_ratio=(Figure(0.5, 0.4, 0.6), Figure(1.6, 1.5, 1.7)),
    without_ratio=1,
)


def read(exam: str, first: float, second: float, dice: float) -> ReadView:
    return ReadView(
        exam=exam,
        volumes_ml={"A": first, "B": second},
        sensitivity={"A": 0.5, "B": 1.0},
        pairs=(PairDice("A", "B", dice, 3.0 if dice else math.inf),),
        majority_ml=1.0,
        staple_ml=1.5,
        staple="",
    )


PAGE = ReadersPage(
    dataset="ispy1",
    origin="blinded",
    participants=2,
    complete=3,
    icc=Figure(0.95, 0.9, 0.98),
    kappa=Figure(1.0, NAN, NAN, "no interval"),
    kappa_name="Cohen's",
    readers=(ANNA, structs.replace(ANNA, letter="B", name="Bert")),
    pairs=(PAIR,),
    cases=(
        read("sub-1_ses-1", 4.0, 5.0, 0.8),
        read("sub-1_ses-2", 3.0, 0.0, 0.0),
        read("sub-2_ses-1", 1.0, 1.0, 0.9),
    ),
    files=("pairs.tsv",),
)
