"""What goes into a layout, and what comes out of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import msgspec

from breastdce.core.grid import Grid
from breastdce.formats.nifti import read_volume
from breastdce.imaging.resample import Edge


class MaskKind(StrEnum):
    """Masks of tumors in our data set, by the names that they have there."""

    FTV = "ftv"
    """Functional tumor volume, native grid."""
    CANDIDATE = "stv-candidate"
    """By the rules on kinetics, 1 mm grid; so are the others below."""
    AUTO = "stv-auto"
    EXPERT = "stv-expert"


BEST_FIRST = (MaskKind.EXPERT, MaskKind.AUTO, MaskKind.CANDIDATE)
"""Order in which one mask of the structural tumor volume is chosen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExamFiles:
    """One exam of our data set: where its files are."""

    exam: str
    """`sub-<id>_ses-<visit>`."""
    case: str
    """Name for layouts that have one folder a patient, see `names.case_names`."""
    native: tuple[Path, ...]
    """Raw signal from the pre-contrast phase on, native grid, in order of time."""
    images: tuple[Path, ...]
    """Bias-corrected, 1 mm, z-scored: pre-contrast, first and second post-contrast."""
    masks: Mapping[MaskKind, Path]
    """Those that exist."""
    edge: Edge = Edge.ITK
    """Border rule by which the exam was resampled."""
    version: str = ""
    """Of breastdce, when the masks were made."""
    slices: tuple[tuple[Path, int], ...] = ()
    """DICOM file and frame of each slice of the first post-contrast phase, along k; empty where
    the DICOM was not asked for."""

    def native_grid(self) -> Grid:
        """Grid of the raw signal."""
        return read_volume(self.native[0]).grid

    def image_grid(self) -> Grid:
        """The 1 mm grid."""
        return read_volume(self.images[0]).grid


class Output(msgspec.Struct, frozen=True):
    """One file of an export."""

    path: str
    """Relative to the destination, with slashes."""
    payload: bytes
    exam: str | None = None
    """The exam that it was made from; None for a file about all."""
    mask: str | None = None
    """Which of the exam's masks it was made from, if any."""


class Entry(msgspec.Struct, frozen=True):
    """A line of the manifest."""

    path: str
    sha256: str
    exam: str | None = None
    mask: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One patient, or exam, of a folder in another layout."""

    name: str
    """Upper case where the layout's own files mix cases."""
    images: tuple[Path, ...]
    """Phases in order: pre-contrast first."""
    masks: Mapping[str, Path] = field(default_factory=dict)
    """By the layout's own word for the kind of mask; they are on the voxels of `images`."""
    others: Mapping[str, tuple[Path, ...]] = field(default_factory=dict)
    """Further images of the case on other grids, by the layout's word for them."""
