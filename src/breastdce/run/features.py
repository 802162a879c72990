"""Features of many regions in many images: one row each, and what stood in the way of the others.

An image or mask that cannot be used is a failure beside the rows, never the end of the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import numpy as np

from breastdce.core.caveats import Caveat
from breastdce.core.codes import CaveatCode, ErrorCode
from breastdce.core.errors import BreastDceError, CallError, InputError
from breastdce.core.grid import Grid
from breastdce.core.volume import Mask, Volume
from breastdce.imaging.alignment import fit
from breastdce.radiomics.extract import Features, extract_features
from breastdce.radiomics.panel import Panel
from breastdce.radiomics.rings import Ring, ring
from breastdce.run.images import Masks, read_image, read_masks

OnRow = Callable[[int, int, str], None]
ReadImage = Callable[[Path], tuple[Volume, tuple[Caveat, ...]]]
_EMPTY_MASK = (1,)  # the label that stands for a mask without any


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureRequest:
    """Which features of which regions in which images."""

    images: Mapping[str, Path]
    """By the name that stands in the table, in the order of the table."""
    masks: Mapping[str, Path]
    panel: Panel
    labels: tuple[int, ...] = ()
    """Labels of the masks; all that occur when left out."""
    subtractions: tuple[tuple[str, str], ...] = ()
    """Names of two images each: one more image, the first minus the second."""
    rings: tuple[Ring, ...] = ()
    within: Path | None = None
    """Mask of the breast, any label: rings end there."""
    threads: int = 1
    read: ReadImage = read_image
    """How an image is had; `ReadAhead.read` where they are being read already."""


@dataclass(frozen=True, slots=True)
class FeatureRow:
    """Features of one region in one image."""

    image: str
    mask: str
    """A ring is named after its mask, `<mask>+0-5mm`."""
    label: int
    features: Features


class Note(msgspec.Struct, frozen=True):
    """A limit of one row's values; `mask` is empty and `label` None where it is the image's."""

    image: str
    mask: str
    label: int | None
    caveat: Caveat


@dataclass(frozen=True, slots=True)
class Failure:
    """An image, or a mask in an image, without rows; the other name is empty where it is any."""

    image: str
    mask: str
    error: BreastDceError


@dataclass(slots=True)
class FeatureTable:
    """All rows by image, mask, label and ring, and all that must be said beside them."""

    panel: Panel
    rows: list[FeatureRow] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)


def feature_table(request: FeatureRequest, on_row: OnRow | None = None) -> FeatureTable:
    """Compute the panel for every region of every mask in every image.

    Parameters
    ----------
    request
        What is wanted.
    on_row
        Called before each row with its number from 1, the number of rows, and its name.

    Raises
    ------
    CallError
        CALL_INVALID when a subtraction names an image that is not given.
    """
    _check_subtractions(request)
    table = FeatureTable(request.panel)
    images = _subtracted(request, _read_images(request, table), table)
    masks = _read_masks(request, table)
    breast = _read_breast(request)
    regions = sum(len(item.labels) for item in masks.values())
    total = len(images) * regions * (1 + len(request.rings))
    for image_name, image in images.items():
        for mask_name, item in masks.items():
            try:
                for region in _regions(request, mask_name, item, breast, image.grid):
                    if on_row is not None:
                        words = f"{image_name} in {region.mask_name}, label {region.label}"
                        on_row(len(table.rows) + 1, total, words)
                    _add_row(table, image_name, image, region, request.threads)
            except InputError as error:
                table.failures.append(Failure(image_name, mask_name, error))
    return table


@dataclass(frozen=True, slots=True)
class _MaskFile:
    masks: Masks
    labels: tuple[int, ...]
    """Those that get rows."""


@dataclass(frozen=True, slots=True)
class _Region:
    mask_name: str
    label: int
    mask: Mask
    caveats: tuple[Caveat, ...]


def _check_subtractions(request: FeatureRequest) -> None:
    for name in (name for pair in request.subtractions for name in pair):
        if name not in request.images:
            raise CallError(
                ErrorCode.CALL_INVALID,
                "A subtraction names an image that is not given",
                evidence={"given": name, "images": ", ".join(request.images)},
                remedy="Name the images with NAME=PATH.",
            )


def _read_images(request: FeatureRequest, table: FeatureTable) -> dict[str, Volume]:
    images: dict[str, Volume] = {}
    for name, path in request.images.items():
        try:
            images[name], caveats = request.read(path)
        except InputError as error:
            table.failures.append(Failure(name, "", error))
            continue
        table.notes += [Note(name, "", None, caveat) for caveat in caveats]
    return images


def _subtracted(
    request: FeatureRequest, images: dict[str, Volume], table: FeatureTable
) -> dict[str, Volume]:
    """The images, and after them the differences that were asked for."""
    every = dict(images)
    for post, pre in request.subtractions:
        if post not in images or pre not in images:
            continue  # that it cannot be read is a failure already
        name = f"{post}-{pre}"
        try:
            found = fit(images[pre].grid, images[post].grid)
        except InputError as error:
            table.failures.append(Failure(name, "", error))
            continue
        difference = images[post].data - found.turn.array(images[pre].data)
        every[name] = images[post].with_data(np.asfortranarray(difference))
        table.notes += [Note(name, "", None, caveat) for caveat in found.caveats()]
    return every


def _read_masks(request: FeatureRequest, table: FeatureTable) -> dict[str, _MaskFile]:
    files: dict[str, _MaskFile] = {}
    for name, path in request.masks.items():
        try:
            masks = read_masks(path)
            masks.check_images(request.images.values())
        except InputError as error:
            table.failures.append(Failure("", name, error))
            continue
        files[name] = _MaskFile(masks, request.labels or masks.labels() or _EMPTY_MASK)
    return files


def _read_breast(request: FeatureRequest) -> Masks | None:
    if request.within is None:
        return None
    breast = read_masks(request.within)
    breast.check_images(request.images.values())
    return breast


def _regions(
    request: FeatureRequest, name: str, file: _MaskFile, breast: Masks | None, grid: Grid
) -> Iterator[_Region]:
    """Regions of one file of masks on an image's grid, each followed by its rings."""
    limit = _all_of(breast, grid) if breast is not None and request.rings else None
    for label in file.labels:
        mask, caveats = file.masks.on(grid, label)
        yield _Region(name, label, mask, caveats)
        for each in request.rings:
            around = ring(mask, each.inner_mm, each.outer_mm, limit)
            yield _Region(f"{name}+{each}", label, around, caveats)


def _all_of(masks: Masks, grid: Grid) -> Mask:
    """All regions of a file as one mask on a grid."""
    inside = np.zeros(grid.shape, dtype=np.bool_, order="F")
    for label in masks.labels():
        inside |= masks.on(grid, label)[0].data
    return Mask(inside, grid)


def _add_row(
    table: FeatureTable, image_name: str, image: Volume, region: _Region, threads: int
) -> None:
    features = extract_features(image, region.mask, table.panel, threads=threads)
    key = (image_name, region.mask_name, region.label)
    table.rows.append(FeatureRow(*key, features))
    table.notes += [Note(*key, caveat) for caveat in region.caveats]
    if features.left_out:
        caveat = Caveat(CaveatCode.VOXELS_LEFT_OUT, {"voxels": features.left_out})
        table.notes.append(Note(*key, caveat))
