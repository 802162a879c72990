"""Masks of the ledger as files."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from breastdce.core.codes import ErrorCode
from breastdce.core.digest import digest_bytes
from breastdce.core.errors import InputError, StoreError
from breastdce.core.exam import ExamId
from breastdce.core.volume import Mask
from breastdce.dataset import layout
from breastdce.formats.nifti import mask_content, read_mask, write_mask
from breastdce.run.review.named_files import NamedFiles, file_digest


def mask_digest(mask: Mask) -> str:
    """Name of a mask's content, grid and voxels: `file_digest` of its file."""
    return digest_bytes(mask_content(mask, Path("mask")))


class MaskFiles(NamedFiles):
    """The masks under OUT/review/masks."""

    def __init__(self, out: Path) -> None:
        super().__init__(layout.review_masks(out))

    def put(self, exam: ExamId, mask: Mask) -> str:
        """Write a mask; its digest."""
        digest = mask_digest(mask)
        self.add(exam, digest, partial(write_mask, mask=mask))
        return digest

    def get(self, exam: ExamId, digest: str) -> NDArray[np.bool_]:
        """Voxels of a mask, bool [i, j, k], Fortran order; may be read-only.

        Raises
        ------
        StoreError
            LEDGER_BROKEN when the file is not there, or is not the one that was written.
        """
        path = self.path(exam, digest)
        try:
            if file_digest(path) == digest:
                return read_mask(path).data
            why = "the file is not the one that was written"
        except InputError as error:
            why = str(error.evidence.get("why"))
        raise StoreError(ErrorCode.LEDGER_BROKEN, evidence={"file": path.name, "why": why})
