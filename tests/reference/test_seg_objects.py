"""Genuine segmentations of other programs, and a real I-SPY1 object alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from breastdce.core.errors import InputError
from breastdce.core.grid import Grid
from breastdce.formats.dicom.maps import AnalysisKind, identify
from breastdce.formats.dicom.rtstruct import place_roi, read_rtstruct
from breastdce.formats.dicom.seg import read_seg
from breastdce.formats.dicom.seg_bits import read_bit_mask
from breastdce.formats.dicom.ucsf import read_ucsf_tags

pytestmark = pytest.mark.data
Data = Callable[[str], Path]


@pytest.mark.parametrize(
    ("name", "frames", "fractions"),
    [
        ("ispy1_seg.dcm", (27,), False),
        ("seg.dcm", (1,), False),
        ("seg_big_endian.dcm", (1,), False),
        ("seg_fractional.dcm", (3,), True),
        ("seg_fractional_binary.dcm", (3,), False),
        ("seg_overlap.dcm", (4, 4), False),
    ],
)
def test_each_segment_has_its_own_frames(
    data: Data, name: str, frames: tuple[int, ...], fractions: bool
):
    seg = read_seg(data(f"dicom_odd/objects/{name}"))
    assert tuple(len(segment.frames) for segment in seg.segments) == frames
    assert seg.fractions is fractions


def test_big_endian_and_little_endian_hold_the_same_pixels(data: Data):
    little, big = (
        read_seg(data(f"dicom_odd/objects/{name}")).segments[0].frames[0]
        for name in ("seg.dcm", "seg_big_endian.dcm")
    )
    assert little.plane == big.plane
    assert little.inside.any()
    np.testing.assert_array_equal(little.inside, big.inside)


def test_a_real_ispy1_object_says_what_was_measured(data: Data):
    path = data("dicom_odd/objects/ispy1_seg.dcm")
    seg, tags = read_seg(path), read_ucsf_tags(path)
    assert sum(int(frame.inside.sum()) for frame in seg.segments[0].frames) == 45_993
    assert seg.content_label == "PE_VOIMASK"
    assert tags is not None
    assert (tags.voi_first, tags.voi_last) == ((41, 107, 19), (135, 186, 52))
    assert tags.parameters == {
        "tissue_masking_method": "PERCENT_MAX",
        "PCT_background_threshold": 60.0,
        "pre_contrast_threshold": 65.0,
    }
    assert (tags.n_phases, tags.duration_s) == (3, 285.816986084)
    assert tags.effective_s == (-234.091506958, 142.908493042, 469.9085083008)
    assert tags.ftv is not None
    assert (tags.ftv.voxels, tags.ftv.ml) == (0, 0.0)  # a complete response is a value


def test_kinds_are_told_by_the_header(data: Data):
    assert identify(data("ucsf_br_06/mask/1-1.dcm")).kind is AnalysisKind.SEG
    assert identify(data("ucsf_br_06/ser/1-01.dcm")).kind is AnalysisKind.SER
    assert identify(data("ucsf_br_06/pe1/1-01.dcm")).kind is AnalysisKind.PE
    assert identify(data("ucsf_br_06/dce/1-001.dcm")).kind is AnalysisKind.OTHER


def test_a_genuine_structure_set_has_its_contours_and_its_points_apart(data: Data):
    found = read_rtstruct(data("dicom_odd/objects/rtstruct_no_preamble.dcm"))
    assert [(roi.name, len(roi.contours), roi.left_out) for roi in found.rois] == [
        ("patient", 3, 0),
        ("Isocenter 1", 0, 1),
        ("Isocenter 2", 0, 1),
    ]
    # A box of 400 x 300 mm, drawn on its first slice at z = -200 mm, in pixels of 5 mm about it.
    grid = Grid((120, 80, 3), (5.0, 5.0, 200.0), np.diag([-1.0, -1.0, 1.0]), (298, 198, -200))
    mask = place_roi(found.roi("patient"), grid, frame_of_reference_uid=None).mask
    expected = np.zeros((120, 80), bool)
    expected[20:100, 10:70] = True
    np.testing.assert_array_equal(mask.data[:, :, 0], expected)


def test_whatever_the_file_the_answer_is_a_value_or_an_error_of_ours(data: Data):
    data("dicom_odd/index.tsv")
    files = [
        path for path in sorted(data("dicom_odd/index.tsv").parent.rglob("*")) if path.is_file()
    ]
    assert len(files) > 100
    refused = 0
    for path in files:
        for read in (read_seg, read_bit_mask, read_rtstruct, read_ucsf_tags, identify):
            try:
                read(path)
            except InputError:
                refused += 1
    assert refused >= len(files) - 10  # hardly any is a segmentation
