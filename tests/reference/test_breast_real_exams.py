"""Mask and proposal on two real exams: what the producer measured and the eye sees lies inside."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pydicom
import pytest

from breastdce.core.exam import Box, Region, Triple, VoiSource
from breastdce.core.grid import Grid
from breastdce.core.volume import Volume
from breastdce.kinetics.ftv import functional_tumor_volume
from breastdce.kinetics.proposal import ProposalParams, propose
from breastdce.kinetics.roi import window
from breastdce.kinetics.thresholds import FtvParams
from breastdce.prepare.breast_mask import BreastMask, BreastParams, breast_mask

pytestmark = [pytest.mark.data, pytest.mark.slow]
Data = Callable[[str], Path]
PRODUCER = Region(
    source=VoiSource.PRODUCER,
    voi=Box((40, 72, 9), (147, 195, 50)),
    background=35,
    pe_percent=70.0,
    min_neighbors=4,
)
LESION = (107, 62, 15)  # duke_153: center of the 2 cm lesion, read from subtraction images


def stack(files: list[Path]) -> Volume:
    images = [pydicom.dcmread(path) for path in files]
    row, column = np.reshape([float(c) for c in images[0].ImageOrientationPatient], (2, 3))
    normal = np.cross(row, column)
    images.sort(key=lambda image: float(normal @ np.array(image.ImagePositionPatient, float)))
    first, last = (np.array(images[n].ImagePositionPatient, float) for n in (0, -1))
    step = float(normal @ (last - first)) / (len(images) - 1)
    spacing = [float(s) for s in images[0].PixelSpacing]
    grid = Grid(
        (int(images[0].Columns), int(images[0].Rows), len(images)),
        (spacing[1], spacing[0], step),
        np.stack([row, column, normal], axis=1) * [[-1.0], [-1.0], [1.0]],
        (-first[0], -first[1], first[2]),
    )
    data = np.stack([image.pixel_array.T for image in images], axis=2)
    return Volume(np.asfortranarray(data, np.float32), grid)


@pytest.fixture(scope="module")
def ucsf(data: Data) -> Triple:
    files = sorted(
        data("ucsf_br_06/dce").iterdir(),
        key=lambda path: int(pydicom.dcmread(path, stop_before_pixels=True).InstanceNumber),
    )
    return Triple(*(stack(files[start : start + 60]) for start in (0, 60, 120)))


@pytest.fixture(scope="module")
def duke(data: Data) -> Triple:
    names = ("pre", "1st_pass", "2nd_pass")
    return Triple(*(stack(sorted(data(f"duke_153/ax_dyn_{n}").iterdir())) for n in names))


def masked(phases: Triple) -> BreastMask:
    return breast_mask(phases.pre, BreastParams())


def test_no_voxel_of_the_producers_ftv_lies_outside(ucsf: Triple):
    ftv = functional_tumor_volume(ucsf, PRODUCER, FtvParams()).mask.data
    assert np.count_nonzero(ftv) == 41_105
    found = masked(ucsf)
    assert np.count_nonzero(ftv & ~found.mask.data) == 0
    assert [side.side for side in found.report.sides] == ["L"]
    assert found.caveats == ()


def test_the_first_box_holds_the_producers_ftv(ucsf: Triple):
    ftv = functional_tumor_volume(ucsf, PRODUCER, FtvParams()).mask.data
    found = masked(ucsf)
    first = propose(ucsf, found.mask, found.report.middle_mm, ProposalParams())[0]
    assert np.count_nonzero(ftv[window(first.box)]) >= 0.95 * 41_105
    assert first.side == "L"


def test_both_breasts_without_heart_and_chest(duke: Triple):
    found = masked(duke)
    assert [side.side for side in found.report.sides] == ["R", "L"]
    assert found.caveats == ()
    inside = found.mask.data
    assert inside[107, 62, 15]
    assert not inside[224, 350, 28]  # heart, behind the sternum
    assert not inside[224, 200, 28]  # air between the breasts
    assert not inside[100, 330, 5]  # liver


def test_the_first_box_holds_the_lesion_seen_by_eye(duke: Triple):
    found = masked(duke)
    first, *_ = propose(duke, found.mask, found.report.middle_mm, ProposalParams())
    box = first.box
    assert all(a < i < b for a, i, b in zip(box.first, LESION, box.last, strict=True))
    size = [
        (b - a) * step
        for a, b, step in zip(box.first, box.last, duke.pre.grid.spacing_mm, strict=True)
    ]
    assert max(size) < 55  # mm: 2 cm, pieces beside it, and two margins of 8 mm
