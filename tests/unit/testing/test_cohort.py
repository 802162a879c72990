"""The cohort is genuine DICOM: pydicom alone finds what the truth says."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pydicom
import pytest

from breastdce.core.errors import InputError
from breastdce.testing import load_arrays, load_truth, write_cohort

DYNAMIC = {"ge-sagittal": {2}, "siemens-axial": {2, 4, 6, 8}, "philips-axial": {301}}
ROUNDING = 0.51  # of one stored unit: half a unit, and float32 on the way


def read(folder, exam):
    files = [path for path in (folder / exam.dicom).rglob("*") if path.is_file()]
    return [pydicom.dcmread(path) for path in files]


def dynamic(folder, exam):
    return [ds for ds in read(folder, exam) if ds.SeriesNumber in DYNAMIC[exam.name]]


def seconds(time):
    return int(time[:2]) * 3600 + int(time[2:4]) * 60 + float(time[4:])


def start(ds, exam):
    return seconds(ds.ContentTime if exam.style == "ge" else ds.AcquisitionTime)


def phases(folder, exam):
    """Volumes [phase, i, j, k] by start time and place along the normal, affine RAS+, starts."""
    groups = defaultdict(list)
    for ds in dynamic(folder, exam):
        groups[start(ds, exam)].append(ds)
    ordered = [sorted(group, key=along_normal) for _, group in sorted(groups.items())]
    volumes = [np.stack([shown(ds).T for ds in group], axis=-1) for group in ordered]
    return np.stack(volumes), affine_of(ordered[0]), sorted(groups)


def axes(ds):
    return np.reshape(np.array(ds.ImageOrientationPatient, float), (2, 3))


def along_normal(ds):
    row, column = axes(ds)
    return float(np.cross(row, column) @ np.array(ds.ImagePositionPatient, float))


def shown(ds):
    return ds.pixel_array * float(ds.get("RescaleSlope", 1))


def affine_of(slices):
    row, column = axes(slices[0])
    between_rows, between_columns = (float(value) for value in slices[0].PixelSpacing)
    first, last = (np.array(slices[n].ImagePositionPatient, float) for n in (0, -1))
    lps = np.eye(4)
    lps[:3, 0], lps[:3, 1] = row * between_columns, column * between_rows
    lps[:3, 2], lps[:3, 3] = (last - first) / (len(slices) - 1), first
    return np.diag([-1, -1, 1, 1]) @ lps


@pytest.fixture(scope="module", params=sorted(DYNAMIC))
def exam(request, cohort):
    folder, truth = cohort
    found = next(exam for exam in truth.exams if exam.name == request.param)
    return folder, found, load_arrays(folder / found.arrays)


def test_each_phase_shows_the_shaded_signal_on_the_grid_of_the_truth(exam):
    folder, expected, truth = exam
    volumes, affine, _ = phases(folder, expected)
    assert volumes.shape == (expected.n_phases, *truth.grid.shape)
    np.testing.assert_allclose(affine, truth.grid.affine, atol=1e-6)
    for volume, signal in zip(volumes, truth.phases, strict=True):
        shaded = signal * truth.shading
        tissue = shaded > 100  # far above the noise of 7, where Rice is nearly Gauss
        residual = (volume - shaded)[tissue]
        assert abs(residual.mean()) < 1
        assert residual.std() == pytest.approx(7.0, rel=0.1)


def test_starts_in_the_header_give_the_delays_of_the_truth(exam):
    folder, expected, _ = exam
    starts = phases(folder, expected)[2]
    middles = [time - starts[1] + expected.duration_s / 2 for time in starts]
    assert middles == pytest.approx(expected.delays_s, abs=1e-3)


def test_identity_is_marked_as_the_truth_says(exam):
    folder, expected, _ = exam
    for ds in dynamic(folder, expected):
        assert ds.PatientID == expected.patient_id
        assert (ds.get("PatientIdentityRemoved") == "YES") is expected.identity_removed
        assert bool(ds.PatientBirthDate) is not expected.identity_removed


def by_name(cohort, name):
    folder, truth = cohort
    return folder, next(exam for exam in truth.exams if exam.name == name)


def test_old_ge_tells_phases_apart_by_content_time_alone(cohort):
    images = dynamic(*by_name(cohort, "ge-sagittal"))
    slices = len(images) // 3
    assert sorted(ds.AcquisitionNumber for ds in images) == [1] * slices + [2] * 2 * slices
    for ds in images:
        assert not {"AcquisitionTime", "TriggerTime", "TemporalPositionIdentifier"} & set(ds.dir())
        assert (ds.ScanningSequence, ds.MagneticFieldStrength) == ("RM", 15000)
        assert ds.PixelRepresentation == 1
        assert "RescaleSlope" not in ds
        assert ds.private_block(0x0019, "GEMS_ACQU_01")[0x5A].value == 300e6


def test_ge_localizer_has_three_orthogonal_planes(cohort):
    images = [ds for ds in read(*by_name(cohort, "ge-sagittal")) if ds.SeriesNumber == 1]
    normals = {
        tuple(np.abs(np.cross(ds.ImageOrientationPatient[:3], ds.ImageOrientationPatient[3:])))
        for ds in images
    }
    assert normals == {(1, 0, 0), (0, 1, 0), (0, 0, 1)}


def test_ge_localizer_lies_in_the_dynamic(cohort):
    folder, expected = by_name(cohort, "ge-sagittal")
    volumes, affine, _ = phases(folder, expected)
    row, column = 7, 10
    for ds in read(folder, expected):
        if ds.SeriesNumber == 1:
            position = np.array(ds.ImagePositionPatient, float)
            position += axes(ds)[0] * ds.PixelSpacing[1] * column
            position += axes(ds)[1] * ds.PixelSpacing[0] * row
            i, j, k, _ = np.rint(np.linalg.solve(affine, [*(position * [-1, -1, 1]), 1])).astype(
                int
            )
            assert ds.pixel_array[row, column] == volumes[0][i, j, k]


def test_siemens_subtraction_that_does_not_say_so_is_first_pass_minus_pre(cohort):
    folder, expected = by_name(cohort, "siemens-axial")
    volumes, _, _ = phases(folder, expected)
    images = sorted(
        (ds for ds in read(folder, expected) if ds.SeriesNumber == 21),
        key=lambda ds: ds.ImagePositionPatient[2],
    )
    assert all("ORIGINAL" in ds.ImageType and "SUB" not in ds.ImageType for ds in images)
    stored = np.stack([ds.pixel_array.T for ds in images], axis=-1)
    # Both phases and their difference are each rounded once.
    assert np.abs(stored - np.maximum(volumes[1] - volumes[0], 0)).max() <= 3 * ROUNDING


def test_siemens_traits(cohort):
    images = read(*by_name(cohort, "siemens-axial"))
    declared = [ds for ds in images if "SUBTRACTION" in ds.ImageType]
    assert {ds.SeriesNumber for ds in declared} == {20}
    assert {ds.SeriesNumber for ds in images if ds.ScanningSequence == "SE"} == {26}
    pre = [ds for ds in images if ds.SeriesNumber == 2]
    assert not any("ContrastBolusAgent" in ds for ds in pre)
    assert len({ds.ContentTime for ds in pre}) == len(pre)
    assert {str(ds.file_meta.TransferSyntaxUID) for ds in images} == {"1.2.840.10008.1.2"}
    assert {(ds.PixelRepresentation, ds.BitsStored) for ds in images} == {(0, 12)}


def test_every_philips_dynamic_has_a_slope_of_its_own(cohort):
    images = dynamic(*by_name(cohort, "philips-axial"))
    slopes = defaultdict(set)
    for ds in images:
        slopes[ds.TemporalPositionIdentifier].add(float(ds.RescaleSlope))
        assert ds.NumberOfTemporalPositions == 6
    assert sorted(slopes) == [1, 2, 3, 4, 5, 6]
    assert all(len(found) == 1 for found in slopes.values())
    assert len(set.union(*slopes.values())) == 6
    assert 1.0 not in set.union(*slopes.values())


def test_all_instances_are_different_and_nothing_saturates(cohort):
    folder, truth = cohort
    images = [ds for exam in truth.exams for ds in read(folder, exam)]
    assert len({ds.SOPInstanceUID for ds in images}) == len(images)
    assert all(ds.pixel_array.max() < 2 ** (ds.BitsStored - 1) * 2 - 1 for ds in images)


def test_exam_with_two_phases_is_to_be_left_out(cohort):
    folder, exam = by_name(cohort, "ge-two-phases")
    assert exam.excluded == "TOO_FEW_PHASES"
    assert len({ds.ContentTime for ds in read(folder, exam) if ds.SeriesNumber == 2}) == 2


def test_strays_lie_among_the_images(cohort):
    root = cohort[0] / "dicom"
    assert (root / "README.txt").read_text()
    assert (root / "inbox" / "thumbs").stat().st_size == 0
    assert (root / "inbox" / "backup.zip").read_bytes()[:2] == b"PK"


def test_same_call_writes_the_same_bytes(cohort, tmp_path):
    folder, truth = cohort
    assert write_cohort(tmp_path, size="tiny") == truth
    files = {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()}
    again = {path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()}
    assert again == files
    for name in files:
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes(), name


def test_truth_on_disk_is_the_truth_returned(cohort):
    folder, truth = cohort
    assert load_truth(folder) == truth


def test_incomplete_cohort_is_refused(tmp_path):
    with pytest.raises(InputError) as caught:
        load_truth(tmp_path)
    assert caught.value.code == "TABLE_INVALID"
