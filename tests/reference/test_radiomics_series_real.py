"""A real series and a real segmentation, against the pixels as pydicom alone reads them."""

from __future__ import annotations

import numpy as np
import pydicom
import pytest

from breastdce.core.codes import ExamCode
from breastdce.core.errors import InputError
from breastdce.run.features import FeatureRequest, feature_table
from breastdce.run.series import read_series
from tests.unit.run.made_features import PANEL

pytestmark = [pytest.mark.data, pytest.mark.slow]


def place(position) -> tuple[float, ...]:
    return tuple(round(float(value), 2) for value in position)


def pixels_by_place(folder):
    """Pixels of each slice of a folder by its position; the folder holds one volume."""
    slices = [pydicom.dcmread(path) for path in sorted(folder.iterdir())]
    return {place(item.ImagePositionPatient): item.pixel_array for item in slices}


def inside_by_segment(seg, slices):
    """Intensities inside each segment."""
    found: dict[int, list[np.ndarray]] = {}
    groups = seg.PerFrameFunctionalGroupsSequence
    for group, frame in zip(groups, seg.pixel_array, strict=True):
        number = group.SegmentIdentificationSequence[0].ReferencedSegmentNumber
        where = place(group.PlanePositionSequence[0].ImagePositionPatient)
        if where in slices:
            found.setdefault(int(number), []).append(slices[where][frame > 0])
    return {number: np.concatenate(parts) for number, parts in found.items()}


def test_features_are_those_of_the_pixels_inside_each_segment(data):
    exam = data("duke_153")
    image, mask = exam / "ax_dyn_1st_pass", exam / "segmentation" / "1-1.dcm"
    request = FeatureRequest(images={"p1": image}, masks={"seg": mask}, panel=PANEL)
    table = feature_table(request)
    expected = inside_by_segment(pydicom.dcmread(mask), pixels_by_place(image))
    assert table.failures == []
    for row in table.rows:
        values = expected.get(row.label, np.empty(0))
        assert row.features.values["V_Pixels"] == values.size
        if values.size:
            mean = row.features.values["I_Mean"]
            assert mean == pytest.approx(values.mean(dtype=np.float64), rel=1e-12)
    assert sum(row.features.values["V_Pixels"] > 1000 for row in table.rows) >= 3


def test_one_series_of_all_phases_is_refused_and_a_file_picks_its_phase(data):
    folder = data("ucsf_br_06") / "dce"
    with pytest.raises(InputError) as caught:
        read_series(folder)
    assert caught.value.code is ExamCode.AMBIGUOUS
    path = sorted(folder.iterdir())[70]
    header = pydicom.dcmread(path)
    image, _ = read_series(path)
    x, y, z = header.ImagePositionPatient
    index = np.linalg.inv(image.grid.affine) @ (-float(x), -float(y), float(z), 1.0)
    k = round(float(index[2]))
    assert np.array_equal(image.data[:, :, k], header.pixel_array.T.astype(np.float32))
