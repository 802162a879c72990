"""Scores of the masks that lie in a data set, a person's among them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from breastdce.core.exam import ExamId, Triple
from breastdce.core.volume import Mask
from breastdce.dataset import layout
from breastdce.dataset.layout import STV_BEST_FIRST, MaskName
from breastdce.formats.nifti import read_mask, read_volume
from breastdce.prepare.resample import breasts_on, resample_mask
from breastdce.segment.trust import (
    BAD_DICE,
    MaskTrust,
    TrustModel,
    TrustReport,
    shipped_model,
    trust,
)
from breastdce.segment.trust_probability import Unsure


def published_trust(out: Path, exam: ExamId, model: TrustModel | None = None) -> TrustReport:
    """Score every mask of the tumor of an exam, from its published files.

    The stage does the same while the exam is made; this is for masks that came later, as
    `stv-expert` does. Nothing is written.

    Raises
    ------
    InputError
        IMAGE_INVALID when an image or mask cannot be read.
    """
    used = shipped_model() if model is None else model
    phases = Triple(*(read_volume(layout.image(out, exam, n)) for n in range(3)))
    masks = tuple(_scores(out, exam, phases, used))
    return TrustReport(bad_dice=BAD_DICE, base_rate=used.record.base_rate, masks=masks)


def _scores(out: Path, exam: ExamId, phases: Triple, model: TrustModel) -> Iterator[MaskTrust]:
    grid = phases.pre.grid
    ftv = resample_mask(read_mask(layout.mask(out, exam, MaskName.FTV)), grid)
    breast = _breast(out, exam, phases)
    for name in STV_BEST_FIRST:
        path = layout.mask(out, exam, name)
        if path.exists():
            yield trust(
                name.value,
                phases,
                Mask(read_mask(path).data, grid),
                breast=breast,
                unsure=_unsure(out, exam) if name is MaskName.STV_AUTO else None,
                ftv=None if name is MaskName.STV_CANDIDATE else ftv,
                model=model,
            )


def _breast(out: Path, exam: ExamId, phases: Triple) -> NDArray[np.bool_] | None:
    path = layout.mask(out, exam, MaskName.BREAST)
    return breasts_on(read_mask(path), phases.pre.grid) if path.exists() else None


def _unsure(out: Path, exam: ExamId) -> Unsure | None:
    """What the note beside the network's mask says; none of an older version."""
    path = layout.mask_note(out, exam, MaskName.STV_AUTO)
    note = msgspec.json.decode(path.read_bytes(), type=_Note) if path.exists() else _Note()
    return note.unsure


class _Note(msgspec.Struct, frozen=True):
    unsure: Unsure | None = None
