"""UCSF's private tags: how the I-SPY1 producer measured FTV, in its maps and segmentations.

Group 0117, private creator `UCSF BIRP PRIVATE CREATOR 011710xx`. No object holds all parameters.
Element meanings: TCIA's description of the I-SPY1 objects and the objects themselves.
"""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
from pydicom.datadict import add_private_dict_entries
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from breastdce.core.exam import Polygon
from breastdce.formats.dicom.quiet import read_quietly
from breastdce.formats.dicom.seg import Segmentation, segmentation

CREATOR = "UCSF BIRP PRIVATE CREATOR 011710xx"
_GROUP = 0x0117
_BOX, _POLYGON = 1, 0
_NUMBERS = re.compile(rb"[0-9eE+\-. \\]+")
_VRS = {
    0x10: "SQ", 0x12: "CS", 0x14: "LO", 0x16: "LO", 0x19: "IS", 0x1A: "CS", 0x20: "SQ",
    0x22: "SQ", 0x30: "IS", 0x31: "DS", 0x33: "TM", 0x34: "DS", 0x35: "IS", 0x41: "IS",
    0x42: "DS", 0x43: "DS", 0x44: "DS", 0x45: "DS", 0x46: "CS", 0xA1: "US", 0xA2: "US",
    0xB0: "SQ", 0xB1: "DS", 0xB2: "DS", 0xB3: "IS", 0xB4: "DS", 0xB5: "LO",
}  # fmt: skip
# Implicit VR files do not say what these are; without this their sequences would be bytes.
add_private_dict_entries(
    CREATOR,
    {0x01171000 + element: (vr, "1-n", f"UCSF {element:02X}", "") for element, vr in _VRS.items()},
)


class BoxMm(msgspec.Struct, frozen=True):
    """A box in the patient, LPS mm."""

    center: tuple[float, float, float]
    half_axes: tuple[tuple[float, float, float], ...]
    """Three vectors from the center to the middles of its faces."""


class UcsfVolume(msgspec.Struct, frozen=True, kw_only=True):
    """A volume that the producer counted, for a range of SER."""

    ser_low: float
    ser_high: float
    voxels: int
    ml: float


class UcsfTags(msgspec.Struct, frozen=True, kw_only=True):
    """What one object says; None or empty where it says nothing.

    Indices count from 0 along column, row, slice of the source series' volume.
    """

    parameters: dict[str, float | str] = {}
    """By name: PE_threshold, minimum_neighbor_count, pre_contrast_threshold, ..."""
    voi_first: tuple[int, int, int] | None = None
    voi_last: tuple[int, int, int] | None = None
    voi_mm: BoxMm | None = None
    omit: tuple[BoxMm | Polygon, ...] | None = None
    """Regions cut out; polygons in voxel indices."""
    n_phases: int | None = None
    duration_s: float | None = None
    injection_time_given: bool = False
    """Whether there is a clock time of the injection; the time itself is not kept."""
    effective_s: tuple[float, ...] = ()
    phase_indices: tuple[int, ...] = ()
    volumes: tuple[UcsfVolume, ...] = ()

    @property
    def ftv(self) -> UcsfVolume | None:
        """The FTV by percent enhancement: the volume over all SER from 0."""
        return next((volume for volume in self.volumes if volume.ser_low == 0), None)


def read_ucsf_tags(path: Path) -> UcsfTags | None:
    """Read the producer's private tags from a file, without its pixels.

    Returns
    -------
    UcsfTags or None
        None when the private creator is not there. Elements that cannot be read are left out.

    Raises
    ------
    InputError
        IMAGE_INVALID when the file cannot be parsed.
    """
    return read_quietly(path, ucsf_tags, pixels=False)


def read_ucsf_seg(path: Path) -> tuple[Segmentation, UcsfTags | None]:
    """Read a segmentation and the producer's tags in it, parsing the file once; errors as both."""

    def take(dataset: Dataset) -> tuple[Segmentation, UcsfTags | None]:
        return segmentation(dataset), ucsf_tags(dataset)

    return read_quietly(path, take, pixels=True)


def ucsf_tags(dataset: Dataset) -> UcsfTags | None:
    """Read the producer's private tags from a data set."""
    if _tag(dataset, 0) is None:
        return None
    return UcsfTags(
        parameters=dict(_parameters(dataset)),
        voi_first=_triple(_numbers(dataset, 0xA1)),
        voi_last=_triple(_numbers(dataset, 0xA2)),
        voi_mm=next((_box(item) for item in _items(dataset, 0x20)), None),
        omit=tuple(_omits(dataset)) if _value(dataset, 0x22) is not None else None,
        n_phases=_whole(dataset, 0x30),
        duration_s=_number(dataset, 0x31),
        injection_time_given=bool(_text(dataset, 0x33)),
        effective_s=_numbers(dataset, 0x34),
        phase_indices=tuple(int(value) for value in _numbers(dataset, 0x35)),
        volumes=tuple(_volumes(dataset)),
    )


