"""Masks out to other editors and back in: a folder per case, and a judgment of what returns.

Beside the files lies a record of what was given out. By it a mask that comes back is known to be of
this exam, and to begin from the mask that the reader still stands at.
"""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec
import numpy as np

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import CallError, InputError, StoreError
from breastdce.core.exam import ExamId
from breastdce.core.grid import Grid
from breastdce.core.volume import Mask
from breastdce.dataset import layout
from breastdce.formats.atomic import write_bytes
from breastdce.formats.edited_mask import read_edited_mask
from breastdce.formats.nifti import read_volume, write_volume
from breastdce.review.diagnosis import Diagnosis, diagnose
from breastdce.review.revision import Digest, Name, Reader, Revision
from breastdce.run.review.mask_files import mask_digest
from breastdce.run.review.programs import Picture, Program, mask_path, start, write_for
from breastdce.run.review.room import ReviewRoom

_PRE, _POST1, _POST2 = 0, 1, 2
_PHASES = (
    ("post1", _POST1, "First post-contrast"),
    ("pre", _PRE, "Pre-contrast"),
    ("post2", _POST2, "Second post-contrast"),
)
_SUBTRACTION = ("sub1", "First post-contrast minus pre-contrast")
_RECORD = "_export.json"
_FINER = 8
"""How many times as many voxels as its image a mask may have to be read: half the spacing."""
_OTHER_TOOL = "file"
"""Tool of a mask that came without a record."""


