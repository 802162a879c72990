"""No patient identity leaves: markers planted into headers and paths appear in no output byte."""

from __future__ import annotations

import base64
import gzip
import zipfile

import pydicom
import pytest

from breastdce.dataset.validate import validate
from tests.e2e.conftest import run

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("tiny")]
WORD = "ZQXJKV"
DATE = "18470623"
UID = "2.25.98765432109876543210"
TEXTS = (
    *("PatientName", "PatientID", "PatientAddress", "OtherPatientIDs", "AccessionNumber"),
    *("InstitutionName", "InstitutionalDepartmentName", "StationName", "DeviceSerialNumber"),
    *("OperatorsName", "ReferringPhysicianName", "StudyDescription", "SeriesDescription"),
    *("ProtocolName", "ImageComments", "SoftwareVersions", "ReceiveCoilName", "StudyID"),
    *("ManufacturerModelName", "BodyPartExamined", "ContrastBolusAgent"),
)
DATES = ("StudyDate", "SeriesDate", "AcquisitionDate", "ContentDate", "PatientBirthDate")


def plant(path, target, number):
    data = pydicom.dcmread(path)
    for name in TEXTS:
        setattr(data, name, WORD)
    for name in DATES:
        setattr(data, name, DATE)
    data.PatientIdentityRemoved = "NO"
    data.StudyInstanceUID = f"{UID}.1"
    data.FrameOfReferenceUID = f"{UID}.2"
    data.SOPInstanceUID = pydicom.uid.UID(f"{UID}.3.{number}")
    data.file_meta.MediaStorageSOPInstanceUID = data.SOPInstanceUID
    data.SeriesInstanceUID = f"{UID}.4.{data.SeriesNumber}"
    block = data.private_block(0x0009, f"{WORD} PRIVATE", create=True)
    block.add_new(0x01, "LO", WORD)
    nested = pydicom.Dataset()
    nested.CodeMeaning = WORD
    data.RequestAttributesSequence = [nested]
    data.save_as(target)


@pytest.fixture(scope="module")
def marked(tiny_cohort, fast, tmp_path_factory):
    """A data set made from an exam whose every text, date and UID is a marker."""
    folder = tmp_path_factory.mktemp("marked") / f"{WORD}^JANE {DATE}"
    folder.mkdir()
    number = 0
    for path in sorted(path for path in (tiny_cohort / "dicom").rglob("*") if path.is_file()):
        if b"PHANTOM-01" in path.read_bytes()[:4000]:
            number += 1
            plant(path, folder / f"{WORD}{number}.dcm", number)
    out = folder.parent / "dataset"
    summary = run(folder, out=out, jobs=1, recipe=fast)
    assert len(summary.outcomes) == 1
    assert summary.outcomes[0].in_dataset
    return out


def contents(path):
    payload = path.read_bytes()
    yield payload
    if payload[:2] == b"\x1f\x8b":
        yield gzip.decompress(payload)
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as archive:
            yield from (archive.read(name) for name in archive.namelist())


@pytest.mark.parametrize("marker", [WORD, DATE, UID], ids=["text", "date", "uid"])
def test_marker_is_in_no_output_byte(marked, marker):
    plain = marker.encode()
    forms = (plain, plain.lower(), base64.b64encode(plain)[:-2], plain.hex().encode())
    files = [path for path in marked.rglob("*") if path.is_file()]
    assert len(files) > 20
    leaks = [
        (path.name, form)
        for path in files
        for content in contents(path)
        for form in forms
        if form in content
    ]
    assert leaks == []
    assert not [path for path in files if marker in path.name]


def test_marked_exam_is_a_valid_data_set(marked):
    assert validate(marked) == []


def test_who_is_who_is_beside_the_data_set_only(marked):
    names = (marked.parent / "dataset-pseudonyms.tsv").read_text(encoding="utf-8")
    assert names.splitlines()[1] == f"{WORD}\t0001"
