"""A hundred odd DICOM files, and things that are none, are what their index says."""

from __future__ import annotations

import csv
import tracemalloc
from collections import Counter

import numpy as np
import pytest

from breastdce.core.codes import FileCode, FileNote, SeriesCode
from breastdce.core.errors import InputError
from breastdce.formats.dicom.pixels import read_slices
from breastdce.formats.dicom.read import scan_file
from breastdce.ingest.inventory import inventory

pytestmark = pytest.mark.data
N_FILES = 102


@pytest.fixture(scope="module")
def index(data):
    with (data("dicom_odd") / "index.tsv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def accepted(row) -> set[str]:
    """The code of the index, and others that its notes accept for a file alone."""
    words = set(row["notes"].replace(";", " ").split())
    return {row["code"]} | (words if {"accepted", "alone"} & words else set())


def test_index_is_whole(index):
    assert len(index) == N_FILES


@pytest.mark.parametrize("number", range(N_FILES))
def test_file_alone_has_its_code_and_its_notes(data, index, number):
    row = index[number]
    record = scan_file(data("dicom_odd") / row["file"])
    assert record.code in accepted(row), row["file"]
    promised = {note for note in FileNote if note in row["notes"].split("series:")[0].split()}
    assert promised <= set(record.notes), row["file"]
    assert (record.header is not None) == (record.code is FileCode.OK)


def test_tree_at_once_accounts_for_every_file_and_every_copy(data, index):
    root = data("dicom_odd")
    found = {r.path.removeprefix(f"{root}/"): r.code for r in inventory([root])}
    assert set(found) == {row["file"] for row in index} | {"index.tsv"}
    alone = {path: scan_file(root / path).code for path in found}
    judged = {path: code for path, code in found.items() if code is not alone[path]}
    conflict, copy = FileCode.UID_CONFLICT, FileCode.DUPLICATE_FILE
    assert Counter(judged.values()) == {copy: 10, conflict: 4}
    assert judged["mr/plain.dcm"] == judged["made/same_uid_other_pixels.dcm"] == conflict
    assert judged["made/same_uid_same_content.dcm"] == judged["mr/jpeg2000.dcm"] == copy
    assert judged["objects/seg_big_endian.dcm"] == copy
    assert found["mr/truncated_pixels.dcm"] is FileCode.TRUNCATED


def test_tree_without_the_impostor_keeps_one_of_the_copies(data):
    root = data("dicom_odd")
    codes = {r.path.removeprefix(f"{root}/"): r.code for r in inventory([root / "mr"])}
    assert codes["mr/plain.dcm"] is FileCode.OK
    for name in ("big_endian", "implicit", "jpeg2000", "jpeg_ls", "padded", "rle"):
        assert codes[f"mr/{name}.dcm"] is FileCode.DUPLICATE_FILE


def test_private_element_of_three_megabytes_costs_no_memory(data):
    path = data("dicom_odd/made/huge_private_tag.dcm")
    scan_file(path)  # imports do not count
    tracemalloc.start()
    scan_file(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 200_000  # twelve blocks of 16 kB


@pytest.mark.parametrize("encoding", ["implicit", "big_endian", "rle", "jpeg_ls", "jpeg2000"])
def test_every_encoding_of_one_real_slice_gives_the_same_pixels(data, encoding):
    plain = read_slices([(data("dicom_odd/mr/plain.dcm"), 0)])
    other = read_slices([(data(f"dicom_odd/mr/{encoding}.dcm"), 0)])
    np.testing.assert_array_equal(plain.data, other.data)


@pytest.mark.parametrize("name", ["bits_stored_8", "slope_zero"])
def test_pixels_that_cannot_be_trusted_are_refused(data, name):
    with pytest.raises(InputError) as caught:
        read_slices([(data(f"dicom_odd/made/{name}.dcm"), 0)])
    assert caught.value.code is SeriesCode.PIXELS_BAD


@pytest.mark.parametrize(
    ("name", "seconds"), [("time_short", "1025"), ("time_with_colons", "102551")]
)
def test_odd_times_are_mended(data, name, seconds):
    header = scan_file(data(f"dicom_odd/made/{name}.dcm")).header
    assert header is not None
    assert header.frames[0].acquisition_time == seconds


def test_number_with_a_letter_is_unknown(data):
    header = scan_file(data("dicom_odd/made/instance_number_text.dcm")).header
    assert header is not None
    assert header.frames[0].instance_number is None
