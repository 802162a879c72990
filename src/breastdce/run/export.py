"""Write a finished data set in another layout: exam by exam, resumable, the same bytes again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import msgspec

from breastdce.core.catalog import Catalog
from breastdce.core.codes import ErrorCode
from breastdce.core.errors import CallError, InputError
from breastdce.core.exam import ExamId
from breastdce.dataset import layout
from breastdce.dataset.provenance import Provenance, read_exams
from breastdce.exchange.layouts._contract import Layout
from breastdce.exchange.records import Entry, ExamFiles, MaskKind
from breastdce.run.export_card import card_outputs
from breastdce.run.export_exams import DicomSources, exams_of
from breastdce.run.export_folder import ExportFolder
from breastdce.run.training_folds import check_participants, read_folds
from breastdce.run.training_source import LABELS
from breastdce.segment.folds import Folds

LAYOUTS: Catalog[Layout] = Catalog("breastdce.exchange.layouts", "LAYOUT", Layout)
OnExam = Callable[[int, int, str], None]


class ExportFailure(msgspec.Struct, frozen=True):
    """An exam that is not in the export."""

    exam: str
    code: str
    message: str
    evidence: dict[str, str]
    remedy: str


class ExportSummary(msgspec.Struct, frozen=True, kw_only=True):
    """What an export has done."""

    layout: str
    dest: str
    exams: int
    """Exams that are in the export."""
    files: int
    """Files of the export, the manifest left out."""
    written: int
    """Those that were not there yet, or differed."""
    removed: int
    """Files of an earlier export that belong to it no longer."""
    splits: bool
    """Whether the export says who tests."""
    identified: bool
    """Whether the files carry the identity of their source."""
    failures: tuple[ExportFailure, ...] = ()


def layout_names() -> tuple[str, ...]:
    """Names of the layouts as they stand on the command line."""
    return tuple(name.replace("_", "-") for name in LAYOUTS.names())


def export(
    out: Path,
    dest: Path,
    to: str,
    *,
    dicom: Path | None = None,
    folds: Path | None = None,
    on_exam: OnExam,
) -> ExportSummary:
    """Write the exams of a data set in another layout.

    Parameters
    ----------
    out
        A finished data set; it is only read.
    dest
        A folder that is new, empty, or holds an earlier export to the same layout: what is equal
        stays untouched.
    to
        A layout, as on the command line.
    dicom
        Where the exams' DICOM lies, for layouts that need it.
    folds
        A folds.json of this data set, for layouts that know folds.
    on_exam
        Called before each exam with its number from 1, the number of exams, and its name.

    Returns
    -------
    ExportSummary
        What is wrong with one exam is a failure in it, and the others go on.

    Raises
    ------
    CallError
        The call was wrong; nothing was written.
    StoreError
        OUTPUT_FOREIGN when `dest` holds something else; OUTPUT_UNWRITABLE.
    InputError
        TABLE_INVALID when `out` is no data set; FOLDS_INVALID when the folds are not of it.
    EngineError
        ENGINE_MISSING when the layout needs a package that is not installed.
    """
    chosen = LAYOUTS.get(to.replace("-", "_"))
    _check_call(out, dest, chosen, dicom, folds)
    exams = list(exams_of(out, _records(out)))
    split = None if folds is None else _fitting(folds, [exam for _, exam in exams])
    sources = None if dicom is None else DicomSources(dicom)
    folder = ExportFolder(dest, to, chosen.readme)
    entries: list[Entry] = []
    failures: list[ExportFailure] = []
    for number, (record, exam) in enumerate(exams, 1):
        on_exam(number, len(exams), exam.exam)
        try:
            slices = () if sources is None else sources.slices(record)
            entries += _place(chosen, replace(exam, slices=slices), dest, folder)
        except InputError as error:
            failures.append(_failure(exam.exam, error))
    if chosen.closing is not None:
        entries += [folder.place(output) for output in chosen.closing(entries, dest)]
    entries += [folder.place(output) for output in card_outputs(out, chosen)]
    if split is not None and chosen.splits is not None:
        tests = [frozenset(fold.test) for fold in split.folds]
        entries.append(folder.place(chosen.splits(entries, tests, dest)))
    folder.finish(entries)
    return ExportSummary(
        layout=to,
        dest=str(dest),
        exams=len(exams) - len(failures),
        files=folder.files,
        written=folder.written,
        removed=folder.removed,
        splits=split is not None,
        identified=chosen.needs_dicom,
        failures=tuple(failures),
    )


def _place(chosen: Layout, exam: ExamFiles, dest: Path, folder: ExportFolder) -> list[Entry]:
    """Write an exam's files, all or none."""
    placed: list[Entry] = []
    try:
        for output in chosen.outputs(exam, dest):
            placed.append(folder.place(output))  # noqa: PERF401 - what was placed counts
    except InputError:
        folder.take_back(placed)
        raise
    return placed


def _fitting(path: Path, exams: Iterable[ExamFiles]) -> Folds:
    """Folds of exactly the participants who have a mask to learn from."""
    folds = read_folds(path)
    labels = {MaskKind(name.value) for name in LABELS}
    check_participants(
        folds, (ExamId.parse(exam.exam).participant for exam in exams if labels & exam.masks.keys())
    )
    return folds


def _check_call(
    out: Path, dest: Path, chosen: Layout, dicom: Path | None, folds: Path | None
) -> None:
    if chosen.needs_dicom and dicom is None:
        raise CallError(
            ErrorCode.CALL_INVALID,
            "A segmentation refers to the exam's DICOM, and the data set keeps none",
            remedy="Give --dicom FOLDER: the files that `breastdce run` was given. The "
            "segmentations will carry their patient's identity.",
        )
    if dicom is not None and not chosen.needs_dicom:
        raise CallError(
            ErrorCode.CALL_INVALID,
            "This layout needs no DICOM",
            evidence={"layout": chosen.name},
            remedy="Leave out --dicom.",
        )
    if folds is not None and chosen.splits is None:
        raise CallError(
            ErrorCode.CALL_INVALID,
            "This layout knows no folds",
            evidence={"layout": chosen.name},
            remedy="Leave out --folds.",
        )
    for read in (out, *([dicom] if dicom else [])):
        if dest.resolve().is_relative_to(read.resolve()):
            raise CallError(
                ErrorCode.CALL_INVALID,
                "DEST lies inside what is read",
                evidence={"dest": str(dest), "read": str(read)},
                remedy="Choose a folder outside.",
            )
    if chosen.ready is not None:
        chosen.ready()


def _records(out: Path) -> list[Provenance]:
    records = read_exams(out) if layout.description(out).exists() else []
    if not records:
        raise InputError(
            ErrorCode.TABLE_INVALID,
            "No data set with a finished exam is here",
            evidence={"folder": str(out)},
            remedy="Give the OUT folder of `breastdce run`.",
        )
    return records


def _failure(exam: str, error: InputError) -> ExportFailure:
    evidence = {key: str(value) for key, value in error.evidence.items()}
    return ExportFailure(exam, str(error.code), error.message, evidence, error.remedy)
