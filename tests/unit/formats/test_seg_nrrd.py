"""A segmentation of 3D Slicer: read by SimpleITK and pynrrd, with the fields that Slicer wants."""

from __future__ import annotations

import os

import nrrd
import numpy as np
import SimpleITK as sitk

from breastdce.core.volume import Mask
from breastdce.formats.nrrd import read_nrrd_labels
from breastdce.formats.seg_nrrd import Segment, write_seg_nrrd
from tests.unit.review.lesions import grid, lesion

GRID = grid(spacing=(0.703125, 1.1, 2.3))
MASK = Mask(np.asfortranarray(lesion()), GRID)


def written(tmp_path):
    path = tmp_path / "mask.seg.nrrd"
    write_seg_nrrd(path, MASK, Segment("tumor", (1.0, 0.4, 0.2)))
    return path


def test_voxels_lie_where_they_lay(tmp_path):
    path = written(tmp_path)
    image = sitk.ReadImage(os.fspath(path))
    assert np.array_equal(sitk.GetArrayFromImage(image).T, MASK.data)
    for index in ((0, 0, 0), (19, 23, 27), (3, 5, 7)):
        x, y, z = image.TransformIndexToPhysicalPoint(index)
        # SimpleITK keeps lengths and directions apart: the last digits differ.
        assert np.allclose((-x, -y, z), (GRID.affine @ [*index, 1])[:3], rtol=0, atol=1e-12)
    found = read_nrrd_labels(path)
    assert found.grid.apart_mm(GRID) < 1e-12
    assert found.present() == (1,)


def test_the_segment_has_name_color_and_codes(tmp_path):
    header = nrrd.read_header(os.fspath(written(tmp_path)))
    assert header["Segment0_Name"] == "tumor"
    assert header["Segment0_LabelValue"] == "1"
    assert header["Segment0_Color"] == "1.0 0.4 0.2"
    assert header["Segment0_Extent"] == "0 19 0 23 0 27"
    tag, _, terms = header["Segment0_Tags"].partition(":")
    assert tag == "TerminologyEntry"
    codes = [term.split("^")[:2] for term in terms.rstrip("|").split("~") if "^" in term]
    assert codes[:2] == [["SCT", "49755003"], ["SCT", "108369006"]]
    assert codes[3] == ["SCT", "76752008"]


def test_the_geometry_to_keep_is_the_whole_grid(tmp_path):
    header = nrrd.read_header(os.fspath(written(tmp_path)))
    name, numbers, _ = header["Segmentation_ConversionParameters"].split("|")
    values = [float(number) for number in numbers.split(";")[:-1]]
    assert name == "Reference image geometry"
    assert np.array_equal(np.reshape(values[:16], (4, 4)), GRID.affine)
    assert values[16:] == [0, 19, 0, 23, 0, 27]
    assert header["Segmentation_ReferenceImageExtentOffset"] == "0 0 0"


def test_the_same_mask_makes_the_same_bytes(tmp_path):
    (tmp_path / "again").mkdir()
    assert written(tmp_path).read_bytes() == written(tmp_path / "again").read_bytes()