class ExportRecord(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was given out; lies beside the files as <exam>_export.json."""

    form: Literal[1] = 1
    exam: str
    reader: Name
    program: Program
    start: Digest
    """Content of the mask that was given out."""
    mask: str
    """Name of the file to edit."""


class Exported(NamedTuple):
    """A case as another editor opens it."""

    folder: Path
    mask: Path
    """File that the reader edits and saves."""
    record: ExportRecord
    process: subprocess.Popen[bytes] | None
    """The editor, where it was found and started."""


class Imported(NamedTuple):
    """A mask that was taken back."""

    revision: Revision
    diagnosis: Diagnosis
    unchanged: bool
    """Whether it is the start mask still."""
    record_kept: bool
    """Whether the record beside the file could be brought up to date."""


def export_case(
    room: ReviewRoom, exam: ExamId, name: str, program: Program, dest: Path | None = None
) -> Exported:
    """Write what an editor needs of a case, and start it where it is installed.

    Parameters
    ----------
    room
        Of the data set.
    exam
        Which case.
    name
        Of the reader, who gets the mask that a draft of hers or his would begin from.
    dest
        Folder to write to; <exam>_<program> in the current one when left out.

    Raises
    ------
    InputError
        UNKNOWN_ENTRY.
    CallError
        CALL_INVALID for a folder inside the data set.
    StoreError
        OUTPUT_FOREIGN when the folder holds an edited mask that was not imported;
        OUTPUT_UNWRITABLE.
    """
    folder = (dest or Path(f"{exam}_{program}")).absolute()
    if folder.resolve().is_relative_to(room.out.resolve()):
        raise CallError(
            ErrorCode.CALL_INVALID,
            "The folder is inside the data set",
            evidence={"folder": str(folder)},
            remedy="Give --dest with a folder outside it.",
        )
    mask = _start_mask(room, exam, room.reader(name))
    path = mask_path(program, folder, str(exam))
    _check_not_edited(path, mask)
    words = write_for(program, folder, str(exam), mask, _pictures(room.out, exam, folder))
    record = ExportRecord(
        exam=str(exam), reader=name, program=program, start=mask_digest(mask), mask=path.name
    )
    _write_record(folder, record)
    return Exported(folder, path, record, start(program, words, folder))


def import_file(
    room: ReviewRoom,
    file: Path,
    *,
    case: ExamId | None = None,
    name: str | None = None,
    otherwise: str,
    comment: str = "",
) -> Imported:
    """Take an edited mask back as a revision, if it has its image's voxels.

    Parameters
    ----------
    file
        .nii, .nii.gz, .nrrd or .seg.nrrd.
    case
        Whose mask it is, whatever the record beside it says; it then stands against the mask that
        the reader is at now.
    name
        Of the reader; by the record when left out.
    otherwise
        Name of the reader where neither says one.

    Raises
    ------
    InputError
        A MaskCode that says what happened to the mask; IMAGE_INVALID; UNKNOWN_ENTRY; STALE when the
        reader has signed another mask since the export; REVIEW_STATE when changes are unsigned.
    CallError
        CALL_INVALID when nothing tells which case it is.
    """
    record = None if case else _record_of(file)
    exam = case or ExamId.parse(record.exam if record else "")
    reader = room.reader(name or (record.reader if record else otherwise))
    given = _start_mask(room, exam, reader)
    parent = mask_digest(given)
    if record is not None and record.start != parent:
        raise InputError(
            ErrorCode.STALE,
            "The reader's mask of this exam is no longer the one that was exported",
            evidence={"exam": str(exam), "reader": reader.name, "file": file.name},
            remedy="Export again and edit that; or give --case to take this one as the newest.",
        )
    mask, diagnosis = _judged(file, given, exam)
    tool = record.program.value if record else _OTHER_TOOL
    revision = room.import_mask(exam, reader, mask.data, tool, comment, parent=parent)
    unchanged = np.array_equal(mask.data, given.data)
    return Imported(revision, diagnosis, unchanged, _keep_record(file, record, revision))


def _judged(file: Path, given: Mask, exam: ExamId) -> tuple[Mask, Diagnosis]:
    edited = read_edited_mask(file, _FINER * given.data.size)
    found = diagnose(given.grid, given.data, edited.values, edited.grid, edited.names)
    if not found.accepted:
        grids = {"image": found.image, "mask": found.mask}
        raise InputError(
            found.code,
            found.what,
            evidence={
                "file": file.name,
                "exam": str(exam),
                **{key: grid for key, grid in grids.items() if grid is not None},
            },
            remedy=found.remedy,
        )
    return Mask(np.asfortranarray(edited.values != 0), given.grid), found


def _start_mask(room: ReviewRoom, exam: ExamId, reader: Reader) -> Mask:
    grid: Grid = room.grid(exam)
    return Mask(room.mask(exam, "start", reader), grid)


def _pictures(out: Path, exam: ExamId, folder: Path) -> list[Picture]:
    """Copy the prepared images, and make the subtraction; the image to draw on is the first."""
    pictures = []
    for name, index, label in _PHASES:
        path = folder / f"{exam}_{name}.nii.gz"
        write_bytes(path, layout.image(out, exam, index).read_bytes())
        pictures.append(Picture(path, label))
    pre, post1 = (read_volume(layout.image(out, exam, index)) for index in (_PRE, _POST1))
    name, label = _SUBTRACTION
    path = folder / f"{exam}_{name}.nii.gz"
    write_volume(path, post1.with_data(post1.data - pre.data))
    return [pictures[0], Picture(path, label), *pictures[1:]]


def _check_not_edited(path: Path, mask: Mask) -> None:
    """Refuse to write over work that is nowhere else."""
    if not path.exists():
        return
    try:
        values = read_edited_mask(path, _FINER * mask.data.size).values
        same = np.array_equal(values != 0, mask.data)
    except InputError:
        same = False
    if not same:
        raise StoreError(
            ErrorCode.OUTPUT_FOREIGN,
            "The folder holds a mask that is not the one to export; it may be somebody's work",
            evidence={"file": str(path)},
            remedy="Import it, or remove it, or give --dest with another folder.",
        )


def _write_record(folder: Path, record: ExportRecord) -> None:
    text = msgspec.json.format(msgspec.json.encode(record), indent=2)
    write_bytes(folder / f"{record.exam}{_RECORD}", text + b"\n")


def _keep_record(file: Path, record: ExportRecord | None, revision: Revision) -> bool:
    """Let the file be edited further: it now begins from the revision that it became."""
    if record is None:
        return True
    try:
        _write_record(file.parent, msgspec.structs.replace(record, start=revision.mask))
    except StoreError:
        return False
    return True


def _record_of(file: Path) -> ExportRecord:
    """The record beside a file: the one that names it, or the only one there is."""
    records = [_read_record(path) for path in sorted(file.parent.glob(f"*{_RECORD}"))]
    naming = [record for record in records if record.mask == file.name]
    chosen = naming or records
    if len(chosen) != 1:
        raise CallError(
            ErrorCode.CALL_INVALID,
            "Nothing beside the file says which case it is of",
            evidence={"file": str(file), "records": [record.exam for record in records]},
            remedy="Leave it in the folder of its export, or give --case.",
        )
    return chosen[0]


def _read_record(path: Path) -> ExportRecord:
    try:
        record = msgspec.json.decode(path.read_bytes(), type=ExportRecord)
        ExamId.parse(record.exam)
    except (OSError, msgspec.DecodeError, InputError) as error:
        raise InputError(
            ErrorCode.TABLE_INVALID,
            "The record of an export cannot be read",
            evidence={"file": str(path), "why": str(error)},
            remedy="Give --case; or export again.",
        ) from error
    return record
