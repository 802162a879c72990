"""The folder that files of a public archive are fetched to, and what is known of each file.

    DEST/
    ├─ manifest.tsv   one line a file: source, size, digests
    ├─ CITATION.txt   whom to cite, under which license
    ├─ <PatientID>/<StudyInstanceUID>/<SeriesInstanceUID>/<instance>.dcm
    └─ .fetch/        lock, journal, and files that are still arriving; safe to delete between runs

A file gets its place when its content is verified and on disk, and then a line in the journal, so
that a killed run is gone on with where it was; the journal becomes part of the manifest at the end
of a run, or at the start of the next.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError, StoreError
from breastdce.fetch.check import (
    Hashes,
    Seen,
    Verdict,
    arrived_whole,
    by_content,
    by_stat,
    states_md5,
)
from breastdce.fetch.citation import citation_text
from breastdce.fetch.manifest import COLUMNS, FileRecord, FileState, record_of, row_of
from breastdce.fetch.series import IndexSeries
from breastdce.formats.atomic import remove_unfinished_in, write_bytes
from breastdce.formats.bucket import RemoteObject
from breastdce.formats.tables import format_cell, parse_cell, read_tsv, write_tsv
from breastdce.run.lock import locked

MANIFEST = "manifest.tsv"
CITATION = "CITATION.txt"
_WORK = ".fetch"
_CHUNK_BYTES = 1 << 20


class Fetched:
    """What lies in the folder, as it is now; only `opened` makes one that may write."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.incoming = root / _WORK / "incoming"
        self._journal = root / _WORK / "journal.tsv"
        self._records: dict[str, dict[str, FileRecord]] = {}  # folder, then name
        for record in (*_read_manifest(root / MANIFEST), *_read_journal(self._journal)):
            self._keep(record)
        self._changed = self._journal.exists()

    def save(self) -> None:
        """Write manifest and citation, if there is news, and forget the journal."""
        folders = [self._records[folder] for folder in sorted(self._records)]
        records = [folder[name] for folder in folders for name in sorted(folder)]
        if self._changed and records:
            write_tsv(self.root / MANIFEST, COLUMNS, map(row_of, records))
            write_bytes(self.root / CITATION, citation_text(records).encode())
        self._journal.unlink(missing_ok=True)
        self._changed = False

    def objects(self, series: IndexSeries) -> list[RemoteObject]:
        """Objects of a series that came here once, as the bucket listed them then."""
        return [
            RemoteObject(record.source, record.size_bytes, record.etag)
            for record in self._records.get(series.folder, {}).values()
            if record.is_here and record.source.startswith(series.source)
        ]

    def verdict(self, series: IndexSeries, remote: RemoteObject, *, rehash: bool) -> Verdict:
        """Judge one file; never UNSURE. What its content says is remembered."""
        path = self._place(series, remote)
        record = self._records.get(series.folder, {}).get(path.name)
        seen = _look(path)
        verdict = by_stat(remote, record, seen, rehash=rehash)
        if verdict is not Verdict.UNSURE or seen is None:
            return verdict
        hashes = _hash(path)
        whole = by_content(remote, record, hashes)
        self._keep(_record(series, remote, seen, hashes if whole else None))
        return Verdict.WHOLE if whole else Verdict.WRONG

    def expect(self, series: IndexSeries, remote: RemoteObject) -> str:
        """Make ready for a file that is absent or wrong; return its path below `incoming`."""
        self._place(series, remote).unlink(missing_ok=True)
        self._keep(_record(series, remote, None, None))
        name = f"{series.crdc_uuid}/{_instance(remote)}"
        (self.incoming / name).parent.mkdir(parents=True, exist_ok=True)
        return name

    def settle(self, series: IndexSeries, remote: RemoteObject) -> bool:
        """Give an arrived file its place if its size and content are right, else remove it."""
        arrived = self.incoming / series.crdc_uuid / _instance(remote)
        seen = _look(arrived)
        if seen is None:
            return False
        hashes = _hash(arrived)
        if not arrived_whole(remote, seen.size_bytes, hashes):
            arrived.unlink()
            return False
        place = self._place(series, remote)
        place.parent.mkdir(parents=True, exist_ok=True)
        arrived.replace(place)
        self._remember(_record(series, remote, seen, hashes))
        return True

    def strays(self, series: IndexSeries, objects: Sequence[RemoteObject]) -> list[str]:
        """Names in the folder of a series that are none of its objects'."""
        names = {_instance(remote) for remote in objects}
        folder = self.root / series.folder
        return sorted(path.name for path in folder.glob("*") if path.name not in names)

    def drop_superseded(self, series: IndexSeries, objects: Sequence[RemoteObject]) -> None:
        """Remove files that came here once and that the archive has replaced since."""
        names = {_instance(remote) for remote in objects}
        records = self._records.get(series.folder, {})
        for name in [name for name in records if name not in names]:
            (self.root / series.folder / name).unlink(missing_ok=True)
            del records[name]
            self._changed = True

    def _place(self, series: IndexSeries, remote: RemoteObject) -> Path:
        return self.root / _name(series, remote)

    def _remember(self, record: FileRecord) -> None:
        row = row_of(record)
        cells = [format_cell(column, row[column.name]) for column in COLUMNS]
        with self._journal.open("a", encoding="utf-8") as file:
            file.write("\t".join(cells) + "\n")
        self._keep(record)

    def _keep(self, record: FileRecord) -> None:
        folder, _, name = record.path.rpartition("/")
        self._records.setdefault(folder, {})[name] = record
        self._changed = True


