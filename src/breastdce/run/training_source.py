"""The exams that a network can learn from: our data set, or anyone's in nnU-Net's raw layout."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import CallError
from breastdce.core.exam import ExamId, participant_of
from breastdce.dataset import layout
from breastdce.dataset.layout import MaskName
from breastdce.dataset.provenance import read_exams
from breastdce.exchange.layouts import nnunet
from breastdce.run.pages import read_measurements

LABELS = (MaskName.STV_EXPERT, MaskName.STV_CANDIDATE)
"""Masks that are learned from, best first; never a network's own."""
_SUFFIX = ".nii.gz"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingExam:
    """One exam and the mask of its tumor, on one grid of 1 mm."""

    name: str
    participant: str
    """Exams of one participant stay in one fold."""
    images: tuple[Path, ...]
    """Phases in order."""
    label: Path
    label_kind: str
    breast: Path | None = None
    """On whatever grid it is."""
    maker: str | None = None


def training_exams(folder: Path) -> tuple[TrainingExam, ...]:
    """List the exams of a data set that have a mask to learn from, in order of name.

    Raises
    ------
    CallError
        CALL_INVALID when the folder is neither of the layouts, or has no such exam.
    """
    if layout.description(folder).exists():
        found = _ours(folder)
    elif (folder / "dataset.json").exists():
        found = _nnunet(folder)
    else:
        raise _nothing(folder, "neither dataset_description.json nor dataset.json")
    if not found:
        raise _nothing(folder, "no exam has a mask of its tumor")
    return tuple(sorted(found, key=lambda exam: exam.name))


def _ours(out: Path) -> list[TrainingExam]:
    found = []
    for record in read_exams(out):
        exam = ExamId.parse(record.exam_id)
        masks = {kind: layout.mask(out, exam, kind) for kind in (*LABELS, MaskName.BREAST)}
        kind = next((kind for kind in LABELS if masks[kind].exists()), None)
        if kind is None:
            continue
        breast = masks[MaskName.BREAST]
        found.append(
            TrainingExam(
                name=str(exam),
                participant=exam.participant,
                images=tuple(layout.image(out, exam, n) for n in range(layout.PUBLISHED_PHASES)),
                label=masks[kind],
                label_kind=kind,
                breast=breast if breast.exists() else None,
                maker=read_measurements(record).row.manufacturer,
            )
        )
    return found


def _nnunet(folder: Path) -> list[TrainingExam]:
    found = []
    for case in nnunet.read(folder):
        label = case.masks.get("label")
        if label is None:
            continue
        name = label.name.removesuffix(_SUFFIX)
        found.append(
            TrainingExam(
                name=name,
                participant=participant_of(name),
                images=case.images,
                label=label,
                label_kind="label",
            )
        )
    return found


def _nothing(folder: Path, why: str) -> CallError:
    return CallError(
        ErrorCode.CALL_INVALID,
        "There is nothing to learn from in this folder",
        evidence={"folder": str(folder), "why": why},
        remedy="Give a data set of `breastdce run`, or a folder DatasetNNN_Name of nnU-Net.",
    )
