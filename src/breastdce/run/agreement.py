"""How far the masks of every exam agree: Dice and volumes, remembered from page to page.

The masks are compared on the 1 mm grid; the FTV is carried there by nearest neighbor, as
`breastdce segment evaluate` does.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

import msgspec
import numpy as np

from breastdce.core.exam import ExamId
from breastdce.core.volume import Mask
from breastdce.dataset import layout
from breastdce.dataset.layout import MaskName
from breastdce.formats.atomic import write_bytes
from breastdce.formats.nifti import read_grid, read_mask
from breastdce.imaging.resample import Edge, nearest
from breastdce.report.dataset_view import Pair
from breastdce.run.paths import WorkPaths

WORDS = {
    MaskName.FTV: "FTV",
    MaskName.STV_CANDIDATE: "STV by rules",
    MaskName.STV_AUTO: "STV by network",
    MaskName.STV_EXPERT: "STV by a person",
}
_ORDER = (MaskName.FTV, MaskName.STV_CANDIDATE, MaskName.STV_AUTO, MaskName.STV_EXPERT)


class _Score(msgspec.Struct, frozen=True):
    first: MaskName
    second: MaskName
    dice: float | None
    first_ml: float
    second_ml: float


class _Remembered(msgspec.Struct, frozen=True):
    stamps: dict[str, tuple[int, int]]
    """Mask to size in bytes and modification time in ns."""
    scores: tuple[_Score, ...]


def agreement(out: Path, exams: Sequence[ExamId]) -> tuple[Pair, ...]:
    """All pairs of masks that any exam has, the one of most exams first.

    Masks that have not changed since the last page are not read again.
    """
    memory = WorkPaths(out).agreement
    before = _recall(memory)
    after = {str(exam): _scores(out, exam, before.get(str(exam))) for exam in exams}
    if after != before and layout.store(out).is_dir():
        write_bytes(memory, msgspec.json.encode(after))
    pairs = [_pair(one, two, list(after.values())) for one, two in combinations(_ORDER, 2)]
    known = [pair for pair in pairs if np.isfinite(pair.dice).any()]
    # Of equals, the one against the better reference: a person before a network before rules.
    known.reverse()
    return tuple(sorted(known, key=lambda pair: -int(np.isfinite(pair.dice).sum())))


def mask_kind(words: str) -> MaskName:
    """The kind of masks that a pair names."""
    return next(name for name, text in WORDS.items() if text == words)


def on_fine_grid(out: Path, exam: ExamId, name: MaskName) -> Mask | None:
    """A mask on the exam's 1 mm grid; None where there is none, or it lies on another grid."""
    path = layout.mask(out, exam, name)
    if not path.exists():
        return None
    mask, grid = read_mask(path), read_grid(layout.image(out, exam, 0))
    if mask.grid.matches(grid):
        return Mask(mask.data, grid)
    return nearest(mask, grid, Edge.ITK) if name is MaskName.FTV else None


def _recall(memory: Path) -> dict[str, _Remembered]:
    try:
        return msgspec.json.decode(memory.read_bytes(), type=dict[str, _Remembered])
    except (FileNotFoundError, msgspec.MsgspecError):
        return {}


def _scores(out: Path, exam: ExamId, before: _Remembered | None) -> _Remembered:
    paths = {name: layout.mask(out, exam, name) for name in _ORDER}
    stats = {name: path.stat() for name, path in paths.items() if path.exists()}
    stamps = {str(name): (stat.st_size, stat.st_mtime_ns) for name, stat in stats.items()}
    if before is not None and before.stamps == stamps:
        return before
    if len(stamps) < 2:
        return _Remembered(stamps, ())
    loaded = {name: on_fine_grid(out, exam, name) for name in stats}
    masks = {name: mask for name, mask in loaded.items() if mask is not None}
    return _Remembered(
        stamps,
        tuple(_score(one, two, masks[one], masks[two]) for one, two in combinations(masks, 2)),
    )


def _score(one: MaskName, two: MaskName, first: Mask, second: Mask) -> _Score:
    both = int(np.count_nonzero(first.data & second.data))
    total = int(np.count_nonzero(first.data)) + int(np.count_nonzero(second.data))
    dice = 2 * both / total if total else None
    return _Score(one, two, dice, first.volume_ml, second.volume_ml)


def _pair(one: MaskName, two: MaskName, exams: Sequence[_Remembered]) -> Pair:
    rows = [_of_pair(one, two, exam) for exam in exams]
    values = np.array(rows, np.float64).reshape(-1, 3)
    return Pair(
        first=WORDS[one],
        second=WORDS[two],
        dice=values[:, 0],
        first_ml=values[:, 1],
        second_ml=values[:, 2],
    )


def _of_pair(one: MaskName, two: MaskName, exam: _Remembered) -> tuple[float, float, float]:
    for score in exam.scores:
        if (score.first, score.second) == (one, two) and score.dice is not None:
            return score.dice, score.first_ml, score.second_ml
    return math.nan, math.nan, math.nan
