"""The slices of one file: one for a classic image, many for an enhanced multi-frame object."""

from __future__ import annotations

from typing import Any

from breastdce.core.codes import FileNote
from breastdce.formats.dicom.elements import Elements
from breastdce.formats.dicom.fields import Fields
from breastdce.formats.dicom.header import Frame
from breastdce.formats.dicom.items import Item, read_items

SHARED, PER_FRAME = 0x52009229, 0x52009230
TRANSFORM = 0x00289145
"""PixelValueTransformationSequence."""
_POSITION, _ORIENTATION, _MEASURES = 0x00209113, 0x00209116, 0x00289110
_CONTENT, _FRAME_TYPE, _ECHO, _TIMING = 0x00209111, 0x00189226, 0x00189114, 0x00189112
_MODIFIER, _DIFFUSION, _CARDIAC = 0x00189115, 0x00189117, 0x00189118
_GROUP_DEPTH = 2
"""A frame's item holds one sequence per group, and what is wanted is in its item."""


class NoGeometry(Exception):
    """Position, orientation or spacing of a slice cannot be had."""


def classic_frame(fields: Fields) -> Frame:
    """Build the one slice of a classic image; NoGeometry when it cannot be placed."""
    date, time = _acquired(fields)
    return Frame(
        instance_number=fields.integer(0x00200013),
        **_geometry(fields, fields, fields),
        image_type=fields.texts(0x00080008),
        acquisition_number=fields.integer(0x00200012),
        temporal_position=fields.integer(0x00200100),
        trigger_time_ms=fields.decimal(0x00181060),
        acquisition_date=date,
        acquisition_time=time,
        content_time=fields.time(0x00080033),
        echo_time_ms=fields.decimal(0x00180081),
        repetition_time_ms=fields.decimal(0x00180080),
        inversion_time_ms=fields.decimal(0x00180082),
        flip_angle_deg=fields.decimal(0x00181314),
        b_value=fields.binary(0x00189087),
        rescale_slope=fields.decimal(0x00281053),
        rescale_intercept=fields.decimal(0x00281052),
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


def _geometry(position: Fields, orientation: Fields, measures: Fields) -> dict[str, Any]:
    place = position.decimals(0x00200032, 3)
    cosines = orientation.decimals(0x00200037, 6)
    spacing = measures.decimals(0x00280030, 2)
    missing = [
        name
        for name, value in (("position", place), ("orientation", cosines), ("spacing", spacing))
        if value is None
    ]
    if spacing is not None and min(spacing) <= 0:
        missing.append("positive spacing")
    if missing:
        raise NoGeometry(f"no usable {', '.join(missing)}")
    return {
        "position_mm": place,
        "orientation": cosines,
        "pixel_spacing_mm": spacing,
        "slice_thickness_mm": measures.decimal(0x00180050),
        "spacing_between_slices_mm": measures.decimal(0x00180088),
    }
