"""Planted identities, the search for them, makers and decoys: what each file of the trial is."""

from __future__ import annotations

import base64
import gzip
import zipfile
import zlib
from pathlib import Path

import nibabel as nib
import numpy as np
import pydicom
import pytest

from breastdce.testing.archive.anatomy import trial_grid
from breastdce.testing.archive.decoys._contract import DECOYS
from breastdce.testing.archive.defects._contract import ALL_MAKERS, DEFECTS
from breastdce.testing.archive.makers import MAKER_OF, MAKERS
from breastdce.testing.archive.marks import ROOT, WORD, Marked, day, mark
from breastdce.testing.archive.plan import TrialParams, plan_trial
from breastdce.testing.archive.traces import leaks

DATES = ("18831004",)
FORMS = {
    "plain": f"a {WORD}0001".encode(),
    "lower case": WORD.lower().encode(),
    "utf-16": WORD.encode("utf-16-le"),
    "hex": WORD.encode().hex().encode(),
    "base64": base64.b64encode(b"x" + WORD.encode() + b" and"),
    "uid": f"{ROOT}.7".encode(),
    "date": b"on 1883-10-04,",
}


@pytest.mark.parametrize("form", FORMS)
def test_search_finds_a_trace_in_whatever_it_is_packed(tmp_path, form):
    text = FORMS[form]
    (tmp_path / "plain").write_bytes(text)
    (tmp_path / "packed.gz").write_bytes(gzip.compress(text))
    with zipfile.ZipFile(tmp_path / "book.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/strings.xml", text)
    (tmp_path / "a.png").write_bytes(picture(text))
    page = b"<img src='data:image/png;base64," + base64.b64encode(picture(text)) + b"'>"
    (tmp_path / "page.html").write_bytes(page)
    found = {name for name, _ in leaks(tmp_path, DATES)}
    assert found == {"plain", "packed.gz", "book.xlsx", "a.png", "page.html"}


def picture(text: bytes) -> bytes:
    body = b"Comment\0\0" + zlib.compress(text)
    chunk = len(body).to_bytes(4, "big") + b"zTXt" + body
    return b"\x89PNG\r\n\x1a\n" + chunk + zlib.crc32(b"zTXt" + body).to_bytes(4, "big")


def test_search_looks_into_header_and_voxels_of_an_image(tmp_path):
    for name, description, voxels in (
        ("clean", b"", bytes(64)),
        ("header", WORD[:20].encode(), bytes(64)),
        ("voxels", b"", WORD.encode().ljust(64, b"\0")),
    ):
        image = nib.Nifti1Image(
            np.frombuffer(voxels, np.uint8).reshape(4, 4, 4, order="F"), np.eye(4)
        )
        image.header["descrip"] = description
        nib.save(image, tmp_path / f"{name}.nii.gz")
    assert {name for name, _ in leaks(tmp_path, DATES)} == {"header.nii.gz", "voxels.nii.gz"}


@pytest.mark.parametrize("text", ["0.18831004", "118831004", "18831005", "1.2.840.10008"])
def test_search_is_not_misled(tmp_path, text):
    (tmp_path / "plain").write_text(text)
    assert leaks(tmp_path, DATES) == []


def subject() -> Marked:
    return Marked(
        patient_id="TRIAL-0001",
        name=f"{mark(1)}^JANE",
        identity_removed=True,
        study_date=day(1000),
        start_s=36000.0,
        side="R",
        number=1,
        visit=0,
        time_point="T0",
    )


def written(folder: Path, maker: str, phases: int) -> list[pydicom.Dataset]:
    grid = trial_grid("tiny", sagittal=MAKER_OF[maker].sagittal, side="R")
    images = tuple(np.full(grid.shape, 100.0 * (n + 1), np.float32) for n in range(phases))
    for file in MAKER_OF[maker].files(subject(), grid, images):
        file.write(folder)
    return [pydicom.dcmread(path) for path in folder.rglob("*") if path.is_file()]


def test_canon_holds_all_phases_in_one_enhanced_object(tmp_path):
    (one,) = written(tmp_path, "canon", 4)
    assert one.SOPClassUID == "1.2.840.10008.5.1.4.1.1.4.1"
    assert one.NumberOfFrames == len(one.PerFrameFunctionalGroupsSequence) == 4 * 24
    assert one.pixel_array.shape[0] == 96
    positions = [
        frame.FrameContentSequence[0].TemporalPositionIndex
        for frame in one.PerFrameFunctionalGroupsSequence
    ]
    for value, position in zip(one.pixel_array[:, 0, 0], positions, strict=True):
        assert value == 100 * position


def test_hitachi_keeps_the_phase_before_contrast_apart(tmp_path):
    images = written(tmp_path, "hitachi", 4)
    before = [image for image in images if image.SeriesNumber == 3]
    after = [image for image in images if image.SeriesNumber == 4]
    assert (len(before), len(after)) == (24, 72)
    assert {"ContrastBolusAgent" in image for image in before} == {False}
    assert {float(image.TriggerTime) for image in after} == {0.0, 120_000.0, 240_000.0}


def test_shares_of_makers_are_shares():
    assert sum(maker.share for maker in MAKERS) == pytest.approx(1)
    assert tuple(MAKER_OF) == ALL_MAKERS


@pytest.mark.parametrize("name", DECOYS.names())
def test_decoy_has_a_series_of_its_own(name):
    others = [DECOYS.get(other) for other in DECOYS.names() if other != name]
    decoy = DECOYS.get(name)
    assert decoy.number not in {other.number for other in others}
    assert 0 < decoy.share <= 1


@pytest.mark.parametrize("name", DEFECTS.names())
def test_defect_is_refused_or_used_and_known_makers_have_it(name):
    defect = DEFECTS.get(name)
    assert set(defect.makers) <= set(ALL_MAKERS)
    assert set(defect.dynamic_codes) <= set(defect.makers)
    assert not (defect.code and defect.caveat)


def test_whole_trial_has_the_proportions_of_the_index():
    patients = list(plan_trial(TrialParams()))
    exams = [exam for patient in patients for exam in patient.exams]
    assert len(patients) == 163
    assert 570 <= len(exams) <= 640
    share = sum(exam.defect is not None for exam in exams) / len(exams)
    assert 0.13 < share < 0.23
    assert {exam.defect.name for exam in exams if exam.defect} == set(DEFECTS.names())
    assert patients == list(plan_trial(TrialParams()))
