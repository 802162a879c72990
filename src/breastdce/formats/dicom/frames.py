"""The slices of one file: one for a classic image, many for an enhanced multi-frame object."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from breastdce.core.codes import FileNote
from breastdce.formats.dicom.elements import Elements
from breastdce.formats.dicom.fields import Fields
from breastdce.formats.dicom.header import Frame
from breastdce.formats.dicom.items import Item, read_items

Readers = Mapping[str, tuple[Callable[[Fields, int], Any], int]]
SHARED, PER_FRAME = 0x52009229, 0x52009230
TRANSFORM = 0x00289145
"""PixelValueTransformationSequence."""
_POSITION, _ORIENTATION, _MEASURES = 0x00209113, 0x00209116, 0x00289110
_CONTENT, _FRAME_TYPE, _ECHO, _TIMING = 0x00209111, 0x00189226, 0x00189114, 0x00189112
_MODIFIER, _DIFFUSION, _CARDIAC = 0x00189115, 0x00189117, 0x00189118
_GROUP_DEPTH = 2
"""A frame's item holds one sequence per group, and what is wanted is in its item."""
_PLACE, _COSINES, _SPACING = 0x00200032, 0x00200037, 0x00280030
_ALIKE: Readers = {
    "slice_thickness_mm": (Fields.decimal, 0x00180050),
    "spacing_between_slices_mm": (Fields.decimal, 0x00180088),
    "image_type": (Fields.texts, 0x00080008),
    "echo_time_ms": (Fields.decimal, 0x00180081),
    "repetition_time_ms": (Fields.decimal, 0x00180080),
    "inversion_time_ms": (Fields.decimal, 0x00180082),
    "flip_angle_deg": (Fields.decimal, 0x00181314),
    "b_value": (Fields.binary, 0x00189087),
    "rescale_slope": (Fields.decimal, 0x00281053),
    "rescale_intercept": (Fields.decimal, 0x00281052),
}
"""What most slices of a classic series share: how it is read, and its tag."""
ALIKE_TAGS = (_COSINES, _SPACING, *(tag for _, tag in _ALIKE.values()))
"""Every element that `alike_frame` looks at."""
_OWN: Readers = {
    "instance_number": (Fields.integer, 0x00200013),
    "acquisition_number": (Fields.integer, 0x00200012),
    "temporal_position": (Fields.integer, 0x00200100),
    "trigger_time_ms": (Fields.decimal, 0x00181060),
    "content_time": (Fields.time, 0x00080033),
}
"""What differs from slice to slice, or from phase to phase."""


class NoGeometry(Exception):
    """Position, orientation or spacing of a slice cannot be had."""


def alike_frame(fields: Fields) -> Frame | None:
    """Build what slices of a classic series share; None where none can be placed with it."""
    others = {name: read(fields, tag) for name, (read, tag) in _ALIKE.items()}
    orientation, spacing = _plane(fields, fields)
    if orientation is None or spacing is None or min(spacing) <= 0:
        return None
    return Frame(
        position_mm=(0.0, 0.0, 0.0), orientation=orientation, pixel_spacing_mm=spacing, **others
    )


def classic_frame(fields: Fields, alike: Frame | None) -> Frame:
    """Build the one slice of a classic image on what it shares with others of its series.

    Raises
    ------
    NoGeometry
        When it cannot be placed.
    """
    position = fields.decimals(_PLACE, 3)
    if alike is None or position is None:
        raise NoGeometry(_unusable(position, *_plane(fields, fields)))
    date, time = _acquired(fields)
    return replace(
        alike,
        position_mm=position,
        acquisition_date=date,
        acquisition_time=time,
        **{name: read(fields, tag) for name, (read, tag) in _OWN.items()},
    )


