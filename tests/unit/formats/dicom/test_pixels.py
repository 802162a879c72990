"""Pixels come with their modality LUT applied slice by slice, or not at all."""

from __future__ import annotations

import numpy as np
import pytest

from breastdce.core.codes import FileCode, SeriesCode
from breastdce.core.errors import InputError
from breastdce.formats.dicom.pixels import read_slices
from tests.unit.formats.dicom.made import write

STORED = np.arange(20, dtype=np.uint16).reshape(4, 5)


def slices(*paths):
    return [(path, 0) for path in paths]


def test_volume_is_column_row_slice_in_fortran_order(tmp_path):
    pixels = read_slices(slices(write(tmp_path / "a", pixels=STORED)))
    assert pixels.data.shape == (5, 4, 1)
    assert pixels.data.dtype == np.float32
    assert pixels.data.flags.f_contiguous
    assert pixels.data[3, 2, 0] == STORED[2, 3]
    assert not pixels.rescaled


def test_slope_and_intercept_are_each_slices_own(tmp_path):
    first = write(tmp_path / "a", pixels=STORED, RescaleSlope=2, RescaleIntercept=-1)
    second = write(tmp_path / "b", pixels=STORED, RescaleSlope=0.5, RescaleIntercept=3)
    pixels = read_slices(slices(first, second))
    np.testing.assert_allclose(pixels.data[:, :, 0], STORED.T * 2.0 - 1)
    np.testing.assert_allclose(pixels.data[:, :, 1], STORED.T * 0.5 + 3)
    assert pixels.rescaled


def test_missing_slope_beside_an_intercept_is_one(tmp_path):
    path = write(tmp_path / "a", pixels=STORED, RescaleIntercept=3)
    np.testing.assert_array_equal(read_slices(slices(path)).data[:, :, 0], STORED.T + 3)


def test_negative_values_of_signed_pixels_survive(tmp_path):
    stored = (np.arange(20, dtype=np.int16) - 10).reshape(4, 5)
    assert read_slices(slices(write(tmp_path / "a", pixels=stored))).data.min() == -10


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"RescaleSlope": 0, "RescaleIntercept": 0}, SeriesCode.PIXELS_BAD),
        ({"BitsStored": 4, "HighBit": 3}, SeriesCode.PIXELS_BAD),
        ({"PixelData": bytes(20)}, FileCode.TRUNCATED),
    ],
)
def test_bad_pixels_are_refused_with_the_slice(tmp_path, fields, code):
    good = write(tmp_path / "a", pixels=STORED)
    bad = write(tmp_path / "b", pixels=STORED, **fields)
    with pytest.raises(InputError) as caught:
        read_slices(slices(good, bad))
    assert caught.value.code is code
    assert caught.value.evidence["slice"] == 1


def test_slices_of_two_sizes_are_refused(tmp_path):
    good = write(tmp_path / "a", pixels=STORED)
    other = write(tmp_path / "b", pixels=STORED[:2])
    with pytest.raises(InputError) as caught:
        read_slices(slices(good, other))
    assert caught.value.code is SeriesCode.GEOMETRY_VARIES


def test_missing_file_is_named(tmp_path):
    with pytest.raises(InputError) as caught:
        read_slices(slices(tmp_path / "none"))
    assert caught.value.code is FileCode.UNREADABLE


def test_frames_of_one_file_are_picked(tmp_path):
    stack = np.arange(60, dtype=np.uint16).reshape(3, 4, 5)
    path = write(tmp_path / "a", pixels=stack[0], NumberOfFrames=3, PixelData=stack.tobytes())
    pixels = read_slices([(path, 2), (path, 0)])
    np.testing.assert_array_equal(pixels.data[:, :, 0], stack[2].T)
    np.testing.assert_array_equal(pixels.data[:, :, 1], stack[0].T)
    with pytest.raises(InputError):
        read_slices([(path, 3)])


@pytest.mark.data
@pytest.mark.parametrize("encoding", ["implicit", "big_endian", "rle", "jpeg_ls", "jpeg2000"])
def test_every_encoding_of_one_real_slice_gives_the_same_pixels(data, encoding):
    plain = read_slices([(data("dicom_odd/mr/plain.dcm"), 0)])
    other = read_slices([(data(f"dicom_odd/mr/{encoding}.dcm"), 0)])
    np.testing.assert_array_equal(plain.data, other.data)
