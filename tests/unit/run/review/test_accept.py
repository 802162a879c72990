"""The expert's mask of a data set becomes what its ledger says, and nothing else is touched."""

from __future__ import annotations

import shutil

import numpy as np
import pytest

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import StoreError
from breastdce.dataset import layout
from breastdce.dataset.layout import MaskName
from breastdce.formats.nifti import read_mask
from breastdce.run.review.accept import accepted_revisions, read_revised, settle, settle_exam
from breastdce.run.review.ledger import read_register
from breastdce.run.review.mask_files import MaskFiles
from tests.unit.run.review.conftest import ANNA, EXAM, JUDGE, data_of, sign


@pytest.fixture
def accepted(room):
    """A room in which the first of two revisions is accepted."""
    sign(room)
    sign(room, ANNA, EXAM, (2, 2, 2))
    room.accept(EXAM, 1, JUDGE)
    return room


def expert(out):
    return layout.mask(out, EXAM, MaskName.STV_EXPERT)


def test_the_accepted_mask_is_read_as_it_was_signed(accepted, out):
    (revised,) = accepted_revisions(out).values()
    assert revised.number == 1
    mask = read_revised(out, EXAM, revised)
    np.testing.assert_array_equal(mask.data, data_of(accepted, EXAM, 1))


def test_an_accepted_mask_that_was_exchanged_is_refused(accepted, out):
    revised = accepted_revisions(out)[str(EXAM)]
    _, other = accepted.revisions(EXAM, JUDGE)
    files = MaskFiles(out)
    shutil.copy(files.path(EXAM, other.mask), files.path(EXAM, revised.mask))
    with pytest.raises(StoreError) as caught:
        read_revised(out, EXAM, revised)
    assert caught.value.code is ErrorCode.LEDGER_BROKEN


def test_an_experts_mask_that_was_lost_is_written_again(accepted, out):
    before = expert(out).read_bytes()
    expert(out).unlink()
    settle(out)
    assert expert(out).read_bytes() == before


def test_a_mask_of_a_revision_that_is_not_accepted_any_more_is_taken_away(accepted, out):
    copy = expert(out).read_bytes()
    accepted.send_back(EXAM, ANNA.name, JUDGE, "again")
    expert(out).write_bytes(copy)
    settle(out)
    assert not expert(out).exists()


@pytest.mark.parametrize("kind", ["no mask", "another mask"])
def test_what_is_none_of_the_ledgers_is_left_alone(accepted, out, kind):
    accepted.send_back(EXAM, ANNA.name, JUDGE, "again")
    if kind == "no mask":
        expert(out).write_bytes(b"\x1f\x8b notes of mine")
    else:
        shutil.copy(layout.mask(out, EXAM, MaskName.STV_CANDIDATE), expert(out))
    before = expert(out).read_bytes()
    settle(out)
    assert expert(out).read_bytes() == before


def test_an_exam_that_is_not_in_the_data_set_is_passed_over(accepted, out):
    standing = read_register(layout.review_ledger(out)).exams[str(EXAM)]
    assert settle_exam(out, EXAM, standing)
    shutil.rmtree(layout.exam_folder(out, EXAM))
    assert not settle_exam(out, EXAM, standing)
    assert not layout.exam_folder(out, EXAM).exists()


def test_without_a_ledger_nothing_is_accepted(out):
    assert accepted_revisions(out) == {}
    settle(out)
    assert read_mask(layout.mask(out, EXAM, MaskName.STV_CANDIDATE)).data.any()
    assert not expert(out).exists()
