"""Real exams: scores of their masks, and of the same masks spoiled, with them as stand-in truth."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from trust_fit import area, is_bad
from trust_masks import Case, spoil
from trust_rows import Row, dice

from breastdce.core.exam import Triple
from breastdce.core.grid import Window
from breastdce.core.volume import Mask, Volume
from breastdce.dataset import layout
from breastdce.dataset.layout import MaskName
from breastdce.formats.nifti import read_mask, read_volume
from breastdce.imaging.box import bounding_box, widened
from breastdce.run.published_trust import published_trust
from breastdce.segment.trust import TrustModel, trust

_WAYS = (
    *("rough", "eroded", "dilated", "part missed"),
    *("gland or fat instead", "grown too far", "shifted"),
)
_TIMES = 3
_MARGIN = 40  # voxels around the mask in which others are made


def real(out: Path, model: TrustModel) -> dict[str, Any]:
    """Scores of every mask of a data set, and how well spoiled candidates are told apart."""
    found: dict[str, Any] = {}
    for folder in layout.exam_folders(out):
        exam = layout.exam_of(folder)
        report = published_trust(out, exam, model)
        grid = read_volume(layout.image(out, exam, 0)).grid
        images = (read_volume(layout.image(out, exam, n)).data for n in range(3))
        phases = Triple(*(Volume(data, grid) for data in images))
        truth = Mask(read_mask(layout.mask(out, exam, MaskName.STV_CANDIDATE)).data, grid)
        rows = list(_spoiled(phases, truth, model))
        chance, bad = np.array([row["chance"] for row in rows]), is_bad(rows)
        found[str(exam)] = {
            "masks": {one.mask: msgspec.to_builtins(one) for one in report.masks},
            "spoiled": _by_kind(rows),
            "spoiled_masks": len(rows),
            "spoiled_bad": int(bad.sum()),
            "spoiled_auc": round(area(chance, bad), 4),
        }
    return found


def _spoiled(phases: Triple, truth: Mask, model: TrustModel) -> Iterator[Row]:
    yield _row("as it is", phases, truth, truth, model)
    box = widened(bounding_box(truth.data), (_MARGIN,) * 3, truth.grid.shape)
    case = _case(phases, truth, box)
    for number, kind in enumerate(_WAYS):
        for time in range(_TIMES):
            made = spoil(kind, case, np.random.default_rng([number, time]))
            if made is not None and made.any():
                whole = np.zeros_like(truth.data)
                whole[box] = made
                yield _row(kind, phases, Mask(whole, truth.grid), truth, model)


def _case(phases: Triple, truth: Mask, box: Window) -> Case:
    """The box around the mask; the brighter half of the signal stands for the breast."""
    grid = truth.grid.cropped(box)
    cut = [Volume(np.asfortranarray(one.data[box]), grid) for one in phases]
    breast: NDArray[np.bool_] = cut[0].data > np.median(phases.pre.data)
    mask = Mask(np.asfortranarray(truth.data[box]), grid)
    return Case(Triple(*cut), mask, breast, np.zeros(grid.shape, np.uint8, order="F"), mask, ())


def _row(kind: str, phases: Triple, mask: Mask, truth: Mask, model: TrustModel) -> Row:
    chance = trust("", phases, mask, model=model).chance_bad
    return {"kind": kind, "dice": dice(mask, truth), "chance": chance}


def _by_kind(rows: Sequence[Row]) -> dict[str, Any]:
    kinds = dict.fromkeys(row["kind"] for row in rows)
    return {
        kind: [
            (round(row["dice"], 2), round(row["chance"], 2)) for row in rows if row["kind"] == kind
        ]
        for kind in kinds
    }
