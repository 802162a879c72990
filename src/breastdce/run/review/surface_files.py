"""Maps of how far revisions moved the surfaces of masks, as images."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np

from breastdce.core.digest import digest_bytes
from breastdce.core.exam import ExamId
from breastdce.core.grid import Grid
from breastdce.core.volume import Volume
from breastdce.dataset import layout
from breastdce.formats.nifti import volume_content, write_volume
from breastdce.review.delta import SurfaceMap
from breastdce.run.review.named_files import NamedFiles


class SurfaceFiles(NamedFiles):
    """The maps under OUT/review/surfaces: float32, mm; NaN where there is no surface."""

    def __init__(self, out: Path) -> None:
        super().__init__(layout.review_surfaces(out))

    def put(self, exam: ExamId, surface: SurfaceMap, grid: Grid) -> str:
        """Write a map; its digest."""
        values = np.full(grid.shape, np.nan, np.float32, order="F")
        values[tuple(surface.voxels.T)] = surface.moved_mm
        volume = Volume(values, grid)
        digest = digest_bytes(volume_content(volume, Path("surface")))
        self.add(exam, digest, partial(write_volume, volume=volume))
        return digest
