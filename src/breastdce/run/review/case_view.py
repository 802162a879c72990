"""What the worklist and the editor are told of an exam."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import msgspec

from breastdce.core.exam import ExamId
from breastdce.core.grid import Grid
from breastdce.dataset import layout
from breastdce.dataset.rows import LIST_MARK
from breastdce.dataset.trust_table import INPUTS
from breastdce.formats.tables import MISSING, read_raw_tsv
from breastdce.report.color import shared_window
from breastdce.report.plane import Plane, planes
from breastdce.review.revision import Revision
from breastdce.review.worklist import CaseFacts, State
from breastdce.run.review.case_images import VOLUMES, CaseImages
from breastdce.run.review.ledger import unknown
from breastdce.run.review_first import ReviewLine, review_order


class PlaneView(msgspec.Struct, frozen=True):
    """How slices lie on the screen, in radiological display."""

    right: str
    """Array axis that falls or rises towards the right edge: -i, +i, -j, ..."""
    down: str
    slice: str
    """Array axis that the slices are stacked along."""
    edges: tuple[str, str, str, str]
    """Letters of the left, right, top and bottom edge."""


class VolumeView(msgspec.Struct, frozen=True):
    """An image that can be shown."""

    name: str
    label: str
    unit: str


class Window(msgspec.Struct, frozen=True):
    """Signal shown as black and as white, of the first post-contrast image."""

    low: float
    high: float


class CaseView(msgspec.Struct, frozen=True, kw_only=True):
    """What the editor needs to know of an exam before it asks for images."""

    exam: str
    shape: tuple[int, int, int]
    spacing_mm: tuple[float, float, float]
    planes: dict[str, PlaneView]
    first: str
    """The plane in which the exam was acquired."""
    volumes: tuple[VolumeView, ...]
    masks: tuple[str, ...]
    window: Window
    state: State
    """The reader's own; the exam's for who sees all."""
    revisions: tuple[Revision, ...]
    """That the reader may see."""
    times_s: tuple[float | None, ...]
    """Of the phases of the time curve."""
    curve: bool
    """Whether there is a time curve."""
    draft: bool
    """Whether there is unsigned work of the reader."""
    note: str
    """Why the reader's work was last sent back."""
    flags: tuple[str, ...]
    """Codes of caveats."""
    ftv_ml: float | None
    stv_ml: float | None


class Curve(msgspec.Struct, frozen=True):
    """Signal in time of one voxel of the native grid."""

    times_s: tuple[float | None, ...]
    signal: tuple[float, ...]


class CaseTable:
    """The data set's table of exams, read again when it has changed."""

    def __init__(self, out: Path) -> None:
        self._out, self._path = out, layout.exams(out)
        self._stamp: tuple[int, int] | None = None
        self._rows: dict[str, dict[str, str]] = {}
        self._doubts: dict[str, tuple[int, ReviewLine]] = {}

    def facts(self) -> list[CaseFacts]:
        """What is said of each exam, in order of name."""
        rows = sorted(self._read().items())
        return [_facts(name, row, self._doubts.get(name)) for name, row in rows]

    def delays_s(self, exam: ExamId) -> tuple[float | None, ...]:
        """Times of an exam's phases; as many as there are phases.

        Raises
        ------
        InputError
            UNKNOWN_ENTRY for an exam that is not in the table.
        """
        return tuple(_number(text) for text in self._row(exam)["delays_s"].split(LIST_MARK))

    def of(self, exam: ExamId) -> CaseFacts:
        """What is said of one exam; errors as `delays_s`."""
        return _facts(str(exam), self._row(exam), self._doubts.get(str(exam)))

    def check(self, exam: ExamId) -> None:
        """Refuse an exam that is not in the data set: InputError(UNKNOWN_ENTRY)."""
        self._row(exam)

    def _row(self, exam: ExamId) -> dict[str, str]:
        row = self._read().get(str(exam))
        if row is None:
            raise unknown("exam", str(exam))
        return row

    def _read(self) -> dict[str, dict[str, str]]:
        stat = self._path.stat() if self._path.exists() else None
        stamp = (stat.st_mtime_ns, stat.st_size) if stat else None
        if stamp is None or stamp != self._stamp:
            names, lines = read_raw_tsv(self._path)
            rows = (dict(zip(names, line, strict=True)) for line in lines)
            self._rows, self._stamp = {row["exam_id"]: row for row in rows}, stamp
            self._doubts = {one.exam: (n, one) for n, one in enumerate(review_order(self._out), 1)}
        return self._rows


class Work(NamedTuple):
    """What a reader has to do with an exam."""

    state: State
    revisions: tuple[Revision, ...]
    draft: bool
    note: str
    consensus: tuple[str, ...]
    """Masks of several readers together that may be seen."""


def case_view(
    facts: CaseFacts, images: CaseImages, times_s: tuple[float | None, ...], work: Work
) -> CaseView:
    """Describe an exam; its first post-contrast image is read for the window."""
    shown = planes(images.grid)
    window = shared_window([images.values("post1")])
    numbered = tuple(f"revision:{one.number}" for one in work.revisions)
    return CaseView(
        exam=facts.exam,
        shape=images.grid.shape,
        spacing_mm=images.grid.spacing_mm,
        planes={plane.name: _plane(plane) for plane in shown},
        first=_acquired(images.grid),
        volumes=tuple(VolumeView(name, *note) for name, note in VOLUMES.items()),
        masks=("start", *images.mask_names(), *work.consensus, *numbered),
        window=Window(window.low, window.high),
        state=work.state,
        revisions=work.revisions,
        times_s=times_s,
        curve=len(times_s) > 1,
        draft=work.draft,
        note=work.note,
        flags=facts.flags,
        ftv_ml=facts.ftv_ml,
        stv_ml=facts.stv_ml,
    )


def _acquired(grid: Grid) -> str:
    return planes(grid)[0].name


def _plane(plane: Plane) -> PlaneView:
    return PlaneView(
        right=("-" if plane.flip_across else "+") + "ijk"[plane.across],
        down=("-" if plane.flip_down else "+") + "ijk"[plane.down],
        slice="+" + "ijk"[plane.normal],
        edges=plane.edges,
    )


def _facts(name: str, row: dict[str, str], doubt: tuple[int, ReviewLine] | None) -> CaseFacts:
    flags = row["caveats"]
    look, mask = doubt or (None, None)
    return CaseFacts(
        exam=name,
        flags=() if flags == MISSING else tuple(flags.split(LIST_MARK)),
        ftv_ml=_number(row["ftv_ml"]),
        stv_ml=_number(row["stv_ml"]),
        look=look,
        chance_bad=mask and mask.chance_bad,
        doubt=INPUTS[mask.raised_by][0] if mask and mask.raised_by else None,
    )


def _number(text: str) -> float | None:
    return None if text == MISSING else float(text)
