from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pydicom.dataset import Dataset

from breastdce.core.errors import InputError
from breastdce.core.grid import Grid
from breastdce.formats.dicom.rtstruct import StructureSet, place_roi, read_rtstruct
from tests.unit.formats.dicom.test_seg import GRID, item, position, save

FRAME = "1.2.3.99"


def corner(k: float, i: float, j: float) -> list[float]:
    return [round(value, 6) for value in position(k, i, j)]


def contour(k: float, *indices: tuple[float, float], kind: str = "CLOSED_PLANAR") -> Dataset:
    """A contour through points (i, j) of slice k, as a planning system would write it."""
    points = [value for i, j in indices for value in corner(k, i, j)]
    return item(ContourGeometricType=kind, NumberOfContourPoints=len(indices), ContourData=points)


def box(k: float, i0: float, i1: float, j0: float, j1: float) -> Dataset:
    return contour(k, (i0, j0), (i1, j0), (i1, j1), (i0, j1))


def structure_set(*regions: list[Dataset], frame: str = FRAME) -> Dataset:
    numbers = range(1, len(regions) + 1)
    return item(
        SOPClassUID="1.2.840.10008.5.1.4.1.1.481.3",
        SOPInstanceUID="1.2.3.5",
        Modality="RTSTRUCT",
        StructureSetROISequence=[
            item(ROINumber=n, ROIName=f"Lesion {n}", ReferencedFrameOfReferenceUID=frame)
            for n in numbers
        ],
        ROIContourSequence=[
            item(ReferencedROINumber=n, ContourSequence=found)
            for n, found in zip(numbers, regions, strict=True)
        ],
    )


def read(tmp_path: Path, *regions: list[Dataset]) -> StructureSet:
    return read_rtstruct(save(structure_set(*regions), tmp_path / "rs.dcm"))


def placed(tmp_path: Path, *contours: Dataset):
    return place_roi(read(tmp_path, [*contours]).roi(1), GRID, frame_of_reference_uid=FRAME)


def voxels(found) -> set[tuple[int, ...]]:
    return {tuple(place) for place in np.argwhere(found.mask.data).tolist()}


def test_contours_are_placed_in_patient_space(tmp_path: Path):
    found = placed(tmp_path, box(3, 0.5, 2.5, 0.5, 1.5), box(1, 3.5, 4.5, 1.5, 3.5))
    assert voxels(found) == {(1, 1, 3), (2, 1, 3), (4, 2, 1), (4, 3, 1)}
    assert (found.left_out, found.outside, found.slices_between) == (0, 0, 1)


def test_a_pixel_counts_by_its_center_not_its_corner(tmp_path: Path):
    assert voxels(placed(tmp_path, box(0, 1.01, 2.99, 0.99, 2.0))) == {(2, 1, 0)}


def test_a_contour_within_another_is_a_hole(tmp_path: Path):
    found = placed(tmp_path, box(2, -0.5, 4.5, -0.5, 3.5), box(2, 0.5, 3.5, 0.5, 2.5))
    assert len(voxels(found)) == 5 * 4 - 3 * 2


def test_contours_lie_on_the_nearest_slice_and_beyond_the_last_are_counted(tmp_path: Path):
    found = placed(tmp_path, *(box(k, 0.5, 1.5, 0.5, 1.5) for k in (-0.6, -0.4, 1.49, 4.4, 4.6)))
    assert voxels(found) == {(1, 1, 0), (1, 1, 1), (1, 1, 4)}
    assert (found.outside, found.slices_between) == (2, 2)


def test_points_and_open_lines_are_counted_and_left_out(tmp_path: Path):
    found = placed(
        tmp_path,
        box(0, 0.5, 1.5, 0.5, 1.5),
        contour(0, (1, 1), kind="POINT"),
        contour(0, (0, 0), (3, 0), (3, 3), kind="OPEN_PLANAR"),
        contour(0, (0, 0), (3, 0)),
    )
    assert voxels(found) == {(1, 1, 0)}
    assert found.left_out == 3


def test_an_oblique_contour_is_refused(tmp_path: Path):
    tilted = box(2, 0.5, 2.5, 0.5, 2.5)
    tilted.ContourData = [*list(tilted.ContourData)[:9], *corner(2.2, 0.5, 2.5)]
    with pytest.raises(InputError, match="not parallel"):
        placed(tmp_path, tilted)


