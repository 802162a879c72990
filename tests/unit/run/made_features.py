"""Small images, masks, series and segmentations for tests of feature tables."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset

from breastdce.core.grid import Grid
from breastdce.core.volume import Volume
from breastdce.formats.nifti import write_volume
from breastdce.radiomics.panel import parse_panel
from tests.unit.formats.dicom.made import dataset, write
from tests.unit.formats.dicom.test_seg import save, seg_object

PANEL_TEXT = """
name = "tiny"
schema = 1
description = "few features, and fast"
families = "captk"
[[family]]
name = "intensity"
label = "I"
[[family]]
name = "volumetric"
label = "V"
"""
PANEL = parse_panel(PANEL_TEXT, "here")
# Sagittal: a row runs to the back (LPS +y), a column down (-z), slices to the right (-x).
SAGITTAL = np.array([[0.0, 0.0, 1.0], [-1.0, 0.0, 0.0], [0.0, -1.0, 0.0]])
GRID = Grid((6, 4, 5), (0.7, 0.7, 2.0), SAGITTAL, (-157.8, 106.7, 78.0))


def values(factor: float = 1.0, grid: Grid = GRID) -> np.ndarray:
    """A different value in every voxel, [i, j, k]."""
    data = np.arange(np.prod(grid.shape), dtype=np.float32).reshape(grid.shape, order="F")
    return data * np.float32(factor)


def nifti(path: Path, data: np.ndarray, grid: Grid = GRID) -> Path:
    write_volume(path, Volume(np.asfortranarray(data, dtype=np.float32), grid))
    return path


def labels(*voxels: tuple[int, int, int, int], grid: Grid = GRID) -> np.ndarray:
    """Labels, each voxel as (i, j, k, label)."""
    data = np.zeros(grid.shape, np.float32, order="F")
    for i, j, k, label in voxels:
        data[i, j, k] = label
    return data


def series(
    folder: Path, data: np.ndarray, *, number: int = 2, phase: int = 0, **fields: object
) -> list[Path]:
    """One classic series on GRID, or a phase of it: a file a slice, names against their order."""
    folder.mkdir(exist_ok=True, parents=True)
    paths = []
    for k in reversed(range(GRID.shape[2])):
        slice_ = dataset(
            np.ascontiguousarray(data[:, :, k].T.astype(np.int16)),
            **{
                "SeriesInstanceUID": f"1.2.3.{number}",
                "SeriesNumber": number,
                "SOPInstanceUID": f"1.2.3.{number}.{phase + 1}.{k + 1}",
                "InstanceNumber": 10 * phase + k + 1,
                "ImagePositionPatient": [157.8 - 2.0 * k, -106.7, 78.0],
                "ImageOrientationPatient": [0, 1, 0, 0, 0, -1],
                "PixelSpacing": [0.7, 0.7],
                **fields,
            },
        )
        paths.append(write(folder / f"s{number}_{phase}_{9 - k}.dcm", slice_))
    return paths[::-1]


def segmentation(path: Path, *voxels: tuple[int, int, int, int]) -> Path:
    """A DICOM SEG on GRID; each voxel as (i, j, k, segment)."""
    frames: dict[tuple[int, int], np.ndarray] = {}
    for i, j, k, segment in voxels:
        plane = frames.setdefault((segment, k), np.zeros((4, 6), np.uint8))
        plane[j, i] = 1
    numbers = tuple(sorted({segment for segment, _ in frames}))
    stacked = [
        (segment, (157.8 - 2.0 * k, -106.7, 78.0), plane) for (segment, k), plane in frames.items()
    ]
    return with_ids(seg_object(stacked, numbers=numbers), path)


def with_ids(seg: Dataset, path: Path) -> Path:
    """Save a segmentation as an archive has it, with study and series."""
    seg.StudyInstanceUID, seg.SeriesInstanceUID = "1.2.3", "1.2.3.99"
    return save(seg, path)
