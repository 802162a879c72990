"""Look at a tree: every file, every series, every exam. Headers first; nothing is written."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import CallError
from breastdce.core.workers import available_cores
from breastdce.formats.dicom.header import FileRecord
from breastdce.formats.dicom.pixels import read_slices
from breastdce.ingest.find import find_exams
from breastdce.ingest.inventory import inventory
from breastdce.ingest.records import Findings, SliceRef

OnCount = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Survey:
    """What a tree holds."""

    roots: tuple[Path, ...]
    records: tuple[FileRecord, ...]
    """One per file, sorted by path."""
    findings: Findings


def survey(
    roots: Sequence[Path],
    *,
    jobs: int | None = None,
    on_count: OnCount | None = None,
    allow_burned_in: bool = False,
) -> Survey:
    """Scan files and folders and find the exams in them; see `find_exams`.

    Raises
    ------
    CallError
        CALL_INVALID when a root does not exist.
    """
    for root in roots:
        if not os.path.exists(root):  # noqa: PTH110 - Path.exists raises without permission in 3.11
            raise CallError(
                ErrorCode.CALL_INVALID,
                "The input does not exist",
                evidence={"path": str(root)},
                remedy="Give the folder that holds the DICOM files.",
            )
    records = inventory(roots, jobs=jobs or available_cores(), progress=on_count)
    findings = find_exams(records, _read_pixels, allow_burned_in=allow_burned_in)
    return Survey(tuple(roots), tuple(records), findings)


def _read_pixels(slices: Sequence[SliceRef]) -> NDArray[np.float32]:
    return read_slices([(Path(item.path), item.frame) for item in slices]).data
