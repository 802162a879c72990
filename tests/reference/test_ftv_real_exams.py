"""Two real exams with known answers: every count of them, and every voxel of the producer's maps.

Tolerance of the volumes in mL: 1e-6, the digits that the producer prints are nine; counts and maps
are whole numbers and must be equal.
"""

from __future__ import annotations

import resource
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pydicom
import pytest

from breastdce.core.codes import CaveatCode, ExamCode
from breastdce.core.errors import ExamRefused
from breastdce.core.exam import Box, PhaseRole, TimeZero, Triple, VoiSource
from breastdce.core.grid import Grid
from breastdce.core.volume import Volume
from breastdce.formats.dicom.header import Frame, Header
from breastdce.ingest.producer import Analysis, read_analysis
from breastdce.ingest.records import ExamSource, GridFacts, PhaseSource
from breastdce.kinetics.compare import compare_with_producer
from breastdce.kinetics.ftv import FtvResult, functional_tumor_volume
from breastdce.kinetics.tally import Steps
from breastdce.kinetics.thresholds import FtvParams, Origin
from breastdce.segment.stv_rule import StvParams, stv_candidate

pytestmark = [pytest.mark.data, pytest.mark.slow]
Data = Callable[[str], Path]


def slices_of(folder: Path) -> list[pydicom.FileDataset]:
    """Images of a folder, by instance number."""
    images = [pydicom.dcmread(path) for path in sorted(folder.iterdir())]
    return sorted(images, key=lambda image: int(image.InstanceNumber))


def along(image: pydicom.FileDataset) -> float:
    row, column = np.reshape([float(c) for c in image.ImageOrientationPatient], (2, 3))
    place = [float(p) for p in image.ImagePositionPatient]
    return float(np.cross(row, column) @ place)


def stack(images: list[pydicom.FileDataset]) -> Volume:
    images = sorted(images, key=along)
    first, count = images[0], len(images)
    row, column = np.reshape([float(c) for c in first.ImageOrientationPatient], (2, 3))
    direction = np.stack([row, column, np.cross(row, column)], axis=1)
    spacing = [float(s) for s in first.PixelSpacing]
    step = round((along(images[-1]) - along(first)) / (count - 1), 6)  # as the grid's rule is
    origin = [float(p) for p in first.ImagePositionPatient]
    grid = Grid(
        (int(first.Columns), int(first.Rows), count),
        (spacing[1], spacing[0], step),
        direction * [[-1.0], [-1.0], [1.0]],
        (-origin[0], -origin[1], origin[2]),
    )
    data = np.stack([image.pixel_array.T for image in images], axis=2).astype(np.float32)
    return Volume(np.asfortranarray(data), grid)


def source_of(
    image: pydicom.FileDataset, phases: int, paths: list[Path], slope: float | None = None
) -> ExamSource:
    """What the finder hands on, as far as the analysis is concerned."""
    frame = Frame(
        position_mm=(0.0, 0.0, 0.0),
        orientation=(1.0, 0.0, 0.0, 0.0, 1.0, 0.0),
        pixel_spacing_mm=(1.0, 1.0),
        rescale_slope=slope,
    )
    header = Header(
        sop_class_uid="1",
        sop_instance_uid="1",
        study_uid="1",
        series_uid="1",
        frame_of_reference_uid=str(image.FrameOfReferenceUID),
        transfer_syntax_uid="1",
        modality="MR",
        rows=1,
        columns=1,
        bits_allocated=16,
        bits_stored=16,
        pixel_representation=0,
        frames=(frame,),
    )
    phase = PhaseSource(
        slices=(), role=PhaseRole.POST, series_uid="1", series_number=1, header=header
    )
    return ExamSource(
        patient_id="",
        study_uid="1",
        study_date=None,
        identity_removed=True,
        grid=GridFacts(
            shape=(1, 1, 1), spacing_mm=(1.0, 1.0, 1.0), direction_lps=(), origin_lps_mm=(0, 0, 0)
        ),
        phases=(phase,) * phases,
        phase_indices=(0, 1, 2),
        phase_key="series",
        time_zero=TimeZero.UNKNOWN,
        analysis_paths=tuple(str(path) for path in paths),
    )


class Exam:
    """A real exam: its phases and the way to its analysis objects."""

    def __init__(self, images: list[pydicom.FileDataset], phases: tuple[Volume, ...]) -> None:
        self.image, self.phases = images[0], phases
        self.grid = phases[0].grid

    def analysis(self, paths: list[Path], slope: float | None = None) -> Analysis:
        return read_analysis(source_of(self.image, len(self.phases), paths, slope), self.grid)

    def ftv(self, analysis: Analysis) -> FtvResult:
        return functional_tumor_volume(Triple(*self.phases), analysis.region, FtvParams())


@pytest.fixture(scope="module")
def ucsf(data: Data) -> Exam:
    images = slices_of(data("ucsf_br_06/dce"))
    return Exam(images, tuple(stack(images[start : start + 60]) for start in (0, 60, 120)))