def _tag(dataset: Dataset, element: int) -> int | None:
    """Full tag of an element in the creator's block, which is found anew in each item."""
    try:
        return int(dataset.private_block(_GROUP, CREATOR).get_tag(element))
    except KeyError:
        return None


def _value(dataset: Dataset, element: int) -> object:
    tag = _tag(dataset, element)
    if tag is None or tag not in dataset:
        return None
    try:
        value: object = dataset[tag].value
    except (ValueError, TypeError, ArithmeticError, KeyError, NotImplementedError, struct.error):
        return None  # a value that its VR does not allow is as good as absent
    return value


def _items(dataset: Dataset, element: int) -> Iterator[Dataset]:
    value = _value(dataset, element)
    if isinstance(value, Sequence):
        yield from value


def _text(dataset: Dataset, element: int) -> str:
    value = _value(dataset, element)
    if isinstance(value, bytes):
        value = value.decode("ascii", errors="replace")
    return "" if value is None else str(value).strip("\0 ")


def _numbers(dataset: Dataset, element: int) -> tuple[float, ...]:
    value = _value(dataset, element)
    if value is None:
        return ()
    try:
        if isinstance(value, bytes):
            numbers = _decoded(value)
        else:
            numbers = tuple(np.asarray(value, dtype=np.float64).ravel().tolist())
    except (TypeError, ValueError):
        return ()
    return numbers if all(map(math.isfinite, numbers)) else ()


def _decoded(value: bytes) -> tuple[float, ...]:
    """Numbers of an element whose VR became OB: decimal text, else unsigned 16-bit integers."""
    text = value.strip(b"\0 ")
    if _NUMBERS.fullmatch(text):
        return tuple(float(part) for part in text.split(b"\\"))
    whole = value[: len(value) // 2 * 2]
    return tuple(float(item[0]) for item in struct.iter_unpack("<H", whole))


def _number(dataset: Dataset, element: int) -> float | None:
    numbers = _numbers(dataset, element)
    return numbers[0] if numbers else None


def _whole(dataset: Dataset, element: int) -> int | None:
    number = _number(dataset, element)
    return None if number is None else int(number)


def _triple(numbers: tuple[float, ...]) -> tuple[int, int, int] | None:
    if len(numbers) != 3:
        return None
    return int(numbers[0]), int(numbers[1]), int(numbers[2])


def _parameters(dataset: Dataset) -> Iterator[tuple[str, float | str]]:
    for item in _items(dataset, 0x10):
        name, number = _text(item, 0x14), _number(item, 0x19)
        if name:
            yield name, _text(item, 0x1A) if number is None else number


def _box(item: Dataset) -> BoxMm | None:
    center = _numbers(item, 0x42)[:3]
    axes = [_numbers(item, element)[:3] for element in (0x43, 0x44, 0x45)]
    if _number(item, 0x41) != _BOX or {3} != {len(vector) for vector in (center, *axes)}:
        return None
    return BoxMm(_point(center), tuple(_point(axis) for axis in axes))


def _point(numbers: tuple[float, ...]) -> tuple[float, float, float]:
    return numbers[0], numbers[1], numbers[2]


def _omits(dataset: Dataset) -> Iterator[BoxMm | Polygon]:
    for item in _items(dataset, 0x22):
        shape = _polygon(item) if _number(item, 0x41) == _POLYGON else _box(item)
        if shape is not None:
            yield shape


def _polygon(item: Dataset) -> Polygon | None:
    """An extruded polygon.

    Along rows, the only axis seen, the vertices are slice and column: the two axes that follow
    the axis of extrusion in cyclic order, which is taken to hold for the others.
    """
    axis, ends = _whole(item, 0x51), _numbers(item, 0x55)
    a, b = _numbers(item, 0x53), _numbers(item, 0x54)
    if axis not in (0, 1, 2) or len(ends) != 2 or len(a) != len(b) or len(a) < 3:
        return None
    plane_axes = ((axis + 1) % 3, (axis + 2) % 3)
    vertices = tuple(zip(a, b, strict=True))
    return Polygon(axis, plane_axes, vertices, int(ends[0]), int(ends[1]))


def _volumes(dataset: Dataset) -> Iterator[UcsfVolume]:
    for item in _items(dataset, 0xB0):
        low, high, voxels, ml = (_number(item, element) for element in (0xB1, 0xB2, 0xB3, 0xB4))
        if low is not None and high is not None and voxels is not None and ml is not None:
            yield UcsfVolume(ser_low=low, ser_high=high, voxels=int(voxels), ml=ml)
