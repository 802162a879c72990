"""Every file gets one record that says what it is; nothing raises, nothing hangs."""

from __future__ import annotations

import os
import struct
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from pydicom.uid import DeflatedExplicitVRLittleEndian, ExplicitVRLittleEndian

from breastdce.core.codes import FileCode, FileNote
from breastdce.formats.dicom.elements import walk
from breastdce.formats.dicom.header import FileRecord, Header
from breastdce.formats.dicom.pixels import read_slices
from breastdce.formats.dicom.read import scan_file
from breastdce.formats.dicom.repeats import Recall
from tests.unit.formats.dicom.made import dataset, enhanced, write


def test_plain_slice_is_read_whole(tmp_path):
    record = scan_file(write(tmp_path / "a"))
    assert (record.code, record.notes) == (FileCode.OK, ())
    header = record.header
    assert header is not None
    assert (header.rows, header.columns, header.patient_id) == (4, 5, "P-1")
    assert header.identity_removed
    (frame,) = header.frames
    assert frame.position_mm == (1.0, 2.0, 3.0)
    assert frame.pixel_spacing_mm == (0.5, 0.7)
    assert frame.acquisition_time == "102551.5"
    assert (frame.instance_number, frame.echo_time_ms) == (7, 1.5)


def test_implicit_encoding_gives_the_same_header(tmp_path):
    explicit = scan_file(write(tmp_path / "a")).header
    implicit = scan_file(write(tmp_path / "b", implicit=True)).header
    assert implicit is not None
    assert explicit is not None
    assert implicit.frames == explicit.frames


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"StudyInstanceUID": None}, FileCode.NO_UID),
        ({"Modality": "CT"}, FileCode.NOT_MR),
        ({"Modality": "SEG"}, FileCode.SEGMENTATION),
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.88.33"}, FileCode.NOT_IMAGE),
        ({"PixelData": None}, FileCode.NO_PIXELS),
        ({"PixelData": bytes(30)}, FileCode.TRUNCATED),
        ({"ImagePositionPatient": None}, FileCode.NO_GEOMETRY),
        ({"PixelSpacing": [0, 0]}, FileCode.NO_GEOMETRY),
    ],
)
def test_what_is_wrong_has_its_code(tmp_path, fields, code):
    record = scan_file(write(tmp_path / "a", **fields))
    assert record.code is code
    assert record.header is None


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", FileCode.FILE_EMPTY),
        (bytes(5000), FileCode.FILE_EMPTY),
        (b"PK\x03\x04rest", FileCode.ARCHIVE),
        (b"\x1f\x8brest", FileCode.ARCHIVE),
        (b"plain text, and more of it", FileCode.NOT_DICOM),
        (b"\x08\x00\x05\x00\xff\xff\xff\xff" * 50, FileCode.NOT_DICOM),
        (bytes(128) + b"DICM", FileCode.TRUNCATED),
    ],
)
def test_other_files_are_named_by_their_bytes(tmp_path, content, code):
    path = tmp_path / "a"
    path.write_bytes(content)
    assert scan_file(path).code is code