@pytest.fixture(scope="module")
def objects(data: Data) -> dict[str, list[Path]]:
    return {name: sorted(data(f"ucsf_br_06/{name}").iterdir()) for name in ("mask", "pe1", "ser")}


@pytest.fixture(scope="module")
def duke(data: Data) -> Exam:
    names = ("pre", "1st_pass", "2nd_pass")
    series = [slices_of(data(f"duke_153/ax_dyn_{name}")) for name in names]
    return Exam(series[0], tuple(stack(images) for images in series))


def check_ucsf_counts(result: FtvResult) -> None:
    report = result.report
    assert report.thresholds.background == 35
    assert report.voi_voxels == 562_464
    assert report.whole == Steps(
        tissue=173_823, enhancing=42_716, candidates=42_715, supported=41_596
    )
    assert report.inside == Steps(
        tissue=82_527, enhancing=41_759, candidates=41_758, supported=41_105
    )
    assert report.ml(report.ftv_voxels) == pytest.approx(40.643371582, abs=1e-6)
    kinetics = report.kinetics
    assert kinetics.ser_at_least_threshold == 30_513
    assert report.ml(30_513) == pytest.approx(30.170324707, abs=1e-6)
    assert kinetics.classes == (10_592, 3_632, 15_065, 10_809, 1_007)
    assert (kinetics.persistent, kinetics.plateau, kinetics.washout) == (10_592, 8_598, 21_915)
    assert kinetics.clipped == 16


def test_ucsf_with_all_objects_meets_the_producer_on_every_voxel(
    ucsf: Exam, objects: dict[str, list[Path]]
):
    analysis = ucsf.analysis([path for paths in objects.values() for path in paths])
    region = analysis.region
    assert (region.source, region.voi) == (
        VoiSource.PRODUCER,
        Box((40, 72, 9), (147, 195, 50)),
    )
    assert (region.background, region.pe_percent, region.min_neighbors) == (35, 70.0, 4)
    assert analysis.effective_s == (-230.0, 177.0, 531.0)
    assert (analysis.phase_indices, analysis.duration_s) == ((0, 1, 2), 354.0)
    assert analysis.caveats == ()
    result = ucsf.ftv(analysis)
    check_ucsf_counts(result)
    assert result.caveats == ()
    found, caveats = compare_with_producer(result, analysis.analysis)
    assert {item.quantity: item.voxels for item in found} == {
        "pe": 0,
        "ser": 0,
        "tissue": 0,
        "ftv_voxels": 0,
    }
    assert {item.quantity: item.producer for item in found} == {
        "pe": 151_027,
        "ser": 41_596,
        "tissue": 82_527,
        "ftv_voxels": 41_105,
    }
    assert caveats == ()


@pytest.mark.parametrize("kinds", [("ser",), ("ser", "pe1")])
def test_ucsf_without_the_segmentation_gives_the_same(
    ucsf: Exam, objects: dict[str, list[Path]], kinds: tuple[str, ...]
):
    analysis = ucsf.analysis([path for kind in kinds for path in objects[kind]])
    assert analysis.region.background is None
    result = ucsf.ftv(analysis)
    assert result.report.thresholds.background_origin is Origin.COMPUTED
    check_ucsf_counts(result)
    assert all(item.voxels == 0 for item in compare_with_producer(result, analysis.analysis)[0])


def test_ucsf_without_the_maps_uses_and_names_the_defaults(
    ucsf: Exam, objects: dict[str, list[Path]]
):
    analysis = ucsf.analysis(objects["mask"])
    result = ucsf.ftv(analysis)
    check_ucsf_counts(result)
    assert [caveat.code for caveat in result.caveats] == [CaveatCode.THRESHOLD_DEFAULT] * 2


def test_ucsf_parts_of_the_ftv(ucsf: Exam, objects: dict[str, list[Path]]):
    ftv = ucsf.ftv(ucsf.analysis(objects["ser"])).mask
    candidate = stv_candidate(ftv, StvParams())
    assert (candidate.parts_found, candidate.largest_voxels) == (51, 39_594)
    assert (candidate.parts_kept, candidate.voxels) == (48, 41_065)
    assert candidate.mask.volume_ml == pytest.approx(40.603821, abs=1e-6)
    by_faces = stv_candidate(ftv, StvParams(connectivity=6))
    assert (by_faces.parts_found, by_faces.largest_voxels) == (145, 39_325)


def test_objects_that_disagree_are_refused(
    ucsf: Exam, objects: dict[str, list[Path]], tmp_path: Path
):
    other = pydicom.dcmread(objects["mask"][0])
    other[0x0117, 0x10A1].value = [41, 72, 9]
    other.save_as(tmp_path / "other.dcm")
    with pytest.raises(ExamRefused) as refused:
        ucsf.analysis([*objects["ser"], tmp_path / "other.dcm"])
    assert refused.value.code is ExamCode.PRODUCER_CONFLICT
    both = refused.value.evidence["voi_index"]
    assert isinstance(both, list)
    assert [list(box["first"]) for box in both] == [[40, 72, 9], [41, 72, 9]]