def test_contours_of_two_planes_on_one_slice_are_refused(tmp_path: Path):
    with pytest.raises(InputError, match="several planes"):
        placed(tmp_path, box(2, 0.5, 2.5, 0.5, 2.5), box(2.4, 0.5, 2.5, 0.5, 2.5))


def test_another_frame_of_reference_is_refused_unless_one_is_stated(tmp_path: Path):
    roi = read(tmp_path, [box(0, 0.5, 1.5, 0.5, 1.5)]).roi("lesion 1 ")
    with pytest.raises(InputError, match="GRID_MISMATCH"):
        place_roi(roi, GRID, frame_of_reference_uid="1.2.3.98")
    assert len(voxels(place_roi(roi, GRID, frame_of_reference_uid=None))) == 1


def test_a_region_is_found_by_number_or_name_and_an_unknown_one_lists_all(tmp_path: Path):
    found = read(tmp_path, [box(0, 0, 1, 0, 1)], [])
    assert found.roi("LESION 2").number == found.roi(2).number == 2
    empty = place_roi(found.roi(2), GRID, frame_of_reference_uid=FRAME)
    assert (voxels(empty), empty.slices_between) == (set(), 0)
    with pytest.raises(InputError, match="1: Lesion 1; 2: Lesion 2"):
        found.roi(3)


def test_a_rotated_grid_gets_the_same_pixels(tmp_path: Path):
    turn = np.deg2rad(30)
    rotation = np.array(
        [[np.cos(turn), -np.sin(turn), 0], [np.sin(turn), np.cos(turn), 0], [0, 0, 1]]
    )
    grid = Grid((60, 60, 3), (0.5, 0.5, 2.0), rotation, (-15.0, -15.0, 0.0))
    angle = np.linspace(0, 2 * np.pi, 500, endpoint=False)
    ijk = np.stack([30 + 20 * np.cos(angle), 28 + 12 * np.sin(angle), np.ones(500)])
    ras = (grid.affine @ np.vstack([ijk, np.ones(500)]))[:3]
    dataset = item(
        ContourGeometricType="CLOSED_PLANAR",
        NumberOfContourPoints=500,
        ContourData=[f"{value:.4f}" for value in (ras.T * [-1, -1, 1]).ravel()],
    )
    roi = read(tmp_path, [dataset]).roi(1)
    mask = place_roi(roi, grid, frame_of_reference_uid=FRAME).mask
    i, j = np.mgrid[:60, :60]
    radius = ((i - 30) / 20) ** 2 + ((j - 28) / 12) ** 2
    clear = np.abs(radius - 1) > 1e-3  # the polygon's sagitta and the decimals are below that
    np.testing.assert_array_equal(mask.data[:, :, 1][clear], radius[clear] < 1)
    assert clear.sum() > 3500
    assert not mask.data[:, :, [0, 2]].any()


@pytest.mark.parametrize("bad", ["nan", "1e400", "1e9", "x"])
def test_coordinates_that_are_none_are_one_error(tmp_path: Path, bad: str):
    dataset = structure_set([box(0, 0, 1, 0, 1)])
    path = save(dataset, tmp_path / "rs.dcm")
    data = path.read_bytes()
    first = str(dataset.ROIContourSequence[0].ContourSequence[0].ContourData[0]).encode()
    assert data.count(first) >= 1
    path.write_bytes(data.replace(first, bad.encode().ljust(len(first)), 1))
    with pytest.raises(InputError, match="IMAGE_INVALID"):
        read_rtstruct(path)


def test_more_points_than_anyone_draws_are_refused(tmp_path: Path, monkeypatch):
    monkeypatch.setattr("breastdce.formats.dicom.rtstruct._MOST_POINTS", 7)
    with pytest.raises(InputError, match="more points"):
        read(tmp_path, [box(0, 0, 1, 0, 1), box(1, 0, 1, 0, 1)])


@pytest.mark.parametrize("count", [4, 5])
def test_numbers_that_are_no_triples_are_one_error(tmp_path: Path, count: int):
    broken = box(0, 0, 1, 0, 1)
    broken.ContourData = list(broken.ContourData)[:count]
    with pytest.raises(InputError, match="IMAGE_INVALID"):
        read(tmp_path, [broken])


def test_another_object_is_an_error_of_ours(tmp_path: Path):
    dataset = structure_set([])
    dataset.SOPClassUID = "1.2.840.10008.5.1.4.1.1.4"
    with pytest.raises(InputError, match="IMAGE_INVALID"):
        read_rtstruct(save(dataset, tmp_path / "rs.dcm"))
