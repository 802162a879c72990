"""Every file gets one record that says what it is; nothing raises, nothing hangs."""

from __future__ import annotations

import csv
import os
import random
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRLittleEndian

from breastdce.core.codes import FileCode, FileNote
from breastdce.formats.dicom.read import scan_file
from tests.unit.formats.dicom.made import dataset, write


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


def test_enhanced_object_gives_a_frame_per_slice(tmp_path):
    data = dataset(SOPClassUID="1.2.840.10008.5.1.4.1.1.4.1", NumberOfFrames=3)
    data.PixelData = bytes(3 * 40)
    for name in ("ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing"):
        delattr(data, name)
    shared, frames = Dataset(), []
    shared.PlaneOrientationSequence = [Dataset()]
    shared.PlaneOrientationSequence[0].ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    shared.PixelMeasuresSequence = [Dataset()]
    shared.PixelMeasuresSequence[0].PixelSpacing = [1, 1]
    for index in range(3):
        item = Dataset()
        item.PlanePositionSequence = [Dataset()]
        item.PlanePositionSequence[0].ImagePositionPatient = [0, 0, 5 * index]
        item.FrameContentSequence = [Dataset()]
        item.FrameContentSequence[0].TemporalPositionIndex = index + 1
        item.MREchoSequence = [Dataset()]
        item.MREchoSequence[0].EffectiveEchoTime = 2.5
        frames.append(item)
    data.SharedFunctionalGroupsSequence = [shared]
    data.PerFrameFunctionalGroupsSequence = frames
    header = scan_file(write(tmp_path / "a", data)).header
    assert header is not None
    assert [frame.position_mm[2] for frame in header.frames] == [0, 5, 10]
    assert [frame.temporal_position for frame in header.frames] == [1, 2, 3]
    assert {frame.echo_time_ms for frame in header.frames} == {2.5}


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


@pytest.fixture(scope="module")
def genuine(tmp_path_factory) -> bytes:
    return write(tmp_path_factory.mktemp("dicom") / "a").read_bytes()


@settings(max_examples=300, deadline=None)
@given(seed=st.integers(0, 2**32), cuts=st.booleans())
def test_mutations_and_truncations_never_raise(genuine, tmp_path_factory, seed, cuts):
    chance = random.Random(seed)
    content = bytearray(genuine)
    for _ in range(chance.randint(1, 12)):
        content[chance.randrange(len(content))] = chance.randrange(256)
    if cuts:
        del content[chance.randrange(len(content)) :]
    path = tmp_path_factory.getbasetemp() / "mutant"
    path.write_bytes(content)
    assert isinstance(scan_file(path).code, FileCode)


@pytest.mark.data
def test_odd_files_are_what_their_index_says(data):
    root = data("dicom_odd")
    with (root / "index.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    wrong = []
    for row in rows:
        record = scan_file(root / row["file"])
        words = row["notes"].split()
        accepted = {row["code"]} | (set(words) if "accepted" in words else set())
        if "alone" in words:
            accepted.add("OK")
        notes = {note for note in FileNote if note in words}
        if record.code not in accepted or not notes <= set(record.notes):
            wrong.append((row["file"], record.code, record.notes, row["code"], row["notes"]))
    assert wrong == []
    assert len(rows) == 102


def test_syntax_is_kept(tmp_path):
    header = scan_file(write(tmp_path / "a")).header
    assert header is not None
    assert header.transfer_syntax_uid == ExplicitVRLittleEndian
