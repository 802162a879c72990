"""Every field of every header is what pydicom reads, wherever pydicom can read it."""

from __future__ import annotations

import importlib.util
import sys
import warnings
from pathlib import Path
from typing import Any

import pydicom
import pytest
from pydicom.datadict import dictionary_VR

from breastdce.formats.dicom import header
from breastdce.formats.dicom.read import scan_file
from tests.unit.formats.dicom.made import MR, write

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
OBJECTS = {"dicom_odd": 83, "ucsf_br_06": 301, "duke_153": 237}
"""Images and other objects that are compared, so that none is left out unseen."""
MENDED = {
    "date_slashes.dcm": {"study_date": (None, "2004/01/19")},
    "instance_number_text.dcm": {"0 instance_number": (None, "12A")},
    "rtdose_number_of_frames_1A.dcm": {"number_of_frames": (None, "1A")},
    "time_with_colons.dcm": {"0 acquisition_time": ("102551", "10:25:51")},
    "slice_thickness_empty.dcm": dict.fromkeys(
        ("study_time", "series_time", "0 acquisition_time", "0 content_time"),
        ("111111.111", "11:11:11.111"),
    ),
}
"""Values that break the rules of their type: ours are None or mended, with the note VR_BAD."""


def _load(name):
    spec = importlib.util.spec_from_file_location(name, BENCHMARKS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


theirs = _load("header_fields")


def read(path):
    """What pydicom reads, or None where it refuses the file."""
    try:
        return pydicom.dcmread(path, stop_before_pixels=True)
    except (pydicom.errors.InvalidDicomError, EOFError):
        return None


def compare(folder) -> tuple[int, dict[str, dict[str, tuple[object, object]]]]:
    """How many objects were compared, and differences by file name."""
    count, found = 0, {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pydicom warns of odd values
        for path in sorted(folder.rglob("*")):
            record = scan_file(path) if path.is_file() else None
            if record is None or (record.header is None and record.other is None):
                continue
            data = read(path)
            if data is not None:
                count += 1
                found[path.name] = theirs.differences(record, data)
    return count, {name: pairs for name, pairs in found.items() if pairs}


@pytest.mark.data
@pytest.mark.slow
@pytest.mark.parametrize("name", OBJECTS)
def test_every_field_is_what_pydicom_reads(data, name):
    count, found = compare(data(name))
    assert found == (MENDED if name == "dicom_odd" else {})
    assert count == OBJECTS[name]


@pytest.mark.slow
def test_every_field_of_generated_slices_is_what_pydicom_reads(tmp_path):
    slices = _load("slices")
    slices.write_slices(
        tmp_path, 3 * 60 + 20, jobs=1
    )  # three makers, and a second series of the first
    assert compare(tmp_path) == (200, {})


@pytest.mark.parametrize("word", theirs.KEYWORDS)
def test_no_value_of_the_slice_before_is_taken(word, tmp_path):
    """Slices that share the rest are remembered: each element alone must tell them apart."""
    numbers = {"ImagePositionPatient": [4, 5, 6], "ImageOrientationPatient": [0, 1, 0, 1, 0, 0]}
    by_vr = {
        "DA": "20020202",
        "TM": "101112",
        "DT": "20020202101112",
        "IS": 5,
        "DS": 3.5,
        "FD": 2.5,
    }
    by_vr |= {"UI": "1.2.77", "CS": "OTHER", "US": 4}
    values = {"SOPClassUID": MR, "Modality": "MR", "NumberOfFrames": 1, "PixelSpacing": [2, 3]}
    values |= numbers | {"SpecificCharacterSet": "ISO_IR 100", "BitsAllocated": 16, "Rows": 2}
    value = values.get(word, by_vr.get(dictionary_VR(word), "other"))
    absent: dict[str, Any] = {"AcquisitionTime": None} if word == "AcquisitionDateTime" else {}
    for name in "abc":  # what is remembered is known
        scan_file(write(tmp_path / name, **absent))
    path = write(tmp_path / "z", **(absent | {word: value}))
    assert theirs.differences(scan_file(path), read(path)) == {}


@pytest.mark.parametrize("name", ["Header", "Frame", "OtherObject"])
def test_no_field_is_left_out_of_the_comparison(name, tmp_path):
    data = read(write(tmp_path / "a"))
    (frame,) = theirs.frames_of(data)
    tables = {
        "Header": theirs.header_of(data) | {"frames": ()},
        "Frame": frame,
        "OtherObject": theirs.other_of(data),
    }
    assert set(tables[name]) == set(getattr(header, name).__struct_fields__)


def test_a_field_that_differs_is_found(tmp_path):
    path = write(tmp_path / "a", EchoTime="1.5")
    other = write(tmp_path / "b", EchoTime="1.25")
    found = theirs.differences(scan_file(path), read(other))
    assert found == {"0 echo_time_ms": (1.5, 1.25)}
