"""A small data set with a room in it."""

from __future__ import annotations

import shutil
from itertools import count

import numpy as np
import pytest

from breastdce.review.changes import between
from breastdce.review.revision import Reader, Role
from breastdce.run.review.room import ReviewRoom
from tests.unit.dataset.conftest import EXAMS, build

EXAM = EXAMS[0]
ANNA, BERT = Reader("Anna", Role.READER), Reader("Bert", Role.READER)
JUDGE = Reader("Judge", Role.ADJUDICATOR)
ADMIN = Reader("Admin", Role.ADMIN)


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    return build(tmp_path_factory.mktemp("made") / "out")


@pytest.fixture
def out(made, tmp_path):
    return shutil.copytree(made, tmp_path / "out")


@pytest.fixture
def room(out):
    ticks = count()
    with ReviewRoom(out, now=lambda: f"2026-01-01T00:00:{next(ticks):02d}+00:00") as room:
        yield room


def stroke(mask, *voxels, value=True):
    """The change that gives voxels a value."""
    new = mask.copy(order="F")
    for voxel in voxels:
        new[voxel] = value
    return between(mask, new)


def toggled(mask, *voxels):
    """The change that turns voxels."""
    new = mask.copy(order="F")
    for voxel in voxels:
        new[voxel] = not new[voxel]
    return between(mask, new)


def sign(room, reader=ANNA, exam=EXAM, *voxels, comment=""):
    """A revision in which voxels are turned."""
    draft = room.open_draft(exam, reader)
    change = toggled(draft.mask, *(voxels or ((1, 2, 3),)))
    number = room.append(exam, reader, draft.parent, draft.sequence, change)
    return room.sign(exam, reader, draft.parent, number, comment, 12.5)


def data_of(room, exam, number):
    return np.asarray(room.revision_mask(exam, number, JUDGE).data)
