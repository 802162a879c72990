from __future__ import annotations

from pathlib import Path

import pydicom
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian

from breastdce.core.exam import Polygon
from breastdce.formats.dicom.ucsf import CREATOR, BoxMm, read_ucsf_tags, ucsf_tags

Elements = dict[int, tuple[str, object]]


def private(elements: Elements, block: int = 0x10) -> Dataset:
    """A data set with elements in the creator's block; `block` is where it lies."""
    dataset = Dataset()
    for number in range(0x10, block):  # others have taken the blocks before
        dataset.add_new((0x0117, number), "LO", f"OTHER {number}")
        dataset.add_new((0x0117, number << 8 | 0xA1), "US", [1, 1, 1])
    dataset.add_new((0x0117, block), "LO", CREATOR)
    for element, (vr, value) in elements.items():
        dataset.add_new((0x0117, block << 8 | element), vr, value)
    return dataset


def parameter(name: str, value: int | str, block: int = 0x10) -> Dataset:
    kind = (0x19, "IS") if isinstance(value, int) else (0x1A, "CS")
    return private({0x14: ("LO", name), kind[0]: (kind[1], value)}, block)


BOX_ITEM: Elements = {
    0x41: ("IS", 1),
    0x42: ("DS", [98.8, -40.95, -15.86, 1]),
    0x43: ("DS", [0, 37.9, 0, 1]),
    0x44: ("DS", [0, 0, 43.6, 1]),
    0x45: ("DS", [42, 0, 0, 1]),
    0x46: ("CS", "VOI"),
}
BOX = BoxMm((98.8, -40.95, -15.86), ((0.0, 37.9, 0.0), (0.0, 0.0, 43.6), (42.0, 0.0, 0.0)))


def whole(block: int = 0x10) -> Dataset:
    count: Elements = {
        0xB1: ("DS", 0), 0xB2: ("DS", 3), 0xB3: ("IS", 41105), 0xB4: ("DS", "40.643371582"),
    }  # fmt: skip
    polygon: Elements = {
        0x41: ("IS", 0),
        0x50: ("IS", [256, 256, 60]),
        0x51: ("IS", 1),
        0x53: ("DS", [1, 9, 9]),
        0x54: ("DS", [2, 2, 30]),
        0x55: ("IS", [0, 40]),
    }
    return private(
        {
            0x10: (
                "SQ",
                Sequence([parameter("PE_threshold", 70), parameter("method", "PERCENT_MAX", 0x12)]),
            ),
            0x20: ("SQ", Sequence([private(BOX_ITEM, 0x11)])),
            0x22: ("SQ", Sequence([private(polygon), private(BOX_ITEM)])),
            0x30: ("IS", 3),
            0x31: ("DS", "354"),
            0x33: ("TM", "103238"),
            0x34: ("DS", [-230, 177, 531]),
            0x35: ("IS", [0, 1, 2]),
            0xA1: ("US", [40, 72, 9]),
            0xA2: ("US", [147, 195, 50]),
            0xB0: ("SQ", Sequence([private(count)])),
        },
        block,
    )


def save(dataset: Dataset, path: Path, syntax: str) -> Path:
    dataset.SOPClassUID, dataset.SOPInstanceUID = "1.2.840.10008.5.1.4.1.1.4", "1.2.3"
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = pydicom.uid.UID(syntax)
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    dataset.save_as(path, enforce_file_format=True)
    return path


@pytest.mark.parametrize("block", [0x10, 0x13])
@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian])
def test_tags_are_found_by_their_creator_in_any_block_and_encoding(
    tmp_path: Path, block: int, syntax: str
):
    tags = read_ucsf_tags(save(whole(block), tmp_path / "object.dcm", syntax))
    assert tags is not None
    assert tags.parameters == {"PE_threshold": 70.0, "method": "PERCENT_MAX"}
    assert (tags.voi_first, tags.voi_last) == ((40, 72, 9), (147, 195, 50))
    assert tags.voi_mm == BOX
    assert (tags.n_phases, tags.duration_s, tags.injection_time_given) == (3, 354.0, True)
    assert tags.effective_s == (-230.0, 177.0, 531.0)
    assert tags.phase_indices == (0, 1, 2)
    assert tags.ftv is not None
    assert (tags.ftv.voxels, tags.ftv.ml) == (41105, 40.643371582)


def test_omit_regions_are_boxes_and_polygons_of_slice_and_column():
    tags = ucsf_tags(whole())
    assert tags is not None
    polygon = Polygon(1, (2, 0), ((1.0, 2.0), (9.0, 2.0), (9.0, 30.0)), 0, 40)
    assert tags.omit == (polygon, BOX)


def test_an_object_without_the_creator_has_no_tags():
    dataset = Dataset()
    dataset.add_new((0x0117, 0x0010), "LO", "SOMEONE ELSE")
    dataset.add_new((0x0117, 0x10A1), "US", [1, 2, 3])
    assert ucsf_tags(dataset) is None


def test_values_whose_type_became_bytes_are_decoded():
    tags = ucsf_tags(
        private(
            {
                0x30: ("OB", b"3 "),
                0x34: ("OB", b"-230\\177.5\\531\0"),
                0xA1: ("OB", b"\x28\x00\x48\x00\x09\x00"),
            }
        )
    )
    assert tags is not None
    assert (tags.n_phases, tags.effective_s, tags.voi_first) == (
        3,
        (-230.0, 177.5, 531.0),
        (40, 72, 9),
    )


def test_values_that_are_no_numbers_are_left_out():
    odd = private({0x31: ("OB", b"1e999"), 0x34: ("LO", "soon"), 0xA1: ("US", [40, 72])})
    tags = ucsf_tags(odd)
    assert tags is not None
    assert (tags.duration_s, tags.effective_s, tags.voi_first) == (None, (), None)


def test_no_clock_time_and_no_free_text_is_kept():
    dataset = whole()
    dataset.add_new((0x0117, 0x103B), "LT", "operator's remark")
    text = repr(ucsf_tags(dataset))
    assert "103238" not in text
    assert "remark" not in text
