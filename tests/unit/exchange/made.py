"""One small exam of a data set for tests of the layouts."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from breastdce.core.grid import Grid
from breastdce.core.volume import Mask, Volume
from breastdce.exchange.records import Entry, ExamFiles, MaskKind, Output
from breastdce.formats.nifti import write_mask, write_volume
from breastdce.imaging.resample import isotropic_grid

TURN = np.array([[0.0, 0.0, 1.0], [-1.0, 0.0, 0.0], [0.0, -1.0, 0.0]])  # a sagittal series
NATIVE = Grid((8, 9, 6), (0.7031, 0.7031, 2.2), TURN, (10.0, -20.5, 30.25))
PREPARED = isotropic_grid(NATIVE, 1.0)
EVERY = tuple(MaskKind)


def exam_files(folder: Path, masks: Iterable[MaskKind] = EVERY, exam="sub-01_ses-T0") -> ExamFiles:
    """Files of an exam with four phases from the pre-contrast one on."""
    rng = np.random.default_rng(len(exam))
    native = [folder / f"{exam}_native_{n}.nii.gz" for n in range(4)]
    images = [folder / f"{exam}_image_{n}.nii.gz" for n in range(3)]
    for path in native:
        signal = rng.integers(0, 900, NATIVE.shape).astype(np.float32)
        write_volume(path, Volume(signal, NATIVE), dtype="exact-integer")
    for path in images:
        write_volume(path, Volume(rng.normal(size=PREPARED.shape).astype(np.float32), PREPARED))
    paths = {kind: folder / f"{exam}_{kind}.nii.gz" for kind in masks}
    for kind, path in paths.items():
        grid = NATIVE if kind is MaskKind.FTV else PREPARED
        write_mask(path, Mask(rng.random(grid.shape) > 0.7, grid))
    case = exam[4:].partition("_")[0]
    return ExamFiles(exam=exam, case=case, native=tuple(native), images=tuple(images), masks=paths)


def written(outputs: Iterable[Output], dest: Path) -> list[Entry]:
    """Write what a layout gave."""
    entries = []
    for output in outputs:
        path = dest / output.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(output.payload)
        entries.append(Entry(output.path, "", output.exam, output.mask))
    return entries