class FunctionalGroups:
    """The shared and per-frame groups of an enhanced object.

    Raises
    ------
    BrokenHeader, EndedEarly
        When the sequences cannot be parsed.
    """

    def __init__(self, found: Elements, notes: set[FileNote]) -> None:
        shared = _items(found, SHARED)
        self._per_frame = _items(found, PER_FRAME)
        self._shared = shared[0] if shared else Item(found.encoding.little)
        self._notes = notes

    def frames(self, top: Fields) -> tuple[Frame, ...]:
        """Build every frame; NoGeometry when one cannot be placed."""
        return tuple(self._frame(index, item, top) for index, item in enumerate(self._per_frame))

    def each(self, group: int) -> list[Fields]:
        """Return a group of every frame."""
        return [self._group(item, group) for item in self._per_frame]

    def first(self, group: int) -> Fields:
        """Return a group of the first frame, or the shared one."""
        return self._group(self._per_frame[0] if self._per_frame else self._shared, group)

    def _frame(self, index: int, item: Item, top: Fields) -> Frame:
        group = {
            tag: self._group(item, tag)
            for tag in (_CONTENT, _TIMING, TRANSFORM, _MODIFIER, _ECHO, _CARDIAC, _DIFFUSION)
        }
        date, time = group[_CONTENT].date_time(0x00189074)
        top_date, top_time = _acquired(top)
        return Frame(
            index=index,
            instance_number=index + 1,
            **_geometry(
                self._group(item, _POSITION),
                self._group(item, _ORIENTATION),
                self._group(item, _MEASURES),
            ),
            image_type=self._group(item, _FRAME_TYPE).texts(0x00089007) or top.texts(0x00080008),
            acquisition_number=group[_CONTENT].unsigned(0x00209156),
            temporal_position=group[_CONTENT].unsigned(0x00209128),
            trigger_time_ms=group[_CARDIAC].binary(0x00209153),
            acquisition_date=date or top_date,
            acquisition_time=time or top_time,
            content_time=top.time(0x00080033),
            echo_time_ms=group[_ECHO].binary(0x00189082),
            repetition_time_ms=group[_TIMING].decimal(0x00180080),
            inversion_time_ms=group[_MODIFIER].binary(0x00189079),
            flip_angle_deg=group[_TIMING].decimal(0x00181314),
            b_value=group[_DIFFUSION].binary(0x00189087),
            rescale_slope=group[TRANSFORM].decimal(0x00281053),
            rescale_intercept=group[TRANSFORM].decimal(0x00281052),
        )

    def _group(self, item: Item, tag: int) -> Fields:
        for holder in (item, self._shared):
            for group in holder.sequences.get(tag, [])[:1]:
                return Fields(group.values, group.little, self._notes)
        return Fields({}, item.little, self._notes)


def _items(found: Elements, tag: int) -> list[Item]:
    if tag not in found.sequences:
        return []
    return read_items(found.cursor, found.sequences[tag], depth=_GROUP_DEPTH)


def _acquired(fields: Fields) -> tuple[str | None, str | None]:
    date, time = fields.date(0x00080022), fields.time(0x00080032)
    if time is None:
        stamp_date, time = fields.date_time(0x0008002A)
        date = date or stamp_date
    return date, time


def _geometry(position: Fields, plane: Fields, measures: Fields) -> dict[str, Any]:
    place = position.decimals(_PLACE, 3)
    orientation, spacing = _plane(plane, measures)
    if problem := _unusable(place, orientation, spacing):
        raise NoGeometry(problem)
    return {
        "position_mm": place,
        "orientation": orientation,
        "pixel_spacing_mm": spacing,
        "slice_thickness_mm": measures.decimal(0x00180050),
        "spacing_between_slices_mm": measures.decimal(0x00180088),
    }


def _plane(plane: Fields, measures: Fields) -> tuple[Any, Any]:
    """Return orientation and pixel spacing, each None where it is unusable."""
    return plane.decimals(_COSINES, 6), measures.decimals(_SPACING, 2)


def _unusable(
    position: Sequence[float] | None,
    orientation: Sequence[float] | None,
    spacing: Sequence[float] | None,
) -> str:
    """Say what of a slice's geometry is unusable; empty where nothing is."""
    missing = [
        name
        for name, value in (
            ("position", position),
            ("orientation", orientation),
            ("spacing", spacing),
        )
        if value is None
    ]
    if spacing is not None and min(spacing) <= 0:
        missing.append("positive spacing")
    return f"no usable {', '.join(missing)}" if missing else ""
