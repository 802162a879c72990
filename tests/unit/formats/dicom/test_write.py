"""What is written is what pydicom reads, in any of the two encodings, always the same bytes."""

from __future__ import annotations

import warnings

import numpy as np
import pydicom
import pytest

from breastdce.core.errors import InputError
from breastdce.formats.dicom.write import PrivateElement, derived_uid, write_mr_image

PIXELS = np.array([[0, 1, -2], [300, -400, 32767]], np.int16)
ATTRIBUTES = {
    "SOPInstanceUID": "2.25.7",
    "StudyInstanceUID": "2.25.8",
    "Modality": "MR",
    "PixelSpacing": [1 / 3, 0.7],
    "ImageType": ["ORIGINAL", "PRIMARY"],
    "SliceLocation": -0.1234567890123456789,
    "AcquisitionNumber": 2,
}


@pytest.mark.parametrize("implicit", [False, True])
def test_file_reads_back(tmp_path, implicit):
    path = tmp_path / "new" / "image"
    write_mr_image(path, PIXELS, ATTRIBUTES, implicit=implicit)
    ds = pydicom.dcmread(path)
    assert ds.file_meta.TransferSyntaxUID.is_implicit_VR is implicit
    assert ds.file_meta.MediaStorageSOPInstanceUID == ds.SOPInstanceUID == "2.25.7"
    assert ds.SOPClassUID == "1.2.840.10008.5.1.4.1.1.4"
    np.testing.assert_array_equal(ds.pixel_array, PIXELS)
    # A decimal string has 16 characters.
    np.testing.assert_allclose(ds.PixelSpacing, [1 / 3, 0.7], rtol=1e-12)
    assert ds.SliceLocation == pytest.approx(-0.123456789012, abs=1e-12)
    assert list(ds.ImageType) == ["ORIGINAL", "PRIMARY"]


def test_unsigned_pixels_keep_their_bits(tmp_path):
    pixels = np.array([[0, 4095]], np.uint16)
    write_mr_image(tmp_path / "a", pixels, ATTRIBUTES | {"BitsStored": 12})
    ds = pydicom.dcmread(tmp_path / "a")
    assert (ds.PixelRepresentation, ds.BitsStored, ds.HighBit) == (0, 12, 11)
    np.testing.assert_array_equal(ds.pixel_array, pixels)


def test_private_elements_share_the_block_of_their_creator(tmp_path):
    private = [
        PrivateElement(0x2001, "ONE", 0x81, "IS", 6),
        PrivateElement(0x2001, "TWO", 0x81, "IS", 7),
        PrivateElement(0x2001, "ONE", 0x08, "FL", 0.5),
    ]
    write_mr_image(tmp_path / "a", PIXELS, ATTRIBUTES, private=private)
    ds = pydicom.dcmread(tmp_path / "a")
    assert ds.private_block(0x2001, "ONE")[0x81].value == 6
    assert ds.private_block(0x2001, "TWO")[0x81].value == 7
    assert ds.private_block(0x2001, "ONE")[0x08].value == 0.5


def test_same_values_give_the_same_bytes(tmp_path):
    for name in "ab":
        write_mr_image(tmp_path / name, PIXELS, ATTRIBUTES)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_uids_are_valid_and_follow_their_seed():
    uids = [derived_uid(str(number)) for number in range(200)]
    assert uids == [derived_uid(str(number)) for number in range(200)]
    assert len(set(uids)) == 200
    assert all(pydicom.uid.UID(uid).is_valid and uid.startswith("2.25.") for uid in uids)


def test_wrong_pixels_are_refused(tmp_path):
    with pytest.raises(InputError) as caught:
        write_mr_image(tmp_path / "a", PIXELS.astype(np.int32), ATTRIBUTES)  # type: ignore[arg-type]
    assert caught.value.code == "IMAGE_INVALID"


@pytest.mark.parametrize("value", [{"PatientID": "x" * 100}, {"StudyDate": "yesterday"}])
def test_a_value_that_breaks_its_vr_is_refused(tmp_path, value):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # as outside of these tests
        with pytest.raises(InputError) as caught:
            write_mr_image(tmp_path / "a", PIXELS, ATTRIBUTES | value)
    assert caught.value.code == "IMAGE_INVALID"
    assert not (tmp_path / "a").exists()
