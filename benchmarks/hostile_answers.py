"""What the program says of files, in a form that can be compared, and what to think of it.

`SILENT` is the worst: the answer is not what it was, or should not be, and nothing tells so. What
may be expected of each kind of damage is declared by the kind; beyond that, of every answer: an
exam that is gone left a code; an exam that is there has finite numbers, a regular grid and phases
in order; what is printed holds no control characters; nothing is written but where it was asked.
"""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import redirect_stdout
from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from breastdce.cli.console import show_survey
from breastdce.core.codes import FileCode
from breastdce.ingest.records import ExamSource
from breastdce.run.survey import Survey, survey
from breastdce.testing.damage._contract import Changes, Expect, Scene


class Outcome(StrEnum):
    """What became of one mutant."""

    SAME = "same"
    TOLD = "told"
    REFUSED = "refused"
    OTHER = "other"
    """Another answer to what is another valid input."""
    TRACEBACK = "TRACEBACK"
    HANG = "HANG"
    CRASH = "CRASH"
    MEMORY = "MEMORY"
    SILENT = "SILENT"
    UNSOUND = "UNSOUND"
    """An answer that no input may have."""


BAD = tuple(outcome for outcome in Outcome if outcome.isupper())


class Answer(NamedTuple):
    """What the program says."""

    exams: int
    science: str
    """Exams as text: grid, phases, slices, times; for a run, images and tables."""
    told: Mapping[str, int]
    """Codes, caveats and notes, and how often."""
    faults: tuple[str, ...] = ()
    """What no answer may have."""


def judge(expects: Expect, clean: Answer, answer: Answer) -> tuple[Outcome, str]:
    """Outcome, and why it is a bad one."""
    if answer.faults:
        return Outcome.UNSOUND, "; ".join(answer.faults)
    new = sorted(code for code, n in answer.told.items() if n > clean.told.get(code, 0))
    same = answer.science == clean.science
    if answer.exams < clean.exams:
        if not new:
            return Outcome.SILENT, "an exam is gone without a word"
        if expects is Expect.SAME:
            return Outcome.SILENT, f"refused for nothing: {', '.join(new)}"
        return Outcome.REFUSED, ", ".join(new)
    if expects is Expect.SAME and not same:
        return Outcome.SILENT, f"changed by what is not used; told: {', '.join(new) or 'nothing'}"
    if not new and expects is Expect.TOLD:
        return Outcome.SILENT, "nothing is told" + ("" if same else ", and the exam differs")
    if not new and not same and expects is Expect.SAME_OR_TOLD:
        return Outcome.SILENT, "the exam differs, and nothing is told"
    if new:
        return Outcome.TOLD, ", ".join(new)
    return (Outcome.SAME if same else Outcome.OTHER), ""


def scan_answer(root: Path, scene: Scene, changes: Changes) -> Answer:
    """Look at a tree as `breastdce scan` does, and print what is found."""
    found = survey((root,), jobs=1)
    shown = io.StringIO()
    if _worth_showing(found, changes):
        with redirect_stdout(shown):
            show_survey(found, as_json=False)
    names = _names(root, scene, changes)
    exams = [_plain(exam, names) for exam in found.findings.exams]
    faults = [fault for exam in found.findings.exams for fault in _exam_faults(exam)]
    faults += _shown_faults(shown.getvalue())
    return Answer(len(exams), json.dumps(exams), _told(found), tuple(faults))


def _worth_showing(found: Survey, changes: Changes) -> bool:
    """Whether printing may find anything: it takes as long as all else, so one in eight is shown.

    Those with texts that are not plain are shown all.
    """
    texts = [*changes]
    texts += [text for e in found.findings.exams for text in (e.patient_id, e.study_uid)]
    texts += [note.series_description + note.patient_id for note in found.findings.series_notes]
    odd = not all(text.isascii() and text.isprintable() and "[" not in text for text in texts)
    return odd or sum(map(len, filter(None, changes.values()))) % 8 == 0


def _told(found: Survey) -> Counter[str]:
    told: Counter[str] = Counter()
    for record in found.records:
        if record.code is not FileCode.OK:
            told[f"file {record.code}"] += 1
        told.update(f"note {note}" for note in record.notes)
    told.update(f"series {note.code}" for note in found.findings.series_notes)
    told.update(f"exam {note.code}" for note in found.findings.exam_notes)
    for exam in found.findings.exams:
        told.update(f"caveat {item.code}" for item in exam.caveats)
        told[f"time zero {exam.time_zero}"] += 1  # stands beside the times that count from it
    return told


def _names(root: Path, scene: Scene, changes: Changes) -> dict[str, str]:
    """Path of each changed file that holds what a clean one held, to that one's name."""
    known = {content: name for name, content in reversed(scene.files.items())}
    moved = {n: known[c] for n, c in changes.items() if c is not None and c in known}
    return {str(root / new): old for new, old in moved.items()} | {
        str(root / name): name for name in {*scene.files, *changes} - set(moved)
    }


def _plain(exam: ExamSource, names: Mapping[str, str]) -> list[object]:
    """Everything of an exam that its images and numbers depend on.

    The name of the key that told phases apart is no such thing.
    """
    phases = [
        [
            phase.role,
            phase.start_s,
            phase.effective_s,
            [[names.get(item.path, item.path), item.frame] for item in phase.slices],
        ]
        for phase in exam.phases
    ]
    grid = exam.grid
    return [
        [grid.shape, grid.spacing_mm, grid.direction_lps, grid.origin_lps_mm],
        phases,
        [exam.phase_indices, exam.time_zero, exam.phase_duration_s, exam.side],
    ]


def _exam_faults(exam: ExamSource) -> Iterator[str]:
    try:
        json.dumps(_plain(exam, {}), allow_nan=False)
    except ValueError:
        yield "a number is not finite"
        return
    if not 0.05 < min(exam.grid.spacing_mm) <= max(exam.grid.spacing_mm) < 100:
        yield f"spacing {exam.grid.spacing_mm}"
    if max(map(abs, exam.grid.origin_lps_mm)) > 1e5:
        yield f"origin {exam.grid.origin_lps_mm}"
    starts = [phase.start_s for phase in exam.phases]
    known = [start for start in starts if start is not None]
    if known and (len(known) < len(starts) or any(b <= a for a, b in pairwise(known))):
        yield f"starts {starts}"
    slices = [item for phase in exam.phases for item in phase.slices]
    if len(set(slices)) < len(slices) or len(slices) != len(exam.phases) * exam.grid.shape[2]:
        yield "slices of phases overlap or are not complete"
    if len(exam.phases) < 3:
        yield f"{len(exam.phases)} phases"


def _shown_faults(text: str) -> Iterator[str]:
    odd = sorted({c for c in text if (ord(c) < 32 and c != "\n") or 127 <= ord(c) < 160})
    if odd:
        yield f"control characters are printed: {odd}"
