"""EchoTime and RepetitionTime given in seconds, where DICOM wants milliseconds."""

from __future__ import annotations

from msgspec.structs import replace

from breastdce.formats.dicom.header import Frame
from breastdce.ingest.quirks._contract import Headers, Quirk

_ECHO_LIMIT_MS = 0.5
"""No clinical gradient echo is read earlier than this; a smaller value is in seconds."""
_REPETITION_LIMIT_MS = 1.0
"""No clinical sequence repeats faster than this."""


def applies(headers: Headers) -> bool:
    echoes = [frame.echo_time_ms for header in headers for frame in header.frames]
    return any(echo is not None for echo in echoes) and all(
        0 < echo < _ECHO_LIMIT_MS for echo in echoes if echo is not None
    )


def mend(headers: Headers) -> Headers:
    return tuple(replace(item, frames=tuple(map(_mend, item.frames))) for item in headers)


def _mend(frame: Frame) -> Frame:
    echo, repetition = frame.echo_time_ms, frame.repetition_time_ms
    if repetition is not None and repetition < _REPETITION_LIMIT_MS:
        repetition = round(1000.0 * repetition, 6)
    return replace(
        frame,
        echo_time_ms=None if echo is None else round(1000.0 * echo, 6),
        repetition_time_ms=repetition,
    )


QUIRK = Quirk(
    name="times_in_seconds",
    source="own rule: no clinical gradient echo is read before 0.5 ms; smaller is in seconds",
    applies=applies,
    mend=mend,
)
