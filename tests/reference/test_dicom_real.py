"""Headers and pixels of real exams are what pydicom and the exams' known answers say."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pydicom
import pytest

from breastdce.formats.dicom.pixels import read_slices
from breastdce.formats.dicom.read import scan_file

pytestmark = pytest.mark.data
LAST_DIGIT = 5e-7
"""Known means and SDs are given to six decimals."""


def images(folder: Path):
    """(path, header) of every image of a folder, in order of instance number."""
    records = [scan_file(path) for path in folder.rglob("*") if path.is_file()]
    found = [(Path(r.path), r.header) for r in records if r.header is not None]
    return sorted(found, key=lambda item: item[1].frames[0].instance_number or 0)


def check_moments(paths, mean, sd):
    volume = read_slices([(path, 0) for path in paths]).data.astype(np.float64)
    assert volume.mean() == pytest.approx(mean, abs=LAST_DIGIT)
    assert volume.std() == pytest.approx(sd, abs=LAST_DIGIT)


@pytest.mark.parametrize(
    ("phase", "mean", "sd"),
    [(0, 11.231406, 11.129234), (1, 14.175583, 16.882848), (2, 15.628446, 18.641133)],
)
def test_signal_of_ucsf_br_06_is_known(data, phase, mean, sd):
    paths = [path for path, _ in images(data("ucsf_br_06/dce"))][60 * phase : 60 * phase + 60]
    check_moments(paths, mean, sd)


@pytest.mark.parametrize(
    ("series", "mean", "sd"),
    [
        ("pre", 31.614751, 31.311698),
        ("1st_pass", 42.699276, 40.338519),
        ("2nd_pass", 43.187972, 40.345458),
        ("3rd_pass", 43.370903, 40.596556),
    ],
)
def test_signal_of_duke_153_is_known(data, series, mean, sd):
    paths = [path for path, _ in images(data(f"duke_153/ax_dyn_{series}"))]
    check_moments(paths, mean, sd)


@pytest.mark.parametrize("folder", ["ucsf_br_06/dce", "duke_153/ax_dyn_pre"])
def test_headers_are_what_pydicom_reads(data, folder):
    for path, header in images(data(folder))[::20]:
        theirs = pydicom.dcmread(path, stop_before_pixels=True)
        frame = header.frames[0]
        assert frame.position_mm == tuple(theirs.ImagePositionPatient)
        assert frame.orientation == tuple(theirs.ImageOrientationPatient)
        assert frame.pixel_spacing_mm == tuple(theirs.PixelSpacing)
        assert frame.echo_time_ms == theirs.EchoTime
        assert frame.flip_angle_deg == theirs.FlipAngle
        assert frame.content_time == theirs.ContentTime
        assert frame.acquisition_time == (theirs.get("AcquisitionTime") or None)
        assert header.series_uid == theirs.SeriesInstanceUID
        assert header.frame_of_reference_uid == theirs.FrameOfReferenceUID
        assert (header.rows, header.columns) == (theirs.Rows, theirs.Columns)
        assert header.field_strength == theirs.MagneticFieldStrength
        assert header.transfer_syntax_uid == theirs.file_meta.TransferSyntaxUID


@pytest.mark.parametrize("name", ["philips_64_frames", "siemens_xa_6_frames"])
def test_frames_of_enhanced_objects_are_what_pydicom_reads(data, name):
    path = data(f"dicom_odd/enhanced/{name}.dcm")
    header = scan_file(path).header
    assert header is not None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of odd values elsewhere in these files
        theirs = pydicom.dcmread(path)
        stored = theirs.pixel_array
        shared = theirs.SharedFunctionalGroupsSequence[0]
        pixels = read_slices([(path, frame.index) for frame in header.frames])
        for frame, item in zip(header.frames, theirs.PerFrameFunctionalGroupsSequence, strict=True):
            place = item.PlanePositionSequence[0].ImagePositionPatient
            echo = (item if "MREchoSequence" in item else shared).MREchoSequence[0]
            lut = item if "PixelValueTransformationSequence" in item else shared
            (lut,) = lut.PixelValueTransformationSequence
            assert frame.position_mm == tuple(place)
            assert frame.echo_time_ms == echo.EffectiveEchoTime
            assert frame.temporal_position == item.FrameContentSequence[0].TemporalPositionIndex
            expected = stored[frame.index] * float(lut.RescaleSlope) + float(lut.RescaleIntercept)
            np.testing.assert_allclose(
                pixels.data[:, :, frame.index], expected.T, rtol=1e-6
            )  # float32
