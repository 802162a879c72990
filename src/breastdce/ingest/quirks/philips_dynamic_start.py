"""Philips dynamics whose start stands only in the private dynamic scan begin time."""

from __future__ import annotations

from msgspec.structs import replace

from breastdce.formats.dicom.header import Header
from breastdce.ingest.quirks._contract import Headers, Quirk


def applies(headers: Headers) -> bool:
    known = {header.philips_dynamic_start_s for header in headers}
    triggers = {frame.trigger_time_ms for header in headers for frame in header.frames}
    return None not in known and len(known) > 1 and triggers <= {None, 0.0}


def mend(headers: Headers) -> Headers:
    return tuple(_mend(header) for header in headers)


def _mend(header: Header) -> Header:
    start = header.philips_dynamic_start_s
    if start is None:
        return header
    frames = tuple(replace(frame, trigger_time_ms=1000.0 * start) for frame in header.frames)
    return replace(header, frames=frames)


QUIRK = Quirk(
    name="philips_dynamic_start",
    source="Philips MR Imaging DD 001 (2005,xxA0), seconds from the start of the first dynamic",
    applies=applies,
    mend=mend,
)
