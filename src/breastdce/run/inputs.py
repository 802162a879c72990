"""Names for what is read: the content of an exam's files, remembered between runs.

A file is read for its digest once; later its path, size and modification time vouch for it. Paths
may name patients and times may be those of exams, so the memory keeps a digest of the three only.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from breastdce.core.digest import digest_bytes, digest_json
from breastdce.dataset.provenance import digest_of_files
from breastdce.formats.atomic import write_bytes
from breastdce.ingest.records import ExamSource

if TYPE_CHECKING:
    from breastdce.stages.load import Source  # loads pydicom, which most exports do not need

_CHUNK_BYTES = 1 << 20


class Seen(NamedTuple):
    """Size and time of a file."""

    size_bytes: int
    mtime_ns: int


def seen_now(path: str) -> Seen:
    """How a file is now; OSError when it is gone."""
    stat = os.stat(path)  # noqa: PTH116 - pathlib's own calls would cost as much as reading
    return Seen(stat.st_size, stat.st_mtime_ns)


def stamp(paths: Iterable[str], seen: Callable[[str], Seen]) -> str:
    """One name for files as they were seen; errors as `seen`."""
    return digest_json([[path, *seen(path)] for path in sorted(paths)])


class FileDigests:
    """Content digests of files, remembered in one small file per exam, or nowhere."""

    def __init__(self, memory: Path | None = None) -> None:
        self._memory = memory
        self._known = {} if memory is None else _recall(memory)
        self._used: dict[str, str] = {}
        self._names: dict[str, str] = {}

    def of(self, path: str) -> str:
        """blake2b of the file's bytes; OSError when it cannot be read."""
        if path not in self._names:
            size, mtime_ns = seen_now(path)
            name = digest_bytes(f"{path}\0{size}\0{mtime_ns}".encode())
            self._used[name] = self._known.get(name) or _digest_file(path)
            self._names[path] = name
        return self._used[self._names[path]]

    def read(self, paths: Iterable[str], threads: int) -> None:
        """Learn the digests of files on several threads; errors as `of`."""
        with ThreadPoolExecutor(threads) as pool:
            for _ in pool.map(self.of, paths):
                pass

    def remember(self) -> None:
        """Write down what was asked for; the rest is forgotten."""
        if self._memory is not None and self._used != self._known:
            write_bytes(self._memory, msgspec.msgpack.encode(self._used))


def source_digest(source: Source, files: FileDigests) -> str:
    """Name of everything that `load` depends on.

    File contents and the finder's decisions, but neither paths nor identities: a tree that was
    moved or renamed gives the same results and is recognized.
    """
    exam = source.exam
    decided = [
        {
            "slices": [[files.of(item.path), item.frame] for item in phase.slices],
            "role": phase.role,
            "start_s": phase.start_s,
            "effective_s": phase.effective_s,
        }
        for phase in exam.phases
    ]
    return digest_json(
        {
            "phases": decided,
            "grid": msgspec.to_builtins(exam.grid),
            "phase_indices": exam.phase_indices,
            "phase_key": exam.phase_key,
            "phase_duration_s": exam.phase_duration_s,
            "time_zero": exam.time_zero,
            "side": exam.side,
            "caveats": msgspec.to_builtins(exam.caveats),
            "analysis": sorted(files.of(path) for path in exam.analysis_paths),
            "region": msgspec.to_builtins(source.region),
            "keep_ids": source.identity_kept,
        }
    )


def phase_digests(exam: ExamSource, files: FileDigests) -> list[tuple[int, str]]:
    """Number of files and one digest over their contents, for each phase in order of time."""
    return [_fold({item.path for item in phase.slices}, files) for phase in exam.phases]


def analysis_digest(exam: ExamSource, files: FileDigests) -> tuple[int, str]:
    """Return the same over the producer's analysis objects."""
    return _fold(exam.analysis_paths, files)


def _fold(paths: Iterable[str], files: FileDigests) -> tuple[int, str]:
    digests = [files.of(path) for path in paths]
    return len(digests), digest_of_files(digests)


def _recall(memory: Path) -> dict[str, str]:
    try:
        return msgspec.msgpack.decode(memory.read_bytes(), type=dict[str, str])
    except (FileNotFoundError, msgspec.DecodeError):
        return {}


def _digest_file(path: str) -> str:
    digest = hashlib.blake2b(digest_size=32)
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - as above
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()