@contextmanager
def opened(root: Path) -> Iterator[Fetched]:
    """Hold the folder for this process; what is known is written at the end, come what may.

    Raises
    ------
    StoreError
        OUTPUT_BUSY when another process fetches to it, OUTPUT_UNWRITABLE.
    """
    try:
        (root / _WORK).mkdir(parents=True, exist_ok=True)
        with locked(root / _WORK / "lock", wait=False):
            remove_unfinished_in(root)
            fetched = Fetched(root)
            fetched.save()  # what a killed run left in its journal, whose last line may be torn
            fetched.incoming.mkdir(exist_ok=True)
            try:
                yield fetched
            finally:
                fetched.save()
                shutil.rmtree(fetched.incoming, ignore_errors=True)
    except OSError as error:
        raise StoreError(
            ErrorCode.OUTPUT_UNWRITABLE,
            evidence={"folder": str(root), "why": error.strerror or str(error)},
        ) from error


def _name(series: IndexSeries, remote: RemoteObject) -> str:
    return f"{series.folder}/{_instance(remote)}"


def _instance(remote: RemoteObject) -> str:
    return remote.source.rpartition("/")[2]


def _record(
    series: IndexSeries, remote: RemoteObject, seen: Seen | None, hashes: Hashes | None
) -> FileRecord:
    here = FileState.VERIFIED if states_md5(remote.etag) else FileState.RECEIVED
    return FileRecord(
        path=_name(series, remote),
        source=remote.source,
        collection_id=series.collection_id,
        series_uid=series.series_uid,
        size_bytes=remote.size_bytes,
        etag=remote.etag,
        state=FileState.MISSING if hashes is None else here,
        blake2b=hashes.blake2b if hashes else None,
        mtime_ns=seen.mtime_ns if seen and hashes else None,
        license=series.license,
        source_doi=series.source_doi,
    )


def _look(path: Path) -> Seen | None:
    try:
        stat = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return Seen(stat.st_size, stat.st_mtime_ns)


def _hash(path: Path) -> Hashes:
    md5 = hashlib.md5(usedforsecurity=False)  # the server's tag, which says nothing of intent
    blake2b = hashlib.blake2b(digest_size=32)
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            md5.update(chunk)
            blake2b.update(chunk)
        os.fsync(file.fileno())  # what is vouched for outlives a power cut
    return Hashes(md5.hexdigest(), blake2b.hexdigest())


def _read_manifest(path: Path) -> list[FileRecord]:
    if not path.exists():
        return []
    try:
        return [record_of(row) for row in read_tsv(path, COLUMNS)]
    except (InputError, msgspec.ValidationError) as error:
        raise InputError(
            ErrorCode.TABLE_INVALID,
            "The manifest cannot be read",
            evidence={"file": str(path), "why": str(error)},
            remedy="Delete it; what is there is compared with the server again.",
        ) from error


def _read_journal(path: Path) -> list[FileRecord]:
    """Lines that a killed run left; a torn one is left out, and its file looked at again."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, NotADirectoryError):
        return []
    whole, _, _ = text.rpartition("\n")
    return list(filter(None, map(_parse_line, whole.split("\n"))))


def _parse_line(line: str) -> FileRecord | None:
    cells = line.split("\t")
    try:
        pairs = zip(COLUMNS, cells, strict=True)
        return record_of({column.name: parse_cell(column, text) for column, text in pairs})
    except (ValueError, msgspec.ValidationError):
        return None
