"""Records that went through a parcel are what they were, and share what they can."""

from __future__ import annotations

import pytest

from breastdce.core.codes import FileCode
from breastdce.formats.dicom.parcel import pack, scan_parcel, unpack
from breastdce.formats.dicom.read import scan_file
from tests.unit.formats.dicom.made import dataset, enhanced, write


@pytest.fixture
def paths(tmp_path):
    """Slices of two series, an enhanced object, another object, no object, and a slice again."""
    (tmp_path / "words").write_text("plain text")
    made = [
        write(tmp_path / "a", SOPInstanceUID="1.2.1", AcquisitionTime="101010"),
        write(tmp_path / "other", Modality="CT"),
        write(tmp_path / "b", SOPInstanceUID="1.2.2", AcquisitionTime="101011", EchoTime=2.25),
        tmp_path / "words",
        write(tmp_path / "many", enhanced(3)),
        write(tmp_path / "c", SOPInstanceUID="1.2.3", TriggerTime=0.1, ContentTime="101010"),
        tmp_path / "gone",
        write(tmp_path / "d", dataset(SeriesInstanceUID="1.2.9", SeriesDescription="Gefäß")),
    ]
    return list(map(str, made))


def test_records_come_back_equal_and_in_order(paths):
    records = [scan_file(path) for path in paths]
    assert {record.code for record in records} >= {FileCode.OK, FileCode.NOT_MR}
    assert unpack(pack(records), paths) == records
    assert unpack(scan_parcel(paths), paths) == records


def test_slices_of_a_series_share_their_values(paths):
    pair = [paths[0], paths[5]]
    first, third = unpack(scan_parcel(pair), pair)
    assert first.path is pair[0]
    assert first.header is not None
    assert third.header is not None
    assert first.header.series_uid is third.header.series_uid
    assert first.header.image_type is third.header.image_type
    ours, theirs = first.header.frames[0], third.header.frames[0]
    assert ours.orientation is theirs.orientation


def test_nothing_is_a_parcel_too():
    assert unpack(pack([]), []) == []
