"""What leaves a header is on an allow-list; everything else stays."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from breastdce.ingest.sidecar import field_strength_t, manufacturer_of, model_of, sidecar
from tests.unit.ingest.made_exam import exam

ALLOWED = {
    *("Modality", "Manufacturer", "ManufacturersModelName", "MagneticFieldStrength"),
    *("MRAcquisitionType", "ScanningSequence", "SequenceVariant", "ScanOptions"),
    *("RepetitionTime", "EchoTime", "InversionTime", "FlipAngle", "PixelBandwidth"),
    *("AcquisitionDuration", "SliceThickness", "SpacingBetweenSlices"),
    *("ImageOrientationPatientDICOM", "ContrastBolusIngredient", "Units", "BodyPart"),
    *("Laterality", "PhaseIndex", "PhaseRole", "PhaseStart", "PhaseEffectiveTime", "TimeZero"),
    *("PhaseKey", "RescaleApplied", "SourceTransferSyntax", "Caveats", "GeneratedBy"),
}
MARK = "LEAKED"


def record(folder, **fields):
    return sidecar(exam(folder, **fields), 1, rescaled=False, caveats=())


def test_only_allowed_keys_and_no_free_text(tmp_path):
    marked = {
        "PatientName": MARK,
        "InstitutionName": MARK,
        "StudyDescription": MARK,
        "SeriesDescription": MARK,
        "ProtocolName": MARK,
        "Manufacturer": MARK,
        "ManufacturerModelName": MARK,
        "ScanOptions": MARK,
        "ScanningSequence": "GR",
        "BodyPartExamined": MARK,
        "ContrastBolusAgent": MARK,
        "SoftwareVersions": MARK,
        "ReceiveCoilName": MARK,
        "Laterality": "L",
    }
    found = record(tmp_path, **marked)
    assert set(found) <= ALLOWED
    assert MARK not in str(found)
    assert found["Laterality"] == "L"
    assert found["ScanningSequence"] == ["GR"]
    assert (found["Manufacturer"], found["ManufacturersModelName"]) == ("Other", "Other")


def test_units_are_seconds_and_times_are_relative(tmp_path):
    found = record(tmp_path)
    assert found["EchoTime"] == pytest.approx(0.0015)
    assert found["RepetitionTime"] == pytest.approx(0.0045)
    assert found["PhaseStart"] == 100.0
    assert found["PhaseEffectiveTime"] == 50.0
    assert found["TimeZero"] == "first_post_start"


def test_unknown_is_absent_never_null(tmp_path):
    found = record(tmp_path, EchoTime=None)
    assert "EchoTime" not in found
    assert None not in found.values()


@pytest.mark.parametrize(
    ("name", "ours"),
    [
        ("GE MEDICAL SYSTEMS", "GE"),
        ("SIEMENS", "Siemens"),
        ("Philips Medical", "Philips"),
        ("X", "Other"),
    ],
)
def test_manufacturer_is_one_of_a_closed_list(tmp_path, name, ours):
    header = replace(exam(tmp_path).phases[0].header, manufacturer=name)
    assert manufacturer_of(header) == ours


@pytest.mark.parametrize(
    ("given", "tesla"), [(15000.0, 1.5), (1.494, 1.5), (3.0, 3.0), (None, None)]
)
def test_field_strength_is_tesla_whatever_the_header_thinks(tmp_path, given, tesla):
    assert field_strength_t(replace(exam(tmp_path).phases[0].header, field_strength=given)) == tesla


def test_known_model_survives_its_spelling(tmp_path):
    header = exam(tmp_path).phases[0].header
    assert model_of(replace(header, model="GENESIS_SIGNA")) == "Genesis Signa"
    assert model_of(replace(header, model="dr house's own")) == "Other"


def test_slice_step_is_the_rounded_one_of_the_grid(tmp_path):
    assert record(tmp_path)["SpacingBetweenSlices"] == 2.0
