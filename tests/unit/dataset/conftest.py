"""A small whole data set, made by the writers, for every test of this folder."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path

import msgspec
import numpy as np
import pytest
from PIL import Image

from breastdce.core.caveats import Caveat
from breastdce.core.codes import CaveatCode, ExamCode, SeriesCode
from breastdce.core.exam import ExamId, VoiSource
from breastdce.core.grid import Grid
from breastdce.core.volume import Mask, Volume
from breastdce.dataset import layout
from breastdce.dataset.card import Origin
from breastdce.dataset.deidentification import Action, HeaderNote
from breastdce.dataset.layout import MaskName
from breastdce.dataset.provenance import (
    GeneratedBy,
    InputNote,
    Provenance,
    RecipeNote,
    StageNote,
    checksums,
    digest_of_files,
    read_exams,
    read_provenance,
    write_provenance,
)
from breastdce.dataset.rows import ExamRow, ExclusionRow, FeatureRow, Level, ParticipantRow
from breastdce.dataset.tables import (
    write_deidentification,
    write_exam_features,
    write_exams,
    write_exclusions,
    write_features,
    write_participants,
)
from breastdce.formats.atomic import write_bytes
from breastdce.formats.nifti import write_mask, write_volume
from breastdce.formats.tables import write_json
from breastdce.run.card import renew_checksums, renew_metadata

EXAMS = (ExamId("0001", "T0"), ExamId("0001", "T1"), ExamId("0002", "1"))
COLUMNS = ("T1_E_Mean", "T1_E_Energy")
RECORDS = [
    {
        "name": name,
        "family": "intensity",
        "feature": name[5:],
        "definition": "A number.",
        "unit": "1",
        "ibsi": "none",
        "defect": "",
    }
    for name in COLUMNS
]
PROGRAM = GeneratedBy(name="breastdce", version="0.1.0", engines={"SimpleITK": "2.5.7"})
RECIPE = RecipeNote(name="ispy1", digest="ab" * 32)
ORIGIN = Origin(generated_by=PROGRAM, recipe=RECIPE)
_TURN = np.array([[0.0, 0.0, 1.0], [-1.0, 0.0, 0.0], [0.0, -1.0, 0.0]])  # a sagittal series
_NATIVE = Grid((8, 9, 6), (0.7031, 0.7031, 2.2), _TURN, (10.0, -20.5, 30.25))
_PREPARED = Grid((6, 6, 13), (1.0, 1.0, 1.0), _TURN, (10.0, -20.5, 30.25))
PHASES = 4
HEADERS = (
    HeaderNote(attribute="PatientName", tag="(0010,0010)", action=Action.REMOVED, n_files=6),
    HeaderNote(attribute="PatientID", tag="(0010,0020)", action=Action.REPLACED, n_files=6),
    HeaderNote(attribute="FlipAngle", tag="(0018,1314)", action=Action.KEPT, n_files=5),
)


def build(root: Path, exams: tuple[ExamId, ...] = EXAMS) -> Path:
    """Write a data set whose every promise holds."""
    rows = [_build_exam(root, exam, seed) for seed, exam in enumerate(exams)]
    visits: dict[str, list[str]] = {}
    for exam in exams:
        visits.setdefault(exam.participant, []).append(exam.visit)
    write_participants(
        root, [ParticipantRow(participant=n, visits=tuple(v)) for n, v in visits.items()]
    )
    write_exams(root, rows)
    write_exclusions(root, _exclusions())
    write_deidentification(root, [HEADERS] * len(exams))
    write_features(root, [_features(exam) for exam in exams], COLUMNS, RECORDS)
    write_bytes(layout.report_index(root), b"<!doctype html><p>20120304567 counts</p>\n")
    write_bytes(layout.store(root) / "anything", b"2009-01-01")
    renew_card(root, ORIGIN)
    return root


def brought_up_to_date(root: Path, exam: ExamId) -> None:
    """Write the checksums of an exam's files anew, as its own writers would."""
    path = layout.provenance(root, exam)
    record = read_provenance(path)
    record.files.clear()
    record.files.update(checksums(root, exam))
    write_provenance(root, exam, record)


def renew_card(root: Path, origin: Origin | None = None) -> None:
    """Bring card and checksums up to what is in the folder, as a run does."""
    records = read_exams(root)
    renew_metadata(root, records, origin)
    renew_checksums(root, records)


def _build_exam(root: Path, exam: ExamId, seed: int) -> ExamRow:
    rng = np.random.default_rng(seed)
    _write_native(root, exam, rng)
    _write_prepared(root, exam, rng)
    ftv, stv = rng.random(_NATIVE.shape) > 0.8, rng.random(_PREPARED.shape) > 0.9
    write_mask(layout.mask(root, exam, MaskName.FTV), Mask(ftv, _NATIVE))
    write_mask(layout.mask(root, exam, MaskName.STV_CANDIDATE), Mask(stv, _PREPARED))
    write_exam_features(root, [_features(exam)], COLUMNS)
    write_record(root, exam)
    write_bytes(layout.exam_page(root, exam), b"<!doctype html><p>0.1.0, 12.5 mL</p>\n")
    picture = io.BytesIO()
    Image.new("L", (4, 4)).save(picture, "PNG")
    write_bytes(layout.thumbnail(root, exam), picture.getvalue())
    return row_of(exam, int(ftv.sum()), int(stv.sum()))