def test_a_shifted_segmentation_is_snapped_and_a_map_that_differs_is_counted(
    ucsf: Exam, objects: dict[str, list[Path]], tmp_path: Path
):
    seg = pydicom.dcmread(objects["mask"][0])
    for group in seg.PerFrameFunctionalGroupsSequence:
        place = group.PlanePositionSequence[0]
        x, y, z = place.ImagePositionPatient
        place.ImagePositionPatient = [x, float(y) + 0.3515625, float(z) - 0.3515625]
    seg.save_as(tmp_path / "seg.dcm")
    image = pydicom.dcmread(objects["ser"][30])
    values = image.pixel_array.copy()
    values[128, 128] += 7
    image.PixelData = values.tobytes()
    image.save_as(tmp_path / "ser.dcm")
    paths = [*objects["ser"][:30], tmp_path / "ser.dcm", *objects["ser"][31:]]
    analysis = ucsf.analysis([tmp_path / "seg.dcm", *paths])
    assert [caveat.code for caveat in analysis.caveats] == [CaveatCode.SEG_SHIFTED]
    found, caveats = compare_with_producer(ucsf.ftv(analysis), analysis.analysis)
    ser = next(item for item in found if item.quantity == "ser")
    assert (ser.voxels, round(ser.largest, 6)) == (1, 0.007)
    assert [caveat.code for caveat in caveats] == [CaveatCode.PRODUCER_DIFFERS]


def test_a_mask_of_bits_is_not_compared_but_its_parameters_are_used(
    ucsf: Exam, objects: dict[str, list[Path]], tmp_path: Path
):
    seg = pydicom.dcmread(objects["mask"][0])
    seg.SeriesDescription = "ISPY2: VOLSER: uni-lateral cropped: Analysis Mask"
    seg.save_as(tmp_path / "bits.dcm")
    analysis = ucsf.analysis([tmp_path / "bits.dcm"])
    assert ucsf.analysis(objects["mask"]).analysis.tissue is not None
    assert analysis.analysis.tissue is None
    assert analysis.region.background == 35


def test_a_map_with_a_missing_slice_is_not_compared(ucsf: Exam, objects: dict[str, list[Path]]):
    analysis = ucsf.analysis(objects["ser"][1:])
    assert analysis.analysis.ser is None
    assert [caveat.code for caveat in analysis.caveats] == [CaveatCode.SEG_UNUSED]


def test_a_header_threshold_for_rescaled_images_carries_a_caveat(
    ucsf: Exam, objects: dict[str, list[Path]]
):
    assert ucsf.analysis(objects["mask"], slope=1.0).caveats == ()
    codes = [caveat.code for caveat in ucsf.analysis(objects["mask"], slope=2.5).caveats]
    assert codes == [CaveatCode.THRESHOLD_UNITS]


def test_without_objects_there_is_no_region(ucsf: Exam):
    analysis = ucsf.analysis([])
    assert analysis.region.source is VoiSource.BREAST
    assert analysis.region.voi is None
    assert (analysis.effective_s, analysis.phase_indices, analysis.caveats) == (None, None, ())


def test_duke_whole_volume(duke: Exam, data: Data):
    analysis = duke.analysis([data("duke_153/segmentation/1-1.dcm")])
    assert analysis.region.voi is None
    assert [(caveat.code, caveat.detail) for caveat in analysis.caveats] == [
        (
            CaveatCode.SEG_UNUSED,
            {
                "object": "seg",
                "why": "not_producer",
                "segments": 5,
                "frames": 5,
                "frames_outside": 2,
            },
        )
    ]
    result = duke.ftv(analysis)
    report = result.report
    assert report.thresholds.background == 52
    assert (
        report.inside
        == report.whole
        == Steps(tissue=2_447_965, enhancing=183_249, candidates=182_545, supported=141_431)
    )
    assert report.ml(report.ftv_voxels) == pytest.approx(89.606421, abs=1e-6)
    assert report.kinetics.ser_at_least_threshold == 103_808
    assert report.kinetics.classes == (37_623, 18_424, 36_572, 25_261, 23_551)
    assert report.undefined_or_negative == 704
    assert report.kinetics.clipped == 4_976
    assert CaveatCode.NEGATIVE_SER not in {caveat.code for caveat in result.caveats}
    assert stv_candidate(result.mask, StvParams()).parts_found == 2_270


def test_memory_stays_far_below_eight_gigabytes(duke: Exam):
    grid = Grid((448, 448, 160), duke.grid.spacing_mm, duke.grid.direction, duke.grid.origin_mm)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    tall = [np.concatenate([phase.data] * 3, axis=2)[:, :, :160] for phase in duke.phases]
    volumes = [Volume(np.asfortranarray(data), grid) for data in tall]
    result = functional_tumor_volume(Triple(*volumes), duke.analysis([]).region, FtvParams())
    assert result.report.ftv_voxels > 300_000
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1e6
    assert grown < 2.5  # GB; the three phases and their copies are 0.8 of it
