"""Records of many files as bytes, to go from one process to another: what they share, once.

Slices of a series differ in little. Pickled one by one their records take longer to arrive than to
be made, and once arrived they share nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec
from msgspec.structs import asdict, replace

from breastdce.core.codes import FileCode, FileNote
from breastdce.formats.dicom.header import FileRecord, Frame, Header
from breastdce.formats.dicom.read import scan_file

_NOWHERE = (0.0, 0.0, 0.0)


class _Own(msgspec.Struct, array_like=True, gc=False):
    """What a slice has for itself; the names are those of `Frame`."""

    position_mm: tuple[float, float, float] = _NOWHERE
    instance_number: int | None = None
    acquisition_number: int | None = None
    temporal_position: int | None = None
    trigger_time_ms: float | None = None
    acquisition_time: str | None = None
    content_time: str | None = None


class _Slice(msgspec.Struct, array_like=True, gc=False):
    """Record of a file of one slice, without its path."""

    size_bytes: int
    mtime_ns: int
    notes: tuple[FileNote, ...]
    detail: str
    sop_instance_uid: str
    own: _Own
    header: int
    """Number of the header without UID and slice, in its parcel."""
    frame: int
    """Number of the slice without what is its own."""


class _Parcel(msgspec.Struct):
    headers: list[Header]
    frames: list[Frame]
    slices: list[_Slice]
    others: list[tuple[int, FileRecord]]
    """Records of all other files and their numbers in the whole."""


_PLAIN = asdict(_Own())
_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(_Parcel)


def scan_parcel(paths: Iterable[str]) -> bytes:
    """Scan files and pack their records; a worker that calls it imports nothing else."""
    return pack(map(scan_file, paths))


def pack(records: Iterable[FileRecord]) -> bytes:
    """Write records as bytes, paths of slices left out; `unpack` gives them back."""
    headers: dict[Header, int] = {}
    frames: dict[Frame, int] = {}
    slices, others = [], []
    for number, record in enumerate(records):
        header = record.header
        if record.code is FileCode.OK and header is not None and len(header.frames) == 1:
            slices.append(_packed(record, header, headers, frames))
        else:
            others.append((number, record))
    return _ENCODER.encode(_Parcel(list(headers), list(frames), slices, others))


def unpack(parcel: bytes, paths: Sequence[str]) -> list[FileRecord]:
    """Return the records of a parcel; those of a series share what is the same in memory.

    Parameters
    ----------
    parcel
        What `pack` gave.
    paths
        Of the files, in the same order; the records take these.
    """
    found = _DECODER.decode(parcel)
    others = dict(found.others)
    slices = iter(found.slices)
    texts: dict[str | None, str | None] = {}
    return [
        others[number] if number in others else _unpacked(next(slices), path, found, texts)
        for number, path in enumerate(paths)
    ]


def _packed(
    record: FileRecord, header: Header, headers: dict[Header, int], frames: dict[Frame, int]
) -> _Slice:
    (frame,) = header.frames
    shared = replace(header, sop_instance_uid="", frames=())
    plain = replace(frame, **_PLAIN)
    return _Slice(
        record.size_bytes,
        record.mtime_ns,
        record.notes,
        record.detail,
        header.sop_instance_uid,
        _Own(
            frame.position_mm,
            frame.instance_number,
            frame.acquisition_number,
            frame.temporal_position,
            frame.trigger_time_ms,
            frame.acquisition_time,
            frame.content_time,
        ),
        headers.setdefault(shared, len(headers)),
        frames.setdefault(plain, len(frames)),
    )


def _unpacked(
    record: _Slice, path: str, parcel: _Parcel, texts: dict[str | None, str | None]
) -> FileRecord:
    own = record.own
    frame = replace(
        parcel.frames[record.frame],
        position_mm=own.position_mm,
        instance_number=own.instance_number,
        acquisition_number=own.acquisition_number,
        temporal_position=own.temporal_position,
        trigger_time_ms=own.trigger_time_ms,
        acquisition_time=texts.setdefault(own.acquisition_time, own.acquisition_time),
        content_time=texts.setdefault(own.content_time, own.content_time),
    )
    header = replace(
        parcel.headers[record.header], sop_instance_uid=record.sop_instance_uid, frames=(frame,)
    )
    return FileRecord(
        path=path,
        size_bytes=record.size_bytes,
        mtime_ns=record.mtime_ns,
        code=FileCode.OK,
        notes=record.notes,
        detail=record.detail,
        header=header,
    )
