"""On the phantom, what is measured agrees with what is true of it."""

from __future__ import annotations

import nibabel as nib
import numpy as np
import pytest

from breastdce.core.volume import Volume
from breastdce.prepare.n4 import N4Params, correct
from breastdce.testing import Tissue, load_arrays, load_truth
from tests.e2e.conftest import rows

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("demo")]
USED = ("ge-sagittal", "siemens-axial", "philips-axial")


def stored(path):
    return np.asarray(nib.Nifti1Image.from_filename(path).dataobj)


@pytest.fixture(params=USED)
def exam(request, cohort, demo):
    """Truth, arrays of the truth, and the folder of the exam in the data set."""
    truth = next(item for item in load_truth(cohort).exams if item.name == request.param)
    arrays = load_arrays(cohort / "truth" / f"{truth.name}.npz")
    shape = ";".join(map(str, arrays.grid.shape))
    (row,) = [
        row
        for row in rows(demo / "exams.tsv")
        if row["native_shape"] == shape and int(row["n_phases"]) == truth.n_phases
    ]
    folder = demo / row["participant_id"] / row["session_id"]
    return truth, arrays, row, folder


def test_times_are_the_truth(exam):
    truth, _, row, _ = exam
    assert [float(x) for x in row["delays_s"].split(";")] == pytest.approx(truth.delays_s, abs=0.01)


def test_grid_is_the_truth(exam):
    _, arrays, _, folder = exam
    image = nib.Nifti1Image.from_filename(next(folder.glob("native/*_0000.nii.gz")))
    np.testing.assert_allclose(image.affine, arrays.grid.affine, atol=1e-3)


def test_ftv_overlaps_the_truth(exam):
    _, arrays, _, folder = exam
    found, true = stored(next(folder.glob("masks/*_ftv.nii.gz"))) > 0, arrays.ftv > 0
    assert 2 * (found & true).sum() / (found.sum() + true.sum()) >= 0.95


def test_pe_and_ser_in_the_lesion_are_within_3_percent(exam):
    _, arrays, _, folder = exam
    true = arrays.ftv > 0
    pe = stored(next(folder.glob("maps/*_pe.nii.gz")))[true].astype(float)
    ser = stored(next(folder.glob("maps/*_ser.nii.gz")))[true].astype(float)
    defined = ser > 0  # 0 is stored where the map was not asked for
    assert pe.mean() == pytest.approx(arrays.pe[true].mean(), rel=0.03)
    assert ser[defined].mean() == pytest.approx(arrays.ser[true][defined].mean(), rel=0.03)


def test_bias_correction_at_least_halves_the_variation_of_uniform_tissue(exam):
    _, arrays, _, folder = exam
    raw = stored(next(folder.glob("native/*_0000.nii.gz"))).astype(np.float32)
    (after,) = correct((Volume(np.asfortranarray(raw), arrays.grid),), N4Params()).phases
    uniform = arrays.uniform > 0

    def variation(image):
        values = image[uniform].astype(float)
        return values.std() / values.mean()

    assert variation(after.data) <= 0.5 * variation(raw)


def test_lesion_is_where_it_was_put(exam):
    _, arrays, _, folder = exam
    found = stored(next(folder.glob("masks/*_ftv.nii.gz"))) > 0
    lesion = arrays.labels == Tissue.RIM
    assert (found & lesion).sum() >= 0.9 * (arrays.ftv & lesion).sum()
