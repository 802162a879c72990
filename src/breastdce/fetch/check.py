"""Whether what is here is what the server holds, and that is what the index says."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum, auto
from typing import NamedTuple

from breastdce.core.codes import FetchCode
from breastdce.fetch.manifest import FileRecord
from breastdce.fetch.names import key_part
from breastdce.fetch.series import IndexSeries
from breastdce.formats.bucket import RemoteObject

_MD5 = re.compile(r"[0-9a-f]{32}")
# Six decimals of a MB give whole bytes; older releases of the index rounded to two.
_ROUNDING_BYTES = 5_000


class Verdict(Enum):
    """What a glance at a file says."""

    ABSENT = auto()
    WHOLE = auto()
    WRONG = auto()
    UNSURE = auto()
    """Only its content can tell."""


class Seen(NamedTuple):
    """What the file system says of a file."""

    size_bytes: int
    mtime_ns: int


class Hashes(NamedTuple):
    """Digests of a file's content, in hexadecimal."""

    md5: str
    blake2b: str


def states_md5(etag: str | None) -> bool:
    """Whether a tag is an MD5 of the content; that of an upload in parts has a hyphen."""
    return etag is not None and _MD5.fullmatch(etag) is not None


def by_stat(
    remote: RemoteObject, record: FileRecord | None, seen: Seen | None, *, rehash: bool
) -> Verdict:
    """Judge by size, and by the time of modification that the manifest remembers.

    With `rehash` no time vouches for content.
    """
    if seen is None:
        return Verdict.ABSENT
    if seen.size_bytes != remote.size_bytes:
        return Verdict.WRONG
    known = record is not None and record.is_here and record.etag == remote.etag
    if known and record is not None and record.mtime_ns == seen.mtime_ns and not rehash:
        return Verdict.WHOLE
    return Verdict.UNSURE


def by_content(remote: RemoteObject, record: FileRecord | None, hashes: Hashes) -> bool:
    """Judge a file of the right size by its content.

    The server's MD5 where it states one, else what the content was when it arrived. A file that
    neither speaks for is not trusted.
    """
    if states_md5(remote.etag):
        return hashes.md5 == remote.etag
    return record is not None and record.etag == remote.etag and record.blake2b == hashes.blake2b


def arrived_whole(remote: RemoteObject, size_bytes: int, hashes: Hashes) -> bool:
    """Judge a file that has just come from the server."""
    return size_bytes == remote.size_bytes and (
        not states_md5(remote.etag) or hashes.md5 == remote.etag
    )


def own_objects(series: IndexSeries, objects: Sequence[RemoteObject]) -> list[RemoteObject]:
    """Objects that lie in the folder of the series and have a fit name, sorted by name."""
    return sorted(remote for remote in objects if _is_own(series, remote))


def listing_problem(
    series: IndexSeries, objects: Sequence[RemoteObject]
) -> tuple[FetchCode, str] | None:
    """Compare the bucket with the index: number of objects, and their size within its rounding."""
    if not objects:
        return FetchCode.NOT_IN_BUCKET, series.source
    if len(objects) != series.instances:
        return FetchCode.COUNT_DIFFERS, f"{len(objects)} objects, the index says {series.instances}"
    total = sum(remote.size_bytes for remote in objects)
    if abs(total - series.size_bytes) > _ROUNDING_BYTES:
        return FetchCode.SIZE_DIFFERS, f"{total} bytes, the index says {series.size_bytes}"
    return None


def _is_own(series: IndexSeries, remote: RemoteObject) -> bool:
    name = remote.source.removeprefix(series.source)
    try:
        return remote.source.startswith(series.source) and bool(key_part(name))
    except ValueError:
        return False
