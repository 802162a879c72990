"""Ledger and files agree wherever a program is killed, and saved work is there afterwards."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from breastdce.dataset import layout
from breastdce.dataset.layout import MaskName
from breastdce.formats.nifti import read_mask
from breastdce.run.review.room import ReviewRoom
from breastdce.run.review.verify import check_review
from tests.unit.run.review.conftest import ANNA, EXAM, JUDGE, data_of

PROGRAM = Path(__file__).with_name("killed.py")
UNFINISHED = {
    "the ledger knows no such file",  # a mask whose row was not written, or a file half written
    "the accepted revision is not in the data set as the expert's mask",
    "the expert's mask is not the accepted revision",
}
"""What may be found before the room is opened again, which mends it."""
NOT_TAKEN_UP = "features and report are not of what the ledger says now"


class Killed:
    """The program that is killed, step by step."""

    def __init__(self, out, deed, kills):
        self._process = subprocess.Popen(
            [sys.executable, str(PROGRAM), str(out), deed, str(kills)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __iter__(self):
        """After each kill, and again when there is something to do for the next."""
        told, go = self._process.stdout, self._process.stdin
        assert told is not None
        assert go is not None
        with told, go:
            for line in told:
                yield line.split()
                go.write("\n")
                go.flush()
        assert self._process.wait() == 0


def found(out):
    return {one.what for one in check_review(out)} - {NOT_TAKEN_UP}


def look(out):
    """Revisions, and the open draft, of a room that is opened after a crash."""
    assert found(out) <= UNFINISHED
    with ReviewRoom(out) as room:
        revisions = room.revisions(EXAM, JUDGE)
        draft = room.open_draft(EXAM, ANNA) if room.case(EXAM, ANNA).draft else None
        masks = [data_of(room, EXAM, one.number) for one in revisions]
        accepted = room.cases(JUDGE)[0].state == "accepted"
    assert found(out) == set()
    return revisions, masks, draft, accepted


def run_killed(out, deed, kills):
    """What is there before and after each kill."""
    before = None
    seen = []
    for told in Killed(out, deed, kills):
        after = look(out)
        if told[0] == "prepared":
            before = after
            continue
        assert int(told[1]) == signal.SIGKILL  # killed, and by nothing else
        if before is not None:
            seen.append((before, after))
        before = after
    return seen


@pytest.mark.slow
def test_killed_50_times_while_signing_nothing_is_lost_and_nothing_is_half(out):
    outcomes = []
    for before, after in run_killed(out, "sign", 51):  # the first has nothing before it
        revisions, _, draft, _ = before
        now_revisions, now_masks, now_draft, _ = after
        signed = len(now_revisions) - len(revisions)
        outcomes.append(signed)
        if signed:
            assert now_draft is None
            np.testing.assert_array_equal(now_masks[-1], draft.mask)
            assert now_revisions[-1].parent == draft.parent
        else:
            assert now_draft.head == draft.head
            np.testing.assert_array_equal(now_draft.mask, draft.mask)
        assert now_revisions[: len(revisions)] == revisions
    assert len(outcomes) == 50
    assert set(outcomes) == {0, 1}  # some were killed before the row was written, some after


@pytest.mark.slow
def test_killed_while_saving_a_stroke_it_is_there_or_not_and_the_others_are(out):
    outcomes = []
    for before, after in run_killed(out, "append", 21):
        draft, now = before[2], after[2]
        strokes = now.sequence - draft.sequence
        outcomes.append(strokes)
        expected = draft.mask.copy(order="F")
        if strokes:
            at = np.unravel_index(now.sequence % expected.size, expected.shape, order="F")
            expected[at] = not expected[at]
        np.testing.assert_array_equal(now.mask, expected)
    assert set(outcomes) == {0, 1}


@pytest.mark.slow
def test_killed_while_accepting_the_expert_mask_is_what_the_ledger_says(out):
    outcomes = []
    path = layout.mask(out, EXAM, MaskName.STV_EXPERT)
    for told in Killed(out, "accept", 20):
        _, masks, _, accepted = look(out)
        assert accepted == path.exists()
        if accepted:
            np.testing.assert_array_equal(read_mask(path).data, masks[-1])
        if told[0] != "prepared":
            assert int(told[1]) == signal.SIGKILL
            outcomes.append(accepted)
    assert set(outcomes) == {False, True}
