"""Images and masks of a feature table, whatever their file format.

The readers of NRRD and DICOM are loaded when they are needed: each takes longer to load than an
image to describe.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, Self

import numpy as np

from breastdce.core.caveats import Caveat
from breastdce.core.grid import Grid
from breastdce.core.volume import Mask, Volume
from breastdce.formats.labels import LabelMap
from breastdce.formats.nifti import read_labels, read_volume
from breastdce.imaging.alignment import fit

_NIFTI = (".nii", ".nii.gz")
_NRRD = (".nrrd", ".nhdr")


class Masks(Protocol):
    """A file of regions, each with a label."""

    def labels(self) -> tuple[int, ...]:
        """Labels of the regions, rising."""
        ...

    def check_images(self, paths: Iterable[Path]) -> None:
        """Refuse images that the regions do not belong to, where more than the grid tells.

        Raises
        ------
        InputError
            GRID_MISMATCH.
        """
        ...

    def on(self, grid: Grid, label: int) -> tuple[Mask, tuple[Caveat, ...]]:
        """One region on the grid of an image; empty where there is no such label.

        Raises
        ------
        InputError
            GRID_MISMATCH when it is not on the grid's voxels.
        """
        ...


def read_image(path: Path) -> tuple[Volume, tuple[Caveat, ...]]:
    """Read NIfTI, NRRD, or a DICOM series (its folder, or one of its files).

    Raises
    ------
    InputError
        See `read_volume`, `read_nrrd`, `read_series`.
    """
    if _is(path, _NIFTI):
        return read_volume(path), ()
    if _is(path, _NRRD):
        from breastdce.formats.nrrd import read_nrrd

        return read_nrrd(path), ()
    from breastdce.run.series import read_series

    return read_series(path)


class ReadAhead:
    """Images that are read beside other work, such as loading what describes them.

    Used in a `with` block; what nobody asked for when it ends is not read.
    """

    def __init__(self, paths: Iterable[Path]) -> None:
        self._pool = ThreadPoolExecutor(1)
        self._images = {path: self._pool.submit(read_image, path) for path in paths}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    def read(self, path: Path) -> tuple[Volume, tuple[Caveat, ...]]:
        """Wait for one of the images; errors as `read_image`. Each can be had once."""
        return self._images.pop(path).result()


def read_masks(path: Path) -> Masks:
    """Read NIfTI or NRRD with whole numbers, a DICOM segmentation, or a DICOM structure set.

    Raises
    ------
    InputError
        IMAGE_INVALID when it is none of them, cannot be read, or holds fractions.
    """
    if _is(path, _NIFTI):
        return _LabelMasks(read_labels(path))
    if _is(path, _NRRD):
        from breastdce.formats.nrrd import read_nrrd_labels

        return _LabelMasks(read_nrrd_labels(path))
    from breastdce.run.contours import is_structure_set, read_contours

    if is_structure_set(path):
        return read_contours(path)
    from breastdce.run.segments import read_segments

    return read_segments(path)


def name_of(path: Path) -> str:
    """File name without what says the format."""
    suffixes = sorted((*_NIFTI, *_NRRD, ".dcm"), key=len, reverse=True)
    name = path.absolute().name
    found = (name[: -len(suffix)] for suffix in suffixes if name.lower().endswith(suffix))
    return name if os.path.isdir(path) else next(found, name)  # noqa: PTH112 - never raises


def _is(path: Path, suffixes: tuple[str, ...]) -> bool:
    return path.name.lower().endswith(suffixes) and not path.is_dir()


@dataclass(frozen=True, slots=True)
class _LabelMasks:
    """Regions of a label image."""

    image: LabelMap

    def check_images(self, paths: Iterable[Path]) -> None:
        """Nothing to refuse: the grid tells."""

    def labels(self) -> tuple[int, ...]:
        return self.image.present()

    def on(self, grid: Grid, label: int) -> tuple[Mask, tuple[Caveat, ...]]:
        found = fit(self.image.grid, grid)
        inside = found.turn.array(self.image.mask(label).data)
        return Mask(np.asfortranarray(inside), grid), found.caveats()
