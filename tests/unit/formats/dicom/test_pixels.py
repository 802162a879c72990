"""Pixels come with their modality LUT applied slice by slice, or not at all."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.uid import RLELossless

from breastdce.core.codes import FileCode, SeriesCode
from breastdce.core.errors import InputError
from breastdce.formats.dicom.decode import decode
from breastdce.formats.dicom.pixels import read_slices
from tests.unit.formats.dicom.made import dataset, enhanced, write

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
        ({"BitsStored": 12, "HighBit": 11, "BitsAllocated": 12}, SeriesCode.PIXELS_BAD),
        ({"PixelData": bytes(20)}, FileCode.TRUNCATED),
        ({"SamplesPerPixel": 3, "PixelData": bytes(120)}, SeriesCode.PIXELS_BAD),
        ({"PhotometricInterpretation": "PALETTE COLOR"}, SeriesCode.PIXELS_BAD),
        ({"ModalityLUTSequence": [Dataset()]}, SeriesCode.PIXELS_BAD),
    ],
)
def test_bad_pixels_are_refused_with_the_slice(tmp_path, fields, code):
    good = write(tmp_path / "a", pixels=STORED)
    bad = write(tmp_path / "b", pixels=STORED, **fields)
    with pytest.raises(InputError) as caught:
        read_slices(slices(good, bad))
    assert caught.value.code is code
    assert caught.value.evidence["slice"] == 1


@pytest.mark.parametrize("slope", [b"1,125 ", b"1.125".ljust(1026)], ids=["comma", "too long"])
def test_slope_that_is_no_number_is_refused(tmp_path, slope):
    path = write(tmp_path / "a", pixels=STORED, RescaleSlope="1.125", RescaleIntercept=0)
    usual, other = (b"DS" + struct.pack("<H", len(text)) + text for text in (b"1.125 ", slope))
    path.write_bytes(path.read_bytes().replace(usual, other))
    with pytest.raises(InputError) as caught:
        read_slices(slices(path))
    assert caught.value.code is SeriesCode.PIXELS_BAD


def test_damaged_compressed_pixels_are_bad_not_short_of_a_codec(tmp_path):
    data = dataset(pixels=STORED)
    data.compress(RLELossless)
    path = write(tmp_path / "a", data)
    content = path.read_bytes()
    header = content.rindex(b"\x02\0\0\0\x40\0\0\0")  # RLE: two segments, the first at 64
    path.write_bytes(content[: header + 4] + b"\xff" * 8 + content[header + 12 :])
    with pytest.raises(InputError) as caught:
        read_slices(slices(path))
    assert caught.value.code is SeriesCode.PIXELS_BAD


def test_loss_and_burned_in_text_of_any_slice_are_told(tmp_path):
    good = write(tmp_path / "a", pixels=STORED)
    lossy = write(tmp_path / "b", pixels=STORED, LossyImageCompression="01")
    marked = write(tmp_path / "c", pixels=STORED, BurnedInAnnotation="YES")
    first, both = read_slices(slices(good)), read_slices(slices(good, lossy, marked))
    assert (first.lossy, first.burned_in) == (False, False)
    assert (both.lossy, both.burned_in) == (True, True)


def test_frames_of_an_enhanced_object_have_their_own_slopes(tmp_path):
    stack = np.arange(60, dtype=np.uint16).reshape(3, 4, 5)
    path = write(tmp_path / "a", enhanced(3, stack, slopes=[1, 2, 0.5]))
    found = read_slices([(path, frame) for frame in (2, 1, 0)])
    for k, (frame, slope) in enumerate([(2, 0.5), (1, 2), (0, 1)]):
        np.testing.assert_allclose(found.data[:, :, k], stack[frame].T * slope)


def test_file_of_many_frames_is_decoded_once(tmp_path, monkeypatch):
    path = write(tmp_path / "a", enhanced(3))
    calls = []

    def counted(file):
        calls.append(file)
        return decode(file)

    monkeypatch.setattr("breastdce.formats.dicom.pixels.decode", counted)
    read_slices([(path, frame) for frame in range(3)])
    assert calls == [path]


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
