"""What descriptions say."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breastdce.core.codes import SeriesCode
from breastdce.ingest.listing.words import read_description, word_list


@pytest.mark.parametrize(
    ("description", "code"),
    [
        ("PRE AND POST DYNAMIC FL3D _SUB", SeriesCode.SUBTRACTION),
        ("SUB_S4-S3_1", SeriesCode.SUBTRACTION),
        ("(4465/104/1)-(4465/102/1)", SeriesCode.SUBTRACTION),
        ("rsgt1ce1su1", SeriesCode.SUBTRACTION),
        ("PJN", SeriesCode.PROJECTION),
        ("<MPR Collection>", SeriesCode.REFORMAT),
        ("Dynamic-3dfgre: SER", SeriesCode.DERIVED_MAP),
        ("CAD~ Axial", SeriesCode.DERIVED_MAP),
        ("(24671/5/1)+(24671/5/1)", None),
        ("Dynamic-3dfgre", None),
        ("subject 4 right", None),
        ("", None),
    ],
)
def test_what_workstations_write_is_no_phase(description, code):
    assert read_description(description).code is code


@pytest.mark.parametrize(
    ("description", "after"),
    [
        ("T1 left breast post", True),
        ("ACRIN_6657/FL3D_T1_SAG_POS", True),
        ("RT IR-SPGR SAG+c", True),
        ("T1 left breast post delay", True),
        ("3D SAG FSPGR PRE/POST", False),
        ("PRE AND POST DYNAMIC FL3D", False),
        ("PRE DYNAMIC FOR POSITION", False),
        ("BILAT T1 SPGR PRE", False),
    ],
)
def test_after_contrast(description, after):
    assert read_description(description).after is after


@pytest.mark.parametrize(
    ("description", "side"),
    [("fl3d_sag_uni_L", "L"), ("RT IR-SPGR SAG", "R"), ("LT/RT FMPSPGR", ""), ("3D", "")],
)
def test_sides(description, side):
    assert read_description(description).side == side


@pytest.mark.parametrize(
    ("description", "phases"),
    [("#6657 BreasFS3DSAG 6DYN", 6), ("#6657 Breas3DSAG6D 1.37", 6), ("3D", None), ("2 dyn", None)],
)
def test_numbers_of_phases(description, phases):
    assert read_description(description).phases == phases


def test_fat_saturation_counts_unless_it_is_denied():
    assert read_description("T1 fat sat").score > read_description("T1").score
    for name in ("T1 non fat sat", "T1 no fatsat", "T1 Sagittal not fat sat", "T1 VIBE NO FS"):
        assert read_description(name).score < read_description("T1 sagittal").score


def test_every_word_has_a_use_and_a_source():
    for word in word_list():
        re.compile(word.pattern)
        assert word.code or word.points or word.says or word.phases, word.name
        assert word.source
        assert word.seen


@given(st.text(max_size=80))
def test_any_text_is_read(description):
    reading = read_description(description)
    assert reading.score == sum(points for _, points in reading.points)
