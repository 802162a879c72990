"""Every attribute of a file is named, at any depth and in any encoding, and none of its values."""

from __future__ import annotations

import numpy as np
import pydicom
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.tag import Tag

from breastdce.core.codes import SeriesCode
from breastdce.core.errors import InputError
from breastdce.formats.dicom.attributes import attributes_of, count_attributes
from breastdce.formats.dicom.pixels import read_slices
from tests.unit.formats.dicom.made import dataset, enhanced, write


def names(path):
    return {found.name for found in attributes_of(path)}


def nested() -> Dataset:
    inner, outer = Dataset(), Dataset()
    inner.CodeMeaning = "x"
    inner.private_block(0x0029, "SOMEBODY", create=True).add_new(1, "LO", "x")
    outer.ScheduledProtocolCodeSequence = [inner, Dataset()]
    outer.PersonName = "x"
    return outer


@pytest.mark.parametrize("undefined", [False, True])
@pytest.mark.parametrize("implicit", [False, True])
def test_names_are_those_that_pydicom_has(tmp_path, implicit, undefined):
    data = enhanced(3, implicit=implicit, undefined=undefined)
    data.RequestAttributesSequence = [nested()]
    path = write(tmp_path / "a", data)
    expected = {element.keyword for element in data.iterall() if not element.tag.is_private}
    meta = pydicom.dcmread(path).file_meta
    expected |= {element.keyword for element in meta if element.tag.element}
    assert names(path) == expected | {"PrivateElements"}


def test_tags_are_printed_as_the_standard_prints_them(tmp_path):
    found = {item.name: item.tag for item in attributes_of(write(tmp_path / "a"))}
    assert found["PixelData"] == "(7FE0,0010)"
    assert found["PatientID"] == "(0010,0020)"


def test_repeating_groups_and_unknown_elements_are_named(tmp_path):
    data = dataset()
    data.add_new(Tag(0x6002, 0x0022), "LO", "x")
    data.add_new(Tag(0x0008, 0x1FFE), "LO", "x")
    assert {"OverlayDescription", "UnknownElements"} <= names(write(tmp_path / "a", data))


@pytest.mark.parametrize(
    ("creator", "element", "name"),
    [
        ("GEMS_ACQU_01", 0x5A, "GEMS ACQU 01 5A"),
        ("GEMS_ACQU_01", 0x5B, None),
        ("SOMEBODY", 0x5A, None),
    ],
)
def test_private_elements_that_are_read_have_a_name(tmp_path, creator, element, name):
    data = dataset()
    other = data.private_block(0x0019, "OTHER", create=True)
    other.add_new(0x5A, "LO", "x")
    data.private_block(0x0019, creator, create=True).add_new(element, "FL", 1.0)
    found = names(write(tmp_path / "a", data)) - names(write(tmp_path / "b"))
    assert found == {"PrivateElements", name} - {None}


def test_files_are_counted_once_each(tmp_path):
    one = write(tmp_path / "1", PatientName="A^B")
    two = write(tmp_path / "2")
    counts = {found.name: n for found, n in count_attributes([str(one), str(two)]).items()}
    assert (counts["PatientID"], counts["PatientName"]) == (2, 1)


@given(content=st.binary(max_size=400), cut=st.integers(0, 900), at=st.integers(0, 900))
def test_any_bytes_are_survived(tmp_path_factory, content, cut, at):
    path = write(tmp_path_factory.mktemp("any") / "a", PatientName="A^B")
    whole = path.read_bytes()
    path.write_bytes(whole[:at] + content + whole[cut:])
    assert all(len(found.name) < 80 for found in attributes_of(path))


def test_overlays_and_icons_do_not_reach_the_pixels(tmp_path):
    stored = np.arange(20, dtype=np.int16).reshape(4, 5)
    data = dataset(stored)
    data.add_new(Tag(0x6000, 0x0010), "US", 4)
    data.add_new(Tag(0x6000, 0x0011), "US", 5)
    data.add_new(Tag(0x6000, 0x3000), "OW", b"\xff\xff\x0f\x00")
    icon = Dataset()
    icon.Rows, icon.Columns, icon.BitsAllocated = 4, 5, 16
    icon.add_new(Tag(0x7FE0, 0x0010), "OW", bytes(range(40)))
    data.IconImageSequence = [icon]
    paths = [write(tmp_path / "with", data), write(tmp_path / "without", dataset(stored))]
    assert paths[0].read_bytes() != paths[1].read_bytes()
    one, other = (read_slices([(path, 0)]).data for path in paths)
    np.testing.assert_array_equal(one, other)
    np.testing.assert_array_equal(one[:, :, 0], stored.T)


def test_overlay_in_unused_bits_of_the_pixels_is_refused(tmp_path):
    stored = np.arange(20, dtype=np.uint16).reshape(4, 5)
    stored[1, 2] |= 1 << 15
    data = dataset(stored, BitsStored=12, HighBit=11)
    data.add_new(Tag(0x6000, 0x0102), "US", 15)
    with pytest.raises(InputError) as caught:
        read_slices([(write(tmp_path / "a", data), 0)])
    assert caught.value.code is SeriesCode.PIXELS_BAD
