"""Exams as training reads them: arrays on disk, along the axes of the body, read patch by patch.

<exam>/images.npy      float16 [phase, i, j, k], i to the right, j to the front, k to the head
<exam>/label.npy       uint8 [i, j, k]
<exam>/foreground.npy  int32 (n, 3), some voxels of the tumor
<exam>/case.json       what it was made from, and the digests of the arrays; written last

An exam is stored again when its files have changed, or when an array is not what was written.
"""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from breastdce.core.codes import ErrorCode
from breastdce.core.digest import digest_json
from breastdce.core.errors import InputError
from breastdce.core.grid import Grid, Window
from breastdce.core.volume import Mask, Volume
from breastdce.dataset.provenance import sha256
from breastdce.formats.arrays import map_array, write_array
from breastdce.formats.atomic import write_bytes
from breastdce.formats.nifti import read_mask, read_volume
from breastdce.imaging.anatomical import Anatomical
from breastdce.imaging.box import bounding_box, widened
from breastdce.prepare.resample import resample_mask
from breastdce.run.training_source import TrainingExam
from breastdce.segment.sampling import MARGIN_MM, MOST_FOREGROUND, Case

_FORM = 2
"""Of the files; raised when exams must be stored anew."""
_SPACING_TOLERANCE_MM = 0.01
_ARRAYS = ("images.npy", "label.npy", "foreground.npy")


class CaseNote(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The content of case.json."""

    source: str
    """Digest of the files that the arrays were made from."""
    breast: tuple[tuple[int, int], tuple[int, int], tuple[int, int]]
    """Box of the breasts with a margin: first voxel and last but one along each axis."""
    floor: float
    volume_ml: float
    shape: tuple[int, int, int]
    arrays: dict[str, str]
    """SHA-256 of each file of the exam, by name."""


def store_case(folder: Path, exam: TrainingExam) -> CaseNote:
    """Store an exam below `folder`, unless it is there, made from the same files.

    Raises
    ------
    InputError
        GRID_MISMATCH when image and mask differ in grid; IMAGE_INVALID when it is not of 1 mm.
    """
    paths = [*exam.images, exam.label, *filter(None, (exam.breast,))]
    source = digest_json({"form": _FORM, "files": [sha256(path) for path in paths]})
    known = _note(folder / exam.name)
    if known is not None and known.source == source and is_intact(folder, exam.name):
        return known
    phases, label = [read_volume(path) for path in exam.images], read_mask(exam.label)
    _check(exam, phases, label)
    breast = None
    if exam.breast is not None:
        breast = resample_mask(read_mask(exam.breast), label.grid).data
    along = Anatomical.of(label.grid)
    stacked = np.stack([along.view(phase.data) for phase in phases]).astype(np.float16)
    mask = np.ascontiguousarray(along.view(label.data))
    known_breast = None if breast is None else np.ascontiguousarray(along.view(breast))
    return _write(folder / exam.name, stacked, mask, known_breast, source)


def store_arrays(
    folder: Path,
    name: str,
    images: NDArray[np.float32],
    label: NDArray[np.bool_],
    breast: NDArray[np.bool_] | None = None,
) -> CaseNote:
    """Store an exam that is already along the axes of the body, 1 mm, z-scored."""
    return _write(folder / name, images.astype(np.float16), label, breast, "")


def open_case(folder: Path, name: str) -> Case:
    """Open a stored exam; its images are read when a patch is cut out of them.

    Raises
    ------
    InputError
        IMAGE_INVALID when it is not there.
    """
    note = _note(folder / name)
    if note is None:
        raise InputError(ErrorCode.IMAGE_INVALID, evidence={"file": str(folder / name)})
    i, j, k = (slice(first, last) for first, last in note.breast)
    return Case(
        name=name,
        images=map_array(folder / name / "images.npy"),
        label=map_array(folder / name / "label.npy"),
        foreground=np.array(map_array(folder / name / "foreground.npy")),
        breast=(i, j, k),
        floor=note.floor,
    )


def is_intact(folder: Path, name: str) -> bool:
    """Tell whether every array of a stored exam is what was written; reads all of them once."""
    note, exam = _note(folder / name), folder / name
    return note is not None and all(
        (exam / array).is_file() and sha256(exam / array) == note.arrays.get(array)
        for array in _ARRAYS
    )


def _write(
    folder: Path,
    images: NDArray[np.float16],
    label: NDArray[np.bool_],
    breast: NDArray[np.bool_] | None,
    source: str,
) -> CaseNote:
    (folder / "case.json").unlink(missing_ok=True)
    voxels = np.argwhere(label).astype(np.int32)
    some = np.linspace(0, len(voxels) - 1, min(len(voxels), MOST_FOREGROUND)).astype(int)
    write_array(folder / "images.npy", images)
    write_array(folder / "label.npy", label.astype(np.uint8))
    write_array(folder / "foreground.npy", voxels[some])
    i, j, k = label.shape
    window = _window(breast, (i, j, k))
    note = CaseNote(
        source=source,
        breast=((window[0].start, window[0].stop), (window[1].start, window[1].stop),
                (window[2].start, window[2].stop)),
        floor=float(images.min()),
        volume_ml=len(voxels) / 1000,
        shape=(i, j, k),
        arrays={array: sha256(folder / array) for array in _ARRAYS},
    )  # fmt: skip
    write_bytes(folder / "case.json", msgspec.json.encode(note))
    return note


def _window(breast: NDArray[np.bool_] | None, shape: tuple[int, int, int]) -> Window:
    if breast is None or not breast.any():
        return slice(0, shape[0]), slice(0, shape[1]), slice(0, shape[2])
    return widened(bounding_box(breast), (MARGIN_MM,) * 3, shape)


def _note(folder: Path) -> CaseNote | None:
    try:
        return msgspec.json.decode((folder / "case.json").read_bytes(), type=CaseNote)
    except (OSError, msgspec.DecodeError):
        return None


def _check(exam: TrainingExam, phases: list[Volume], label: Mask) -> None:
    for phase in phases:
        if not phase.grid.matches(label.grid):
            raise InputError(
                ErrorCode.GRID_MISMATCH,
                evidence={
                    "exam": exam.name,
                    "image": _words(phase.grid),
                    "mask": _words(label.grid),
                },
            )
    if any(abs(step - 1) > _SPACING_TOLERANCE_MM for step in label.grid.spacing_mm):
        raise InputError(
            ErrorCode.IMAGE_INVALID,
            "A network learns from images of 1 mm",
            evidence={"exam": exam.name, "grid": _words(label.grid)},
            remedy="Prepare the exams with `breastdce run`.",
        )


def _words(grid: Grid) -> str:
    shape, spacing = (
        " x ".join(f"{n:g}" for n in values) for values in (grid.shape, grid.spacing_mm)
    )
    return f"{shape} voxels of {spacing} mm"
