"""Whatever the bytes of a mask's file, the answer is a value or one error of ours."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from breastdce.core.errors import InputError
from breastdce.formats.dicom.rtstruct import place_roi, read_rtstruct
from breastdce.formats.dicom.seg import place_segment, read_seg
from breastdce.formats.dicom.seg_bits import place_bit_mask, read_bit_mask
from tests.unit.formats.dicom.test_rtstruct import box, structure_set
from tests.unit.formats.dicom.test_seg import GRID, plane, position, save, seg_object
from tests.unit.formats.dicom.test_seg_bits import analysis_mask


def use_seg(path):
    for segment in read_seg(path).segments:
        place_segment(segment, GRID)


def use_bits(path):
    place_bit_mask(read_bit_mask(path), GRID).ftv()


def use_contours(path):
    for roi in read_rtstruct(path).rois:
        place_roi(roi, GRID, frame_of_reference_uid=None)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    bits = np.zeros(GRID.shape, np.uint8)
    made = {
        use_seg: seg_object([(1, position(k), plane((k, 1))) for k in range(3)]),
        use_bits: analysis_mask(bits, range(5)),
        use_contours: structure_set([box(0, 0.5, 3.5, 0.5, 2.5), box(1, 0.5, 2.5, 0.5, 2.5)]),
    }
    return {
        use: save(dataset, folder / f"{use.__name__}.dcm").read_bytes()
        for use, dataset in made.items()
    }


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
@pytest.mark.parametrize("use", [use_seg, use_bits, use_contours])
def test_damaged_bytes_are_a_value_or_one_error(files, tmp_path, use, data):
    whole = bytearray(files[use])
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(132, len(whole) - 1))
        whole[place : place + 2] = data.draw(st.binary(min_size=0, max_size=3))
    path = tmp_path / "damaged.dcm"
    path.write_bytes(bytes(whole))
    try:
        use(path)
    except InputError as error:
        assert error.remedy  # noqa: PT017 - either way is right
