"""Where masks to be evaluated lie: a folder of NIfTI files, a data set, or a training run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import msgspec

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import CallError, InputError
from breastdce.core.exam import participant_of
from breastdce.dataset import layout
from breastdce.dataset.layout import MaskName
from breastdce.run.exam_facts import exam_facts
from breastdce.run.training_folds import read_folds
from breastdce.segment.bundle import Origin

_NAME = re.compile(
    rf"(?P<exam>.+?)(?:_(?P<kind>{'|'.join(MaskName)}|mask|prob))?\.nii(?:\.gz)?", re.IGNORECASE
)
_PROBABILITY = "prob"
_SHOWN = 8  # names in an error


class MaskFile(NamedTuple):
    """One exam's mask."""

    exam: str
    """Name as the source spells it."""
    path: Path
    probability: Path | None = None
    origin: Origin = "unknown"


class Masks(NamedTuple):
    """The masks of one source, by the upper case of their exams' names."""

    where: str
    """For errors."""
    files: Mapping[str, MaskFile]
    others: frozenset[str] = frozenset()
    """Exams that the source knows and has no such mask of, upper case."""
    kind: MaskName | None = None
    """Which mask of a data set they are."""


class Pair(NamedTuple):
    """Two masks of one exam."""

    exam: str
    prediction: MaskFile
    reference: Path


class _Note(msgspec.Struct, frozen=True):
    """What a prediction's record says of the model that made it; all else is not read here."""

    origin: Origin = "unknown"


def is_dataset(folder: Path) -> bool:
    """Whether a folder is a data set of this program."""
    return layout.description(folder).is_file() and layout.exams(folder).is_file()


def is_run(folder: Path) -> bool:
    """Whether a folder is a training run that has predicted."""
    return (folder / "folds.json").is_file() and any(folder.glob("outer*/predictions"))


def find_masks(folder: Path, kind: MaskName) -> Masks:
    """Masks of a data set (of the kind), of a training run, or of any folder of NIfTI files.

    Raises
    ------
    CallError
        CALL_INVALID when nothing is there.
    InputError
        IMAGE_INVALID when two files stand for one exam; FOLDS_INVALID; TABLE_INVALID.
    """
    if is_dataset(folder):
        found = _of_dataset(folder, kind)
    elif is_run(folder):
        found = _of_run(folder)
    else:
        found = Masks(str(folder), _of_folder(folder))
    if found.files:
        return found
    if found.kind is not None:
        raise _kind_missing(folder, found.kind)
    raise CallError(
        ErrorCode.CALL_INVALID,
        "No mask to evaluate is here",
        evidence={"folder": found.where},
        remedy="Give a folder of <exam>.nii.gz, a data set that has this kind of mask, or a "
        "training run with predictions.",
    )


def _kind_missing(folder: Path, kind: MaskName) -> CallError:
    there = [other for other in MaskName if _of_dataset(folder, other).files]
    return CallError(
        ErrorCode.CALL_INVALID,
        f"The data set has no mask of the kind {kind.value}",
        evidence={"folder": str(folder), "there are": ", ".join(there) or "none"},
        remedy="Say with --reference (or --prediction) which kind is meant.",
    )


def pair_masks(predictions: Masks, references: Masks) -> tuple[Pair, ...]:
    """Pair masks by name, in order of name.

    A prediction without a reference is left out where the source of references knows the exam.

    Raises
    ------
    InputError
        CASES_DIFFER with names: a reference has no prediction, or a prediction is of no known exam.
    """
    missing = sorted(references.files.keys() - predictions.files.keys())
    foreign = sorted(predictions.files.keys() - references.files.keys() - references.others)
    if missing or foreign:
        raise InputError(
            ErrorCode.CASES_DIFFER,
            evidence={
                "predictions": f"{len(predictions.files)} in {predictions.where}",
                "references": f"{len(references.files)} in {references.where}",
                "without prediction": _few(missing),
                "without reference": _few(foreign),
            },
        )
    return tuple(
        Pair(reference.exam, predictions.files[key], reference.path)
        for key, reference in sorted(references.files.items())
    )


def _of_dataset(folder: Path, kind: MaskName) -> Masks:
    exams = list(exam_facts(folder))
    paths = {exam: layout.mask(folder, exam, kind) for exam in exams}
    files = {
        str(exam).upper(): MaskFile(str(exam), path, _beside(path), _origin(path))
        for exam, path in paths.items()
        if path.is_file()
    }
    others = frozenset(str(exam).upper() for exam in exams) - files.keys()
    return Masks(f"{folder} ({kind.value})", files, others, kind)


def _of_run(folder: Path) -> Masks:
    tests = {fold.outer: frozenset(fold.test) for fold in read_folds(folder / "folds.json").folds}
    everyone = frozenset[str]().union(*tests.values())
    files: dict[str, MaskFile] = {}
    for outer in sorted(folder.glob("outer*/predictions")):
        number = int(outer.parent.name.removeprefix("outer"))
        for key, file in _of_folder(outer).items():
            who = participant_of(file.exam)
            seen = who in everyone - tests.get(number, frozenset())
            _keep(files, key, file._replace(origin="in_sample" if seen else "out_of_fold"))
    return Masks(str(folder), files)


def _of_folder(folder: Path) -> dict[str, MaskFile]:
    masks: dict[str, MaskFile] = {}
    probabilities: dict[str, Path] = {}
    for path, exam, kind in _named(folder):
        if kind == _PROBABILITY:
            probabilities[exam.upper()] = path
        else:
            _keep(masks, exam.upper(), MaskFile(exam, path, origin=_origin(path)))
    return {key: file._replace(probability=probabilities.get(key)) for key, file in masks.items()}


def _named(folder: Path) -> Iterator[tuple[Path, str, str]]:
    for path in sorted(folder.glob("*")):
        match = _NAME.fullmatch(path.name)
        if match and path.is_file():
            yield path, match["exam"], (match["kind"] or "").casefold()


def _beside(mask: Path) -> Path | None:
    match = _NAME.fullmatch(mask.name)
    path = mask.with_name(f"{match['exam'] if match else mask.name}_{_PROBABILITY}.nii.gz")
    return path if path.is_file() else None


def _origin(mask: Path) -> Origin:
    """What the record beside a mask says; unknown where there is none."""
    record = mask.with_name(re.sub(r"\.nii(\.gz)?$", ".json", mask.name, flags=re.IGNORECASE))
    try:
        return msgspec.json.decode(record.read_bytes(), type=_Note).origin
    except FileNotFoundError:
        return "unknown"
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise InputError(
            ErrorCode.TABLE_INVALID, evidence={"file": record.name, "why": str(error)}
        ) from error


def _keep(found: dict[str, MaskFile], key: str, file: MaskFile) -> None:
    if key in found:
        raise InputError(
            ErrorCode.IMAGE_INVALID,
            "Two files stand for one exam's mask",
            evidence={"files": f"{found[key].path}, {file.path}"},
            remedy="Give a folder with one mask an exam.",
        )
    found[key] = file


def _few(names: list[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more if names else "none"
