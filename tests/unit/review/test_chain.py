"""The chain over the ledger's rows: what it finds, and what it cannot."""

from __future__ import annotations

import hashlib
import json

import pytest

from breastdce.review.chain import FIRST, Stored, faults, linked, read_row
from breastdce.review.delta import EditDelta
from breastdce.review.revision import Event, EventKind, Revision, Row

DELTA = EditDelta(
    voxels_added=3,
    voxels_removed=0,
    volume_ml=0.1 + 0.2,
    parent_ml=0.003,
    dice_to_parent=None,
    hd95_mm=None,
    assd_mm=1e-7,
    slices_touched=(1, 2, 3),
    seconds=4.5,
)


def event(number: int) -> Event:
    return Event(
        kind=EventKind.OPENED,
        exam="sub-1_ses-1",
        reader="Änne",
        created=f"2026-01-01T00:00:{number:02d}+00:00",
        detail={"parent": "ab" * 32},
    )


def revision(number: int) -> Revision:
    return Revision(
        exam="sub-1_ses-1",
        number=number,
        reader="Änne",
        created="2026-01-01T00:01:00+00:00",
        parent="ab" * 32,
        mask="cd" * 32,
        surface="ef" * 32,
        tool="browser",
        comment='said "yes"\nand more',
        seconds=4.5,
        delta=DELTA,
    )


@pytest.fixture
def rows():
    stored, previous = [], FIRST
    told: list[Row] = [event(1), revision(1), event(2), event(3)]
    for number, row in enumerate(told, 1):
        placed, text = linked(row, previous)
        stored.append(Stored(number, text, placed.link))
        previous = placed.link
    return stored


def test_an_untouched_chain_has_no_fault_and_gives_its_rows_back(rows):
    assert list(faults(rows, 4)) == []
    assert list(faults([], 0)) == []
    back = read_row(rows[1])
    assert isinstance(back, Revision)
    assert (back.delta, back.comment, back.previous) == (DELTA, revision(1).comment, rows[0].link)


def test_the_link_can_be_checked_with_any_blake2b(rows):
    for row in rows:
        assert hashlib.blake2b(row.text.encode(), digest_size=32).hexdigest() == row.link
        assert "link" not in json.loads(row.text)


def test_an_edited_row_is_found(rows):
    rows[1] = rows[1]._replace(text=rows[1].text.replace("4.5", "4.6"))
    assert [(fault.number, fault.what) for fault in faults(rows, 4)] == [
        (2, "the row is not the one that was written")
    ]


def test_a_row_edited_with_its_link_breaks_the_next_one(rows):
    text = rows[1].text.replace("4.5", "4.6")
    link = hashlib.blake2b(text.encode(), digest_size=32).hexdigest()
    rows[1] = Stored(2, text, link)
    assert [fault.number for fault in faults(rows, 4)] == [3]


@pytest.mark.parametrize("gone", [0, 1, 2])
def test_a_row_that_was_taken_out_is_found(rows, gone):
    del rows[gone]
    found = list(faults(rows, 4))
    assert found[0].number == gone + 2
    assert "missing" in found[0].what


def test_missing_last_rows_are_found_by_the_highest_number(rows):
    (found,) = faults(rows[:2], 4)
    assert (found.number, found.what) == (0, "the last rows are missing: 2 of 4 are there")
    assert list(faults(rows[:2], 2)) == []  # a chain alone cannot know


def test_rows_taken_out_and_numbered_anew_are_found(rows):
    anew = [row._replace(number=number) for number, row in enumerate([rows[0], *rows[2:]], 1)]
    assert [fault.number for fault in faults(anew, 3)] == [2]


def test_rows_that_changed_places_are_found(rows):
    moved = [rows[0], rows[2]._replace(number=2), rows[1]._replace(number=3), rows[3]]
    assert {fault.number for fault in faults(moved, 4)} == {2, 3, 4}


def test_text_that_is_no_row_is_a_fault_not_an_error(rows):
    text = "no JSON"
    rows[3] = Stored(4, text, hashlib.blake2b(text.encode(), digest_size=32).hexdigest())
    assert [fault.number for fault in faults(rows, 4)] == [4]
