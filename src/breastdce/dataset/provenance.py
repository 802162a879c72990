"""What an exam's files were made from, and how: provenance.json of each exam.

The record holds neither clock times nor durations, so that equal inputs give equal bytes; and no
path, identifier or date of the source.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from breastdce.core.caveats import Caveat
from breastdce.core.codes import ErrorCode, FileNote
from breastdce.core.digest import digest_bytes
from breastdce.core.errors import InputError
from breastdce.core.exam import ExamId
from breastdce.dataset import layout
from breastdce.dataset.deidentification import HeaderNote
from breastdce.formats.tables import write_json


class _Record(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


class GeneratedBy(_Record, frozen=True, kw_only=True):
    """The program, and the engines below it."""

    name: str
    version: str
    engines: dict[str, str]
    """Distribution to full version."""


class RecipeNote(_Record, frozen=True, kw_only=True):
    """The recipe that was followed."""

    name: str
    digest: str


class InputNote(_Record, frozen=True, kw_only=True):
    """One group of source files: a phase, or the objects of the producer's analysis."""

    role: str
    """`phase-0000`, `phase-0001`, ... or `analysis`."""
    n_files: int
    digest: str
    """See `digest_of_files`."""


class StageNote(_Record, frozen=True, kw_only=True):
    """One stage as it was run."""

    name: str
    version: int
    params: dict[str, object]
    engines: dict[str, str]
    caveats: tuple[Caveat, ...] = ()


class Provenance(_Record, frozen=True, kw_only=True):
    """Everything that decides the bytes of an exam's files, and their checksums."""

    exam_id: str
    generated_by: GeneratedBy
    recipe: RecipeNote
    inputs: tuple[InputNote, ...]
    headers: tuple[HeaderNote, ...] = ()
    """What was seen in the headers of the inputs, attribute by attribute, in order of tag."""
    stages: tuple[StageNote, ...]
    measurements: dict[str, object]
    """Reports of the stages (FTV, z-score, STV), plain values under names of our own."""
    warnings: tuple[FileNote, ...] = ()
    """What was unusual about source files that were read all the same, each code once."""
    caveats: tuple[Caveat, ...] = ()
    files: dict[str, str]
    """Path relative to the exam's folder to SHA-256, every file but this record."""


def write_provenance(root: Path, exam: ExamId, record: Provenance) -> None:
    """Write provenance.json of an exam."""
    write_json(layout.provenance(root, exam), record)


def read_provenance(path: Path) -> Provenance:
    """Read a provenance.json; InputError(TABLE_INVALID) when it is not one."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Provenance)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise InputError(
            ErrorCode.TABLE_INVALID, evidence={"file": path.name, "why": str(error)}
        ) from error


def as_read(record: Provenance) -> Provenance:
    """The record as `read_provenance` will give it: plain values have the types of JSON."""
    return msgspec.json.decode(msgspec.json.encode(record), type=Provenance)


def read_exams(root: Path) -> list[Provenance]:
    """Provenance of every finished exam; folders that a killed run left unfinished have none."""
    paths = (folder / "provenance.json" for folder in layout.exam_folders(root))
    return [read_provenance(path) for path in paths if path.exists()]


def checksums(root: Path, exam: ExamId, known: Mapping[Path, str] | None = None) -> dict[str, str]:
    """SHA-256 of every file in an exam's folder except its provenance, in order of path.

    Files whose checksums are `known` are not read.
    """
    sums = known or {}
    folder = layout.exam_folder(root, exam)
    record = layout.provenance(root, exam)
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path != record)
    return {path.relative_to(folder).as_posix(): sums.get(path) or sha256(path) for path in files}


def sha256(path: Path) -> str:
    """64 hex digits, as `sha256sum` prints them."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def digest_of_files(digests: Iterable[str]) -> str:
    """Name of a set of source files: blake2b over their sorted digests, one a line."""
    return digest_bytes("\n".join(sorted(digests)).encode())