def _write_native(root: Path, exam: ExamId, rng: np.random.Generator) -> None:
    for index in range(PHASES):
        signal = rng.integers(0, 900, _NATIVE.shape).astype(np.float32)
        path = layout.native_image(root, exam, index)
        write_volume(path, Volume(signal, _NATIVE), dtype="exact-integer")
        write_json(layout.native_sidecar(root, exam, index), sidecar(index))
    maps = Volume(rng.integers(0, 3000, _NATIVE.shape).astype(np.float32), _NATIVE)
    write_volume(layout.pe_map(root, exam), maps, dtype="int16")
    write_volume(layout.ser_map(root, exam), maps, dtype="int16", slope=0.001)


def _write_prepared(root: Path, exam: ExamId, rng: np.random.Generator) -> None:
    images = rng.normal(size=(3, *_PREPARED.shape))
    images = ((images - images.mean()) / images.std()).astype(np.float32)
    for index, image in enumerate(images):
        write_volume(layout.image(root, exam, index), Volume(image, _PREPARED))


def sidecar(index: int) -> dict[str, object]:
    """Acquisition record of one phase."""
    return {
        "Modality": "MR",
        "Manufacturer": "GE",
        "ManufacturersModelName": "Signa Excite",
        "MagneticFieldStrength": 1.5,
        "ScanningSequence": ["GR"],
        "RepetitionTime": 0.0084,
        "PhaseIndex": index,
        "PhaseRole": "pre" if index == 0 else "post1",
        "PhaseStart": 150.0 * index,
        "TimeZero": "injection",
        "PhaseKey": "AcquisitionTime",
        "RescaleApplied": False,
        "SourceTransferSyntax": "1.2.840.10008.1.2.1",
        "Caveats": ["VOI_NONE"],
        "GeneratedBy": "breastdce 0.1.0",
    }


def record_of(root: Path, exam: ExamId) -> Provenance:
    """Provenance of an exam as its files are now."""
    caveat = Caveat(CaveatCode.VOI_NONE, {"voxels": 432})
    return Provenance(
        exam_id=str(exam),
        generated_by=PROGRAM,
        recipe=RECIPE,
        inputs=(InputNote(role="phase-0000", n_files=6, digest=digest_of_files(["a", "b"])),),
        headers=HEADERS,
        stages=(
            StageNote(name="ftv", version=1, params={}, engines={}, caveats=(caveat,)),
            StageNote(name="zscore", version=1, params={"mode": "pooled"}, engines={}),
        ),
        measurements={
            "row": json.loads(msgspec.json.encode(row_of(exam))),
            "methods": ["Images were resampled to 1 mm."],
            "exclusions": [],
            "feature_reasons": {"T1_E_Mean": "FLAT_REGION"},
            "reports": {},
        },
        caveats=(caveat,),
        files=checksums(root, exam),
    )


def write_record(root: Path, exam: ExamId) -> None:
    """Bring provenance up to date with the exam's files."""
    write_provenance(root, exam, record_of(root, exam))


def row_of(exam: ExamId, ftv: int = 9, stv: int = 9) -> ExamRow:
    """Row of an exam in exams.tsv, with these numbers of voxels."""
    return ExamRow(
        exam=exam,
        manufacturer="GE",
        manufacturer_model="Signa Excite",
        field_strength_t=1.5,
        n_phases=PHASES,
        delays_s=(-20.0, 130.125, None, 450.0),
        phase_indices=(0, 1, 2),
        native_shape=_NATIVE.shape,
        native_spacing_mm=_NATIVE.spacing_mm,
        image_shape=_PREPARED.shape,
        zscore_mean=101.5,
        zscore_sd=88.25,
        pe_threshold_percent=70.0,
        voi=VoiSource.BREAST,
        ftv_voxels=ftv,
        ftv_ml=ftv * _NATIVE.voxel_ml,
        ser_washout_ml=0.25,
        ser_plateau_ml=0.5,
        ser_persistent_ml=1e-05,
        stv_source=MaskName.STV_CANDIDATE,
        stv_voxels=stv,
        stv_ml=stv * _PREPARED.voxel_ml,
        caveats=(CaveatCode.VOI_NONE,),
    )


def _features(exam: ExamId) -> FeatureRow:
    values = {"T1_E_Mean": float("nan"), "T1_E_Energy": 1 / 3}
    return FeatureRow(exam=exam, mask=MaskName.STV_CANDIDATE, values=values)


def _exclusions() -> list[ExclusionRow]:
    return [
        ExclusionRow(
            level=Level.SERIES,
            participant="0001",
            visit="T0",
            series_number=4,
            modality="MR",
            n_files=50,
            code=SeriesCode.DIFFUSION,
            evidence="TE 61 ms, 5 images at each of 10 positions",
        ),
        ExclusionRow(
            level=Level.EXAM,
            participant="0003",
            visit="1",
            series_number=None,
            modality=None,
            n_files=0,
            code=ExamCode.NO_DCE,
        ),
    ]


@pytest.fixture(scope="session")
def intact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of an intact data set; not to be changed."""
    return build(tmp_path_factory.mktemp("intact") / "out")


@pytest.fixture
def dataset(intact: Path, tmp_path: Path) -> Path:
    """Folder of an intact data set of the test's own."""
    return Path(shutil.copytree(intact, tmp_path / "out"))
