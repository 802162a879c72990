"""The folder of an export: ours or nobody's, whole files only, and nothing written twice."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError, StoreError
from breastdce.exchange.records import Entry, Output
from breastdce.formats.atomic import remove_unfinished, write_bytes
from breastdce.formats.tables import Column, read_tsv, write_tsv

README, MANIFEST = "README.txt", "manifest.tsv"
_COLUMNS = (
    Column(name="path", long_name="Path", description="File, relative to this folder."),
    Column(name="sha256", long_name="SHA-256", description="Checksum of the file."),
    Column(name="exam_id", long_name="Exam", description="Exam that it was made from."),
    Column(name="mask", long_name="Mask", description="Mask of the exam that it was made from."),
)
_ALWAYS = """
manifest.tsv lists every other file with its checksum, and the exam and the mask that it was made
from.

How to cite: the collection that the images come from, as its license asks; the data set and
breastdce, as CITATION.cff says; and the publication of this layout where you compare with it.
What was done to the images stands in DATASET.md, which is README.md of the data set (not where
identity is carried along), and in each exam's provenance.json there. Files and tables that
DATASET.md names are those of the data set. LICENSE is the publisher's, where there is one.
"""


class ExportFolder:
    """The destination; counts what it does."""

    def __init__(self, dest: Path, name: str, readme: str) -> None:
        """Take a folder that is new, empty, or of an earlier export to the same layout.

        Raises
        ------
        StoreError
            OUTPUT_FOREIGN when it is none of them; OUTPUT_UNWRITABLE.
        """
        self._dest = dest
        self.files = self.written = self.removed = 0
        mark = f"breastdce export --to {name}\n"
        _check_ours(dest, mark)
        self._before = _listed(dest / MANIFEST)
        if dest.exists():
            remove_unfinished(dest)
        self._write(README, (mark + "\n" + readme + _ALWAYS).encode())

    def place(self, output: Output) -> Entry:
        """Write one file unless it is there with these bytes."""
        self._write(output.path, output.payload)
        digest = hashlib.sha256(output.payload).hexdigest()
        return Entry(output.path, digest, output.exam, output.mask)

    def take_back(self, entries: Iterable[Entry]) -> None:
        """Remove the files of an exam that could not be finished."""
        for entry in entries:
            (self._dest / entry.path).unlink(missing_ok=True)
            self.files -= 1

    def finish(self, entries: Iterable[Entry]) -> None:
        """Remove what an earlier export wrote and this one did not; write the manifest last."""
        rows = sorted(entries, key=lambda entry: entry.path)
        for name in self._before - {entry.path for entry in rows}:
            path = self._dest / name
            if path.is_file():
                path.unlink()
                self.removed += 1
        cells = [
            {"path": row.path, "sha256": row.sha256, "exam_id": row.exam, "mask": row.mask}
            for row in rows
        ]
        write_tsv(self._dest / MANIFEST, _COLUMNS, cells)

    def _write(self, name: str, payload: bytes) -> None:
        path = self._dest / name
        self.files += 1
        if not (path.is_file() and path.read_bytes() == payload):
            write_bytes(path, payload)
            self.written += 1


def _check_ours(dest: Path, mark: str) -> None:
    if not dest.exists():
        return
    readme = dest / README
    empty = dest.is_dir() and not any(dest.iterdir())
    if empty or (readme.is_file() and readme.read_bytes().startswith(mark.encode())):
        return
    raise StoreError(
        ErrorCode.OUTPUT_FOREIGN,
        "The destination holds something that is no export to this layout",
        evidence={"dest": str(dest)},
    )


def _listed(manifest: Path) -> set[str]:
    """Files of an earlier export; a path that leads elsewhere is nobody's to remove."""
    if not manifest.is_file():
        return set()
    try:
        names = {str(row["path"]) for row in read_tsv(manifest, _COLUMNS)}
    except InputError:
        return set()
    return {name for name in names if not Path(name).is_absolute() and ".." not in Path(name).parts}
