"""Promises about an exam's images: one grid, one geometry, stored types, masks, z-score."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from breastdce.core.codes import CaveatCode
from breastdce.core.errors import InputError
from breastdce.core.exam import ExamId
from breastdce.core.grid import Grid
from breastdce.dataset import layout
from breastdce.dataset.checks_zscore import ImageValues, zscore_problem
from breastdce.dataset.layout import STV_BEST_FIRST, MaskName
from breastdce.dataset.problem import Problem, Promise, problem
from breastdce.dataset.provenance import Provenance
from breastdce.formats.nifti import read_mask
from breastdce.formats.nifti_strict import Inspection, inspect
from breastdce.imaging.resample import Edge, nearest

_NATIVE_TYPES = ("int16", "uint16", "int32", "float32")
_MAP_TYPES = ("int16", "float32")
_IMAGE_SPACING_MM = 1.0


class ExamImages(NamedTuple):
    """What the images of an exam say, to be compared with its row of exams.tsv."""

    problems: list[Problem]
    native: Grid | None
    prepared: Grid | None
    voxels: dict[MaskName, int]
    """Voxels of each mask that could be read."""


class _Family(NamedTuple):
    """Files that share a grid, with the types that each may be stored in."""

    files: tuple[tuple[Path, tuple[str, ...]], ...]
    grid: str
    """What the grid is called in messages."""


def check_images(
    root: Path,
    exam: ExamId,
    n_phases: int,
    record: Provenance | None,
    before: tuple[float, float] | None,
) -> ExamImages:
    """Read every image of an exam once.

    Parameters
    ----------
    record
        The exam's provenance, where it can be read.
    before
        Mean and standard deviation before normalization, from exams.tsv, where they are there.
    """
    native = [(layout.native_image(root, exam, i), _NATIVE_TYPES) for i in range(n_phases)]
    maps = [(path(root, exam), _MAP_TYPES) for path in (layout.pe_map, layout.ser_map)]
    maps += [(layout.kinetic_map(root, exam, name), _MAP_TYPES) for name in layout.KineticMap]
    masks = [
        (layout.mask(root, exam, name), ("uint8",)) for name in (MaskName.FTV, MaskName.BREAST)
    ]
    images = [(layout.image(root, exam, i), ("float32",)) for i in range(layout.PUBLISHED_PHASES)]
    stv = [(layout.mask(root, exam, name), ("uint8",)) for name in STV_BEST_FIRST]
    problems: list[Problem] = []
    voxels: dict[MaskName, int] = {}
    kept: list[ImageValues] = []
    families = (_Family((*native, *maps, *masks), "native"), _Family((*images, *stv), "1 mm"))
    grids = [_check_family(root, family, problems, voxels, kept) for family in families]
    if record is not None and len(kept) == layout.PUBLISHED_PHASES:
        breast = _breast_on(root, exam, grids[1])
        problems.extend(_zscore(root, exam, kept, record, before, breast))
    return ExamImages(problems, grids[0], grids[1], voxels)


def _check_family(
    root: Path,
    family: _Family,
    problems: list[Problem],
    voxels: dict[MaskName, int],
    kept: list[ImageValues],
) -> Grid | None:
    first: Grid | None = None
    for path, types in family.files:
        if not path.exists():
            continue  # the tree check reports what is missing
        try:
            seen = inspect(path)
        except InputError as error:
            why = error.evidence.get("why", error.message)
            problems.append(problem(root, path, Promise.READABLE, "not a readable image", why))
            continue
        problems.extend(_check_file(root, path, types, seen))
        first = first or seen.grid
        problems.extend(_check_grid(root, path, family.grid, seen.grid, first))
        if types == ("uint8",):
            problems.extend(_check_mask(root, path, seen))
            voxels[_mask_name(path)] = int(np.count_nonzero(seen.stored))
        elif path.parent.name == "images":
            kept.append(seen.stored)
    return first


def _check_file(
    root: Path, path: Path, types: tuple[str, ...], seen: Inspection
) -> Iterator[Problem]:
    if seen.hidden:
        places = ", ".join(seen.hidden)
        yield problem(root, path, Promise.PRIVACY, "the file holds more than its image", places)
    if seen.geometry:
        what = "not one scanner geometry in millimeters"
        yield problem(root, path, Promise.GEOMETRY, what, ", ".join(seen.geometry))
    if seen.stored.dtype.name not in types:
        what = f"stored in another type than {' or '.join(types)}"
        yield problem(root, path, Promise.TYPES, what, seen.stored.dtype)
    if seen.slope != 1 and path.parent.name != "maps":
        yield problem(root, path, Promise.TYPES, "stored with a slope", seen.slope)
    if seen.stored.dtype.kind == "f" and not np.isfinite(seen.stored).all():
        lost = int(np.count_nonzero(~np.isfinite(seen.stored)))
        yield problem(root, path, Promise.TYPES, "values are not finite", f"{lost} voxels")


def _check_grid(root: Path, path: Path, name: str, grid: Grid, first: Grid) -> Iterator[Problem]:
    if not grid.matches(first):
        what = f"not on the {name} grid of its exam"
        seen = f"{grid.describe()} instead of {first.describe()}"
        yield problem(root, path, Promise.GRID, what, seen)
    if name == "1 mm" and not np.allclose(grid.spacing_mm, _IMAGE_SPACING_MM, rtol=0, atol=1e-6):
        what = "voxels are not 1 mm"
        remedy = "Run again with a recipe that asks for 1 mm, as `ispy1` and `best` do."
        yield problem(root, path, Promise.GRID, what, grid.spacing_mm, remedy=remedy)


def _check_mask(root: Path, path: Path, seen: Inspection) -> Iterator[Problem]:
    if seen.stored.min() < 0 or seen.stored.max() > 1 or not _whole(seen):
        values = np.unique(seen.stored)
        what = "a mask holds other values than 0 and 1"
        yield problem(root, path, Promise.MASKS, what, values[:8].tolist())


def _whole(seen: Inspection) -> bool:
    return seen.stored.dtype.kind in "iu" or bool((seen.stored == (seen.stored != 0)).all())


def _mask_name(path: Path) -> MaskName:
    return MaskName(path.name.removesuffix(".nii.gz").rpartition("_")[2])


def _breast_on(root: Path, exam: ExamId, grid: Grid | None) -> NDArray[np.bool_] | None:
    """Mask of the breasts on the grid of the images; None where there is none, or an empty one."""
    path = layout.mask(root, exam, MaskName.BREAST)
    if grid is None or not path.exists():
        return None
    try:
        carried = nearest(read_mask(path), grid, Edge.EXTEND)
    except InputError:  # reported where the file itself is checked
        return None
    return carried.data if carried.data.any() else None


def _zscore(
    root: Path,
    exam: ExamId,
    images: list[ImageValues],
    record: Provenance,
    before: tuple[float, float] | None,
    breast: NDArray[np.bool_] | None,
) -> Iterator[Problem]:
    if any(caveat.code is CaveatCode.FLAT_INTENSITY for caveat in record.caveats):
        return
    params = next((stage.params for stage in record.stages if stage.name == "zscore"), {})
    seen = zscore_problem(images, params, before, breast)
    if seen:
        first = layout.image(root, exam, 0)
        what = "the images are not normalized together"
        yield problem(root, first, Promise.ZSCORE, what, seen)
