"""What was fetched, file by file: where from, how large, and the digests that vouch for it."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from breastdce.formats.tables import Column, Row


class FileState(StrEnum):
    """How far a file is known to be what the server holds."""

    VERIFIED = "verified"
    RECEIVED = "received"
    MISSING = "missing"


class FileRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One file."""

    path: str
    source: str
    collection_id: str
    series_uid: str
    size_bytes: int
    etag: str | None
    state: FileState
    blake2b: str | None = None
    mtime_ns: int | None = None
    license: str | None = None
    source_doi: str | None = None

    @property
    def is_here(self) -> bool:
        """Whether it was seen whole in its place."""
        return self.state is not FileState.MISSING


COLUMNS = (
    Column(name="path", long_name="Path", description="Below the folder that holds this table."),
    Column(name="source", long_name="Source", description="Address of the object in the bucket."),
    Column(name="collection_id", long_name="Collection", description="Collection of the archive."),
    Column(name="series_uid", long_name="Series", description="SeriesInstanceUID."),
    Column(
        name="size_bytes",
        long_name="Size",
        description="Size that the server states.",
        kind="integer",
        units="byte",
    ),
    Column(
        name="etag",
        long_name="ETag",
        description="Tag that the server states: the MD5 of the content, unless it has a hyphen.",
    ),
    Column(
        name="state",
        long_name="State",
        description="How far the file is known to be what the server holds.",
        levels={
            FileState.VERIFIED: "size and MD5 equal the server's",
            FileState.RECEIVED: "size equals the server's, which states no MD5",
            FileState.MISSING: "not here",
        },
    ),
    Column(
        name="blake2b",
        long_name="BLAKE2b",
        description="BLAKE2b of the content as it arrived, 32 bytes long, in hexadecimal.",
    ),
    Column(
        name="mtime_ns",
        long_name="Time of modification",
        description="While size and time are these, the file is taken to be unchanged.",
        kind="integer",
        units="ns",
    ),
    Column(name="license", long_name="License", description="License that the index states."),
    Column(name="source_doi", long_name="DOI", description="DOI that the index states."),
)


def row_of(record: FileRecord) -> Row:
    """A line of the table."""
    return msgspec.structs.asdict(record)


def record_of(row: Row) -> FileRecord:
    """Inverse of `row_of`; msgspec.ValidationError when the row is none of ours."""
    return msgspec.convert(row, FileRecord)
