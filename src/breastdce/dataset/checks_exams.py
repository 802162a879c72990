"""Promises across tables, folders and images: they tell the same about every exam."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from breastdce.core.exam import ExamId
from breastdce.core.grid import Grid
from breastdce.dataset import layout
from breastdce.dataset.checks_images import ExamImages
from breastdce.dataset.layout import STV_BEST_FIRST, MaskName
from breastdce.dataset.problem import Problem, Promise, problem
from breastdce.dataset.provenance import Provenance
from breastdce.dataset.rows import LIST_MARK
from breastdce.formats.tables import Cell

_RELATIVE = 1e-6  # spacing passes through float32 in the image files: seven digits
Rows = Sequence[Mapping[str, Cell]]


def check_exam_lists(
    root: Path, folders: Sequence[ExamId], exams: Rows, participants: Rows, exclusions: Rows
) -> Iterator[Problem]:
    """Compare the exams that folders and the three tables name."""
    table = layout.exams(root)
    names = Counter(str(row["exam_id"]) for row in exams)
    for name in sorted(name for name, count in names.items() if count > 1):
        yield problem(root, table, Promise.EXAMS, "an exam has several lines", name)
    present = {str(exam) for exam in folders}
    for name in sorted(present - names.keys()):
        folder = layout.exam_folder(root, ExamId.parse(name))
        yield problem(root, folder, Promise.EXAMS, "the exam is not in exams.tsv", name)
    for name in sorted(names.keys() - present):
        yield problem(root, table, Promise.EXAMS, "an exam has no folder", name)
    for row in exams:
        if row["exam_id"] != f"{row['participant_id']}_{row['session_id']}":
            what = "exam, patient and visit contradict each other"
            yield problem(root, table, Promise.EXAMS, what, row["exam_id"])
    yield from _check_participants(root, exams, participants)
    for row in exclusions:
        name = f"{row['participant_id']}_{row['session_id']}"
        if row["level"] == "exam" and name in names:
            what = "an exam is both used and excluded"
            yield problem(root, layout.exclusions(root), Promise.EXAMS, what, name)


def _check_participants(root: Path, exams: Rows, participants: Rows) -> Iterator[Problem]:
    visits: dict[str, set[str]] = {}
    for row in exams:
        visits.setdefault(str(row["participant_id"]), set()).add(str(row["session_id"]))
    stated = {
        str(row["participant_id"]): set(str(row["sessions"]).split(LIST_MARK))
        for row in participants
    }
    counts = {str(row["participant_id"]): row["n_exams"] for row in participants}
    for name in sorted(visits.keys() | stated.keys()):
        here, there = visits.get(name, set()), stated.get(name, set())
        if here != there or counts.get(name) != len(here) or len(participants) != len(stated):
            path = layout.participants(root)
            what = "participants.tsv and exams.tsv differ about a patient"
            yield problem(root, path, Promise.EXAMS, what, name)


def check_exam_row(
    root: Path, exam: ExamId, row: Mapping[str, Cell], images: ExamImages
) -> Iterator[Problem]:
    """Compare an exam's row with its images."""
    source = next((name for name in STV_BEST_FIRST if name in images.voxels), None)
    facts = _grid_facts(images) | _mask_facts("ftv", MaskName.FTV, images, images.native)
    facts["stv_source"] = source.value if source else None
    if source is not None:
        facts |= _mask_facts("stv", source, images, images.prepared)
    for name, seen in facts.items():
        if not _same(row[name], seen):
            what = f"{exam}: {name} is not what the files show"
            evidence = f"table {row[name]}, files {seen}"
            yield problem(root, layout.exams(root), Promise.EXAMS, what, evidence)


def check_feature_rows(
    root: Path, exams: Rows, features: Rows, own: Mapping[str, Rows]
) -> Iterator[Problem]:
    """Compare the feature table with exams.tsv and with the exams' own feature files."""
    table = layout.features(root)
    by_exam: dict[str, list[Mapping[str, Cell]]] = {}
    for row in features:
        by_exam.setdefault(str(row["exam_id"]), []).append(row)
    known = {str(row["exam_id"]): row["stv_source"] for row in exams}
    for name in sorted(by_exam.keys() - known.keys()):
        yield problem(root, table, Promise.EXAMS, "features of an exam that is not there", name)
    for name, source in known.items():
        masks = [row["mask"] for row in by_exam.get(name, [])]
        if source is not None and source not in masks:
            yield problem(root, table, Promise.EXAMS, f"{name} has no features in its STV", source)
        if list(own.get(name, [])) != by_exam.get(name, []):
            path = layout.exam_features(root, ExamId.parse(name))
            what = "the exam's own feature file and the feature table differ"
            yield problem(root, path, Promise.EXAMS, what, f"{len(masks)} lines in the table")


def check_record(
    root: Path, exam: ExamId, row: Mapping[str, Cell], record: Provenance
) -> Iterator[Problem]:
    """Compare an exam's row with its provenance."""
    path = layout.provenance(root, exam)
    if record.exam_id != str(exam):
        what = "provenance is of another exam"
        yield problem(root, path, Promise.EXAMS, what, record.exam_id)
    listed = set(str(row["caveats"]).split(LIST_MARK)) if row["caveats"] else set()
    held = {caveat.code.value for caveat in record.caveats}
    if listed != held:
        what = "exams.tsv and provenance name different caveats"
        yield problem(root, path, Promise.CODES, what, sorted(listed ^ held))


def _grid_facts(images: ExamImages) -> dict[str, Cell]:
    facts: dict[str, Cell] = {}
    if images.native is not None:
        facts["native_shape"] = LIST_MARK.join(map(str, images.native.shape))
        facts["native_spacing_mm"] = LIST_MARK.join(map(repr, images.native.spacing_mm))
    if images.prepared is not None:
        facts["image_shape"] = LIST_MARK.join(map(str, images.prepared.shape))
    return facts


def _mask_facts(
    prefix: str, name: MaskName, images: ExamImages, grid: Grid | None
) -> dict[str, Cell]:
    voxels = images.voxels.get(name)
    if voxels is None or grid is None:
        return {}
    return {f"{prefix}_voxels": voxels, f"{prefix}_ml": voxels * grid.voxel_ml}


def _same(stated: Cell, seen: Cell) -> bool:
    if isinstance(stated, str) and isinstance(seen, str):
        ours, theirs = stated.split(LIST_MARK), seen.split(LIST_MARK)
        return stated == seen or (len(ours) == len(theirs) and all(map(_close, ours, theirs)))
    return stated == seen or (isinstance(seen, float) and _close(stated, seen))


def _close(stated: Cell, seen: Cell) -> bool:
    try:
        return math.isclose(float(str(stated)), float(str(seen)), rel_tol=_RELATIVE)
    except ValueError:
        return False
