"""What leaves a header is on an allow-list; everything else stays."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import replace

from breastdce.core.caveats import Caveat
from breastdce.core.codes import CaveatCode, ExamCode
from breastdce.core.errors import ExamRefused
from breastdce.core.exam import PhaseRole, TimeZero
from breastdce.formats.dicom.read import scan_file
from breastdce.ingest.load import grid_of, load_exam
from breastdce.ingest.records import ExamSource, GridFacts, PhaseSource, SliceRef
from breastdce.ingest.sidecar import field_strength_t, manufacturer_of, model_of, sidecar
from tests.unit.formats.dicom.made import write

ALLOWED = {
    *("Modality", "Manufacturer", "ManufacturersModelName", "MagneticFieldStrength"),
    *("MRAcquisitionType", "ScanningSequence", "SequenceVariant", "ScanOptions"),
    *("RepetitionTime", "EchoTime", "InversionTime", "FlipAngle", "PixelBandwidth"),
    *("AcquisitionDuration", "SliceThickness", "SpacingBetweenSlices"),
    *("ImageOrientationPatientDICOM", "ContrastBolusIngredient", "Units", "BodyPart"),
    *("Laterality", "PhaseIndex", "PhaseRole", "PhaseStart", "PhaseEffectiveTime", "TimeZero"),
    *("PhaseKey", "RescaleApplied", "SourceTransferSyntax", "Caveats", "GeneratedBy"),
}
STORED = np.arange(20, dtype=np.int16).reshape(4, 5)
MARK = "LEAKED"


def exam(folder, n_phases=3, **fields) -> ExamSource:
    phases = []
    for number in range(n_phases):
        path = write(
            folder / f"{number}",
            pixels=STORED + number,
            SOPInstanceUID=f"1.2.{number + 1}",
            **fields,
        )
        header = scan_file(path).header
        assert header is not None
        phases.append(
            PhaseSource(
                slices=(SliceRef(str(path), 0),),
                role=list(PhaseRole)[number],
                start_s=100.0 * number,
                effective_s=100.0 * number - 50,
                series_uid=header.series_uid,
                series_number=2,
                header=header,
            )
        )
    return ExamSource(
        patient_id="P-1",
        study_uid="1.2.3",
        study_date="20010101",
        identity_removed=True,
        grid=GridFacts(
            shape=(5, 4, 1),
            spacing_mm=(0.7, 0.5, 2.00000006779661),
            direction_lps=(1, 0, 0, 0, 1, 0, 0, 0, 1),
            origin_lps_mm=(1.0, 2.0, 3.0),
        ),
        phases=tuple(phases),
        phase_indices=(0, 1, 2) if n_phases > 2 else None,
        phase_key="AcquisitionTime",
        time_zero=TimeZero.FIRST_POST_START,
    )


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


def test_grid_is_ras_with_the_step_rounded_once(tmp_path):
    grid = grid_of(exam(tmp_path).grid)
    assert grid.spacing_mm == (0.7, 0.5, 2.0)
    np.testing.assert_allclose(grid.affine @ (1, 1, 1, 1), (-1.7, -2.5, 5.0, 1.0))


def test_exam_is_loaded_with_phases_in_order(tmp_path):
    loaded = load_exam(exam(tmp_path))
    assert [float(p.data.min()) for p in loaded.dynamic.phases] == [0, 1, 2]
    assert loaded.facts.delays_s == (-50.0, 50.0, 150.0)
    assert len(loaded.facts.sidecars) == 3


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"BurnedInAnnotation": "YES"}, ExamCode.BURNED_IN),
        ({"RescaleSlope": 0, "RescaleIntercept": 0}, ExamCode.PIXELS_UNREADABLE),
        ({"PixelData": bytes(40)}, ExamCode.PIXELS_UNREADABLE),
    ],
)
def test_exam_that_cannot_be_trusted_is_refused(tmp_path, fields, code):
    with pytest.raises(ExamRefused) as caught:
        load_exam(exam(tmp_path, **fields))
    assert caught.value.code is code


def test_two_phases_are_refused(tmp_path):
    with pytest.raises(ExamRefused) as caught:
        load_exam(exam(tmp_path, n_phases=2))
    assert caught.value.code is ExamCode.TOO_FEW_PHASES


def test_lossy_source_is_a_caveat(tmp_path):
    loaded = load_exam(exam(tmp_path, LossyImageCompression="01"))
    assert loaded.caveats == (Caveat(CaveatCode.LOSSY),)
    assert loaded.facts.sidecars[0]["Caveats"] == ["LOSSY"]
