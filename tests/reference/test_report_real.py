"""The page of a real exam: known class counts, sagittal first, a size one can mail."""

from __future__ import annotations

import re

import numpy as np
import pydicom
import pytest

from breastdce.core.exam import Box, PhaseRole, Region, TimeZero, Triple, VoiSource
from breastdce.core.grid import Grid
from breastdce.core.volume import Volume
from breastdce.kinetics.enhancement import percent_enhancement, signal_enhancement_ratio
from breastdce.kinetics.ftv import functional_tumor_volume
from breastdce.kinetics.thresholds import FtvParams
from breastdce.report.color import ser_class
from breastdce.report.page import render_exam
from breastdce.report.view import ExamView, PhaseView

pytestmark = pytest.mark.data

# Affine and region of ucsf_br_06 as its headers give them (RAS+ mm; first and last voxel).
DIRECTION = np.array([[0.0, 0.0, 1.0], [-1.0, 0.0, 0.0], [0.0, -1.0, 0.0]])
GRID = Grid((256, 256, 60), (0.703125, 0.703125, 2.0), DIRECTION, (-157.800003, 106.699997, 78.0))
REGION = Region(
    source=VoiSource.PRODUCER,
    voi=Box((40, 72, 9), (147, 195, 50)),
    background=35,
    pe_percent=70.0,
    min_neighbors=4,
)


@pytest.fixture(scope="module")
def exam(data) -> ExamView:
    files = [path for path in data("ucsf_br_06/dce").rglob("*") if path.is_file()]
    datasets = sorted(map(pydicom.dcmread, files), key=lambda d: int(d.InstanceNumber))
    phases = []
    for start in (0, 60, 120):
        slices = datasets[start : start + 60]
        slices.sort(key=lambda d: float(d.ImagePositionPatient[0]), reverse=True)  # left to right
        voxels = np.stack([d.pixel_array.T for d in slices], axis=2)
        phases.append(Volume(np.asfortranarray(voxels, np.float32), GRID))
    triple = Triple(*phases)
    ftv = functional_tumor_volume(triple, REGION, FtvParams()).mask
    roles = (PhaseRole.PRE, PhaseRole.POST1, PhaseRole.POST2)
    return ExamView(
        exam="sub-1_ses-1",
        row={"ftv_ml": ftv.volume_ml, "pe_threshold_percent": 70},
        phases=tuple(
            PhaseView(volume, role, time)
            for volume, role, time in zip(phases, roles, (-230.0, 177.0, 531.0), strict=True)
        ),
        phase_indices=(0, 1, 2),
        time_zero=TimeZero.FIRST_POST_START,
        pe=percent_enhancement(triple.pre, triple.post1),
        ser=signal_enhancement_ratio(*triple),
        ftv=ftv,
    )


def test_ser_classes_are_the_known_counts(exam):
    counts = np.bincount(ser_class(exam.ser.data[exam.ftv.data]), minlength=6)
    assert counts.tolist() == [0, 10592, 3632, 15065, 10809, 1007]  # exact: ties are closed


def test_a_sagittal_exam_opens_sagittal_and_stays_small(exam):
    page = render_exam(exam)
    assert "Sagittal" in re.findall(r"<h3>([^<]+)", page)[0]
    assert len(page.encode()) < 1_500_000