def test_pipe_is_not_opened(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    assert scan_file(tmp_path / "pipe").code is FileCode.UNREADABLE


def test_vanished_file_is_a_record(tmp_path):
    assert scan_file(tmp_path / "gone").code is FileCode.UNREADABLE


def test_private_duration_is_found_by_its_creator_not_by_block_10(tmp_path):
    data = dataset()
    data.add_new(0x00190010, "LO", "SOMEONE ELSE")
    data.add_new(0x00190013, "LO", "GEMS_ACQU_01")
    data.add_new(0x0019105A, "FL", 1.0)
    data.add_new(0x0019135A, "FL", 354e6)
    header = scan_file(write(tmp_path / "a", data)).header
    assert header is not None
    assert header.ge_duration_us == pytest.approx(354e6)


@pytest.mark.parametrize("implicit", [False, True])
@pytest.mark.parametrize("undefined", [False, True])
def test_enhanced_object_gives_a_frame_per_slice(tmp_path, implicit, undefined):
    data = enhanced(3, implicit=implicit, undefined=undefined)
    header = scan_file(write(tmp_path / "a", data)).header
    assert header is not None
    assert [frame.position_mm[2] for frame in header.frames] == [0, 5, 10]
    assert [frame.temporal_position for frame in header.frames] == [1, 2, 3]
    assert [frame.acquisition_time for frame in header.frames] == ["102551.25"] * 3
    assert {frame.echo_time_ms for frame in header.frames} == {2.5}
    assert {frame.pixel_spacing_mm for frame in header.frames} == {(1.0, 1.0)}


@pytest.mark.parametrize("implicit", [False, True])
@pytest.mark.parametrize("undefined", [False, True])
def test_sequences_are_found_where_a_header_comes_again(tmp_path, monkeypatch, implicit, undefined):
    recall = {True: Recall(), False: Recall()}
    monkeypatch.setattr("breastdce.formats.dicom.elements._RECALL", recall)
    data = enhanced(3, implicit=implicit, undefined=undefined)
    frames = []
    for number in range(5):
        data.AccessionNumber = "1" * number  # what follows moves
        header = scan_file(write(tmp_path / f"{number}", data)).header
        assert header is not None
        frames.append(header.frames)
    assert [len(each) for each in frames] == [3] * 5
    assert len(set(frames)) == 1
    pieces = [piece for alike in recall[not implicit].pieces.values() for piece in alike]
    assert any(piece.places for piece in pieces)


def test_enhanced_object_with_a_frame_more_than_groups_is_broken(tmp_path):
    data = enhanced(3)
    data.NumberOfFrames = 4
    assert scan_file(write(tmp_path / "a", data)).code is FileCode.HEADER_BROKEN


def test_frames_without_a_position_of_their_own_cannot_be_placed(tmp_path):
    path = write(tmp_path / "a", NumberOfFrames=2, PixelData=bytes(80))
    assert scan_file(path).code is FileCode.NO_GEOMETRY


@pytest.mark.parametrize("junk", [b"\0" * 3, b"\0" * 512, b"trailing words", b"\xff" * 40])
def test_whatever_follows_the_pixels_is_padding(tmp_path, junk):
    path = write(tmp_path / "a")
    path.write_bytes(path.read_bytes() + junk)
    record = scan_file(path)
    assert (record.code, record.notes) == (FileCode.OK, (FileNote.PADDING,))


def test_deflated_image_is_inflated(tmp_path):
    data = dataset()
    data.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    record = scan_file(write(tmp_path / "a", data))
    assert record.code is FileCode.OK


def test_unknown_transfer_syntax_is_never_guessed_at(tmp_path):
    path = write(tmp_path / "a")
    plain, private = b"1.2.840.10008.1.2.1\0", b"1.2.840.113619.5.2\0\0"  # GE, pixels swapped
    path.write_bytes(path.read_bytes().replace(plain, private))
    assert scan_file(path).code is FileCode.CODEC_MISSING


def test_plain_pixels_under_a_compressed_syntax_are_a_contradiction(tmp_path):
    path = write(tmp_path / "a")
    plain, rle = b"1.2.840.10008.1.2.1\0", b"1.2.840.10008.1.2.5\0"
    path.write_bytes(path.read_bytes().replace(plain, rle))
    assert scan_file(path).code is FileCode.HEADER_BROKEN


@pytest.mark.parametrize("implicit", [False, True])
def test_private_counts_are_read_by_their_type(tmp_path, implicit):
    data = dataset(implicit=implicit)
    data.add_new(0x00210011, "LO", "GEMS_RELA_01")
    data.add_new(0x0021114F, "SS", 60)
    data.add_new(0x20010010, "LO", "Philips Imaging DD 001")
    data.add_new(0x20011081, "IS", "1000")  # four bytes: no float32
    header = scan_file(write(tmp_path / "a", data)).header
    assert header is not None
    assert (header.ge_locations, header.philips_dynamics) == (60, 1000)


def test_text_beyond_ascii_without_a_character_set_is_noted(tmp_path):
    path = write(tmp_path / "a", SeriesDescription="BRUST")
    path.write_bytes(path.read_bytes().replace(b"BRUST", b"BR\xdcST"))
    assert scan_file(path).notes == (FileNote.CHARSET,)


def test_time_of_the_combined_stamp_is_used_where_there_is_no_other(tmp_path):
    path = write(tmp_path / "a", AcquisitionTime=None, AcquisitionDateTime="20020101102551.5+0100")
    header = scan_file(path).header
    assert header is not None
    frame = header.frames[0]
    assert (frame.acquisition_date, frame.acquisition_time) == ("20020101", "102551.5")


def test_file_that_grows_while_it_is_read_is_not_used(tmp_path, monkeypatch):
    path = write(tmp_path / "a")

    def growing(file, size):
        with path.open("ab") as more:
            more.write(b"more")
        return walk(file, size)

    monkeypatch.setattr("breastdce.formats.dicom.read.walk", growing)
    assert scan_file(path).code is FileCode.TRUNCATED


def test_large_private_element_costs_no_memory(tmp_path):
    data = dataset()
    data.add_new(0x00290010, "LO", "SOMEONE")
    data.add_new(0x00291010, "OB", bytes(30_000_000))
    path = write(tmp_path / "a", data)
    tracemalloc.start()
    record = scan_file(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert record.code is FileCode.OK
    assert peak < 1_000_000


def test_syntax_is_kept(tmp_path):
    header = scan_file(write(tmp_path / "a")).header
    assert header is not None
    assert header.transfer_syntax_uid == ExplicitVRLittleEndian


def element(tag: int, vr: bytes, value: bytes) -> bytes:
    """An explicit element; without `vr` it is written as an implicit one."""
    head = struct.pack("<HH", tag >> 16, tag & 0xFFFF)
    length = struct.pack("<H", len(value)) if vr else struct.pack("<I", len(value))
    return head + vr + length + value


@pytest.mark.parametrize("vr", [b"", b"ZZ"], ids=["implicit element", "unknown VR"])
@pytest.mark.parametrize("undefined", [False, True])
def test_what_our_walk_does_not_understand_is_read_with_pydicom(tmp_path, vr, undefined):
    data = enhanced(3, undefined=undefined)
    data.StudyDescription = "BREAST"
    plain = write(tmp_path / "plain", data)
    text = plain.read_bytes()
    old = element(0x00081030, b"LO", b"BREAST")
    assert text.count(old) == 1
    odd = tmp_path / "odd"
    odd.write_bytes(text.replace(old, element(0x00081030, vr, b"BREAST")))
    record, usual = scan_file(odd), scan_file(plain)
    assert (record.code, record.notes) == (FileCode.OK, (FileNote.VR_BAD,))
    assert record.header == usual.header
    assert record.header is not None
    slices = range(len(record.header.frames))
    ours, wanted = (read_slices([(path, k) for k in slices]) for path in (odd, plain))
    np.testing.assert_array_equal(ours.data, wanted.data)


def header_of(record: FileRecord) -> Header:
    assert record.header is not None
    return record.header


def spun_out(path: Path, value: bytes) -> Path:
    """The file, its StudyDescription replaced by `value`."""
    content = path.read_bytes()
    old = element(0x00081030, b"LO", b"BREAST")
    implicit = element(0x00081030, b"", b"BREAST")
    vr = b"LO" if old in content else b""
    path.write_bytes(content.replace(old if vr else implicit, element(0x00081030, vr, value)))
    return path


@pytest.mark.parametrize(
    ("implicit", "vr"),
    [(False, b"CS"), (True, b""), (False, b"ZZ")],
    ids=["explicit", "implicit", "read with pydicom"],
)
def test_a_needed_value_that_is_too_long_is_dropped_with_a_note(tmp_path, implicit, vr):
    made = dataset(implicit=implicit, StudyDescription="BREAST")
    for number in range(40):  # the next headers are compared, and pieces of them known again
        path = spun_out(write(tmp_path / f"{number}", made), b"x" * 1024)
        record = scan_file(path)
        assert (record.code, record.notes) == (FileCode.OK, ())
        assert header_of(record).study_description == "x" * 1024
    for number in range(40):
        path = spun_out(write(tmp_path / f"long{number}", made), b"x" * 1026)
        content = path.read_bytes()
        modality = element(0x00080060, b"" if implicit else b"CS", b"MR")
        path.write_bytes(content.replace(modality, element(0x00080060, vr, b"MR")))
        record = scan_file(path)
        assert (record.code, record.notes) == (FileCode.OK, (FileNote.VR_BAD,))
        assert header_of(record).study_description == ""


def test_a_value_that_is_too_long_in_a_frame_is_dropped_with_a_note(tmp_path):
    path = write(tmp_path / "a", enhanced(3, undefined=True))
    content, usual = path.read_bytes(), scan_file(path)
    old = element(0x00189074, b"DT", b"20020101102551.25 ")
    assert content.count(old) == 3
    assert header_of(usual).frames[0].acquisition_time == "102551.25"
    path.write_bytes(content.replace(old, element(0x00189074, b"DT", old[8:].ljust(1026)), 1))
    record = scan_file(path)
    assert (record.code, record.notes) == (FileCode.OK, (FileNote.VR_BAD,))
    times = [frame.acquisition_time for frame in header_of(record).frames]
    assert times == ["102551.5", "102551.25", "102551.25"]


def test_what_pydicom_does_not_understand_either_is_broken(tmp_path):
    path = write(tmp_path / "a", StudyDescription="BREAST")
    old = element(0x00081030, b"LO", b"BREAST")
    path.write_bytes(path.read_bytes().replace(old, b"no element, but words"))
    assert scan_file(path).code is FileCode.HEADER_BROKEN
