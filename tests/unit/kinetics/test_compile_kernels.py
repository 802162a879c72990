"""Nothing is left to compile for who runs an exam."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np

from breastdce.core.exam import Region, Triple
from breastdce.core.grid import Grid
from breastdce.core.volume import Volume
from breastdce.kinetics import compile_kernels, neighbors
from breastdce.kinetics.ftv import functional_tumor_volume
from breastdce.kinetics.pharmacokinetics import tofts
from breastdce.kinetics.sensitivity import SensitivityParams, ftv_sensitivity
from breastdce.kinetics.thresholds import FtvParams


def kernels() -> dict[str, Any]:
    return {
        name: found
        for module in (neighbors, tofts)
        for name, found in inspect.getmembers(module, lambda value: hasattr(value, "signatures"))
    }


def test_what_an_exam_calls_is_compiled_already():
    compile_kernels.main()
    before = {name: set(found.signatures) for name, found in kernels().items()}
    assert len(before) == 6
    assert sum(map(bool, before.values())) >= 4  # the others are called by kernels only
    grid = Grid((4, 3, 5), (1.0, 1.0, 1.0), np.eye(3), (0.0, 0.0, 0.0))
    images = (np.full(grid.shape, value, np.float32, order="F") for value in (20, 50, 45))
    phases = Triple(*(Volume(image, grid) for image in images))
    measured = functional_tumor_volume(phases, Region(), FtvParams()).report
    ftv_sensitivity(phases, Region(), measured, SensitivityParams())
    times, fine = np.arange(5.0, 90.0, 5.0), np.arange(0.0, 90.0, 0.5)
    models: tuple[tofts.Model, ...] = ("tofts", "extended")
    for model in models:
        table = tofts.input_table(times, fine, np.exp(-fine))
        tofts.fit_tofts(np.zeros((3, times.size), order="F"), table, model)
    assert {name: set(found.signatures) for name, found in kernels().items()} == before
