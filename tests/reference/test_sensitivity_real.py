"""A real exam: every count of the sweeps equals that of a call with the threshold."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from breastdce.core.exam import Box, Region, Triple, VoiSource
from breastdce.kinetics.ftv import functional_tumor_volume
from breastdce.kinetics.sensitivity import SensitivityParams, ftv_sensitivity
from breastdce.kinetics.thresholds import FtvParams
from tests.reference.test_ftv_real_exams import slices_of, stack

pytestmark = [pytest.mark.data, pytest.mark.slow]


def test_sweeps_of_a_real_exam(data: Callable[[str], Path]):
    images = slices_of(data("ucsf_br_06/dce"))
    phases = Triple(*(stack(images[start : start + 60]) for start in (0, 60, 120)))
    region = Region(
        source=VoiSource.PRODUCER,
        voi=Box((40, 72, 9), (147, 195, 50)),
        background=35,
        pe_percent=70.0,
        min_neighbors=4,
    )
    measured = functional_tumor_volume(phases, region, FtvParams()).report
    found = ftv_sensitivity(phases, region, measured, SensitivityParams())
    at = found.pe_percent.values.index(70.0)
    assert found.pe_percent.voxels[at] == 41_105
    assert found.pe_percent.voxels_by_ser[at] == 30_513
    for name, sweep in (
        ("pe_percent", found.pe_percent),
        ("background", found.background),
        ("min_neighbors", found.min_neighbors),
    ):
        for value, *counts in zip(sweep.values, sweep.voxels, sweep.voxels_by_ser, strict=True):
            changed = {name: value if name == "pe_percent" else int(value)}
            other = msgspec.structs.replace(region, **changed)
            report = functional_tumor_volume(phases, other, FtvParams()).report
            assert [report.ftv_voxels, report.kinetics.ser_at_least_threshold] == counts, changed
