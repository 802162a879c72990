"""Preparation of two real exams against the known answers, and against SimpleITK."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pydicom
import pytest
import SimpleITK as sitk

from breastdce.core.codes import CaveatCode
from breastdce.core.exam import Triple
from breastdce.core.grid import Grid
from breastdce.core.volume import Volume
from breastdce.imaging import itk
from breastdce.imaging.resample import Edge
from breastdce.kinetics.enhancement import percent_values, ratio_values
from breastdce.kinetics.rescaling import rescaling
from breastdce.prepare.bias_field import BiasField, Samples
from breastdce.prepare.estimate import Course, estimate_n4
from breastdce.prepare.moments import pooled_moments
from breastdce.prepare.n4 import N4Params, correct
from breastdce.prepare.resample import ResampleParams, resample
from breastdce.prepare.sharpen import Sharpening
from breastdce.prepare.zscore import ZscoreParams, zscore
from breastdce.testing import itk_oracle

pytestmark = pytest.mark.data

DUKE_PHASES = ("ax_dyn_pre", "ax_dyn_1st_pass", "ax_dyn_2nd_pass")


def _phase(datasets):
    """One phase from its slices, sorted along row x column; as SimpleITK measures the grid."""
    row, column = np.array(datasets[0].ImageOrientationPatient, float).reshape(2, 3)
    normal = np.cross(row, column)
    ordered = sorted(datasets, key=lambda d: float(np.dot(normal, d.ImagePositionPatient)))
    first, last = (np.array(ordered[end].ImagePositionPatient, float) for end in (0, -1))
    step = float(np.linalg.norm(last - first)) / (len(ordered) - 1)
    between_rows, between_columns = map(float, ordered[0].PixelSpacing)
    voxels = np.stack([dataset.pixel_array.T for dataset in ordered], axis=2)
    flip = np.array([-1.0, -1.0, 1.0])
    direction = np.stack([row, column, normal], axis=1) * flip[:, None]
    grid = Grid(voxels.shape, (between_columns, between_rows, step), direction, tuple(first * flip))
    return Volume(np.asfortranarray(voxels, np.float32), grid)


@pytest.fixture(scope="module")
def ucsf(data):
    files = [path for path in data("ucsf_br_06/dce").rglob("*") if path.is_file()]
    datasets = [pydicom.dcmread(path) for path in files]
    parts = [[d for d in datasets if (int(d.InstanceNumber) - 1) // 60 == n] for n in range(3)]
    return [_phase(part) for part in parts]


@pytest.fixture(scope="module")
def duke(data):
    folders = [data(f"duke_153/{name}") for name in DUKE_PHASES]
    return [
        _phase([pydicom.dcmread(path) for path in folder.rglob("*") if path.is_file()])
        for folder in folders
    ]


def test_moments_of_ucsf_are_the_known_ones(ucsf):
    assert pooled_moments(ucsf) == pytest.approx((13.678478, 15.983532), abs=1e-6)  # as printed
    found = resample(ucsf, ResampleParams())
    assert found.phases[0].grid.shape == (180, 180, 120)
    assert pooled_moments(found.phases) == pytest.approx((13.685250, 15.534437), abs=1e-6)


def test_last_plane_of_ucsf_hangs_on_the_seventh_digit_and_is_a_caveat(ucsf):
    rounded = replace(ucsf[0].grid, spacing_mm=(0.703125, 0.703125, 2.0))
    for grid, zero in ((ucsf[0].grid, 0), (rounded, 1)):
        found = resample([Volume(phase.data, grid) for phase in ucsf], ResampleParams())
        assert [(c.code, c.detail) for c in found.caveats] == [
            (CaveatCode.GRID_EDGE, {"planes": 1, "zero": zero})
        ]
        assert found.phases[0].data[:, :, 119].any() == (zero == 0)
        extended = resample([Volume(ucsf[0].data, grid)], ResampleParams(edge=Edge.EXTEND))
        assert extended.phases[0].data[:, :, 119].any()


def test_moments_of_duke_are_the_known_ones(duke):
    assert pooled_moments(duke) == pytest.approx((39.167333, 37.951970), abs=1e-6)
    found = resample(duke, ResampleParams())
    assert found.phases[0].grid.shape == (340, 340, 62)
    assert found.caveats == ()
    assert pooled_moments(found.phases) == pytest.approx((39.106321, 36.748489), abs=1e-6)


@pytest.mark.parametrize("exam", ["ucsf", "duke"])
@pytest.mark.parametrize(
    ("interpolator", "kind", "relative"),
    # of the signal's maximum: three roundings of float32; twice filtered thrice as many
    [
        ("linear", itk_oracle.Interpolator.LINEAR, 3e-7),
        pytest.param("bspline", itk_oracle.Interpolator.BSPLINE, 1e-6, marks=pytest.mark.slow),
    ],
)
def test_resampling_is_that_of_simpleitk(exam, interpolator, kind, relative, request):
    # One more, so that what is 0 was filled.
    phase = request.getfixturevalue(exam)[1]
    phase = phase.with_data(phase.data + 1)
    found = resample([phase], ResampleParams(interpolator=interpolator)).phases[0]
    oracle = itk_oracle.resample(phase, found.grid, kind)
    highest = float(phase.data.max())
    np.testing.assert_allclose(found.data, oracle.data, rtol=0, atol=relative * highest)
    assert np.array_equal(found.data == 0, oracle.data == 0)


@pytest.mark.parametrize("exam", ["ucsf", "duke"])
def test_zscore_keeps_its_promise(exam, request):
    found = zscore(resample(request.getfixturevalue(exam), ResampleParams()).phases, ZscoreParams())
    assert pooled_moments(found.phases) == pytest.approx((0.0, 1.0), abs=1e-4)


@pytest.mark.slow
def test_one_shared_field_keeps_the_enhancing_voxels_of_ucsf(ucsf):
    def enhancing(phases):
        pre, post = phases[0].data, phases[1].data
        return (pre >= 35) & (post - pre >= 0.7 * pre)

    raw = enhancing(ucsf)
    shared = correct(ucsf, N4Params(field="shared"))
    pre, post = (phase.data for phase in shared.phases[:2])
    after = (ucsf[0].data >= 35) & (post - pre >= 0.7 * pre)
    # integer signal gives exact ties at 70 percent, which rounding decides either way
    ties = np.abs(ucsf[1].data - 1.7 * ucsf[0].data) < 1e-3
    assert np.array_equal(raw & ~ties, after & ~ties)


@pytest.mark.slow
def test_fields_of_single_phases_set_them_against_each_other(ucsf):
    logs = correct(ucsf, N4Params()).mean_log_field
    assert max(logs) - min(logs) > 0.05


@pytest.mark.slow
def test_bias_field_of_ucsf_is_that_of_itk_at_the_samples(ucsf):
    """The whole way (thinning, mask, lattice) against SimpleITK's own, one phase."""
    params = N4Params(shrink_mm=4.0)
    found = correct(ucsf[1:2], params).phases[0]
    thinned = np.asfortranarray(ucsf[1].data[5:252:6, 5:252:6, 1:60:2])
    image = sitk.GetImageFromArray(thinned.T)
    n4 = sitk.N4BiasFieldCorrectionImageFilter()
    n4.SetBiasFieldFullWidthAtHalfMaximum(0.15)
    n4.SetConvergenceThreshold(0.001)
    n4.SetMaximumNumberOfIterations([50] * 4)
    mask = sitk.OtsuThreshold(image, 0, 1, 128)
    with itk.threads(1):
        n4.Execute(image, sitk.Cast(mask, sitk.sitkUInt8))
        field = sitk.GetArrayFromImage(n4.GetLogBiasFieldAsImage(image)).T
    ours = np.asarray(found.data[5:252:6, 5:252:6, 1:60:2], np.float64)
    bright = thinned > 5
    # the lattice is solved from float32 values and the product is float32
    np.testing.assert_allclose(np.log(thinned[bright] / ours[bright]), field[bright], atol=1e-4)


def test_shared_field_leaves_enhancement_and_own_fields_do_not(ucsf):
    """Voxels with a pre-contrast signal above 30 that enhance by more than 70 %."""
    raw = Triple(*ucsf)
    ties = np.count_nonzero(percent_values(*(image.data for image in ucsf[:2])) == 70)
    counts = {}
    for field in ("shared", "per_phase"):
        corrected = Triple(*correct(ucsf, N4Params(field=field)).phases)
        counts[field] = rescaling(raw, corrected, tissue_above=30.0)
    assert counts["shared"].enhancing_before == 46767
    assert abs(counts["shared"].enhancing_after - 46767) <= ties
    assert counts["per_phase"].enhancing_after > 2 * 46767


def test_shared_field_leaves_pe_and_ser(ucsf):
    """Relative, where the early phase enhances by more than 70 %: float32 products."""
    corrected = correct(ucsf, N4Params(field="shared")).phases
    enhancing = percent_values(ucsf[0].data, ucsf[1].data) > 70
    enhancing &= (ucsf[0].data > 30) & (ucsf[2].data > ucsf[0].data)
    signals = [[image.data[enhancing] for image in images] for images in (ucsf, corrected)]
    pe = [percent_values(pre, early) for pre, early, _ in signals]
    ser = [ratio_values(*phases) for phases in signals]
    np.testing.assert_allclose(pe[1], pe[0], rtol=1e-5)
    np.testing.assert_allclose(ser[1], ser[0], rtol=1e-5)


CASES = {
    # image, step, whether Otsu's mask is used, iterations of SimpleITK (measured)
    "pre": (0, 4, False, (1, 1, 3, 16)),
    "post1 masked": (1, 4, True, None),
}


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_own_n4_is_that_of_simpleitk(ucsf, case):
    """Same samples, same parameters, one thread; the field at full size as ITK maps it."""
    phase, step, masked, iterations = CASES[case]
    signal, shape = ucsf[phase].data, ucsf[phase].grid.shape
    starts = [_start_of_shrink(shape, axis, step) for axis in range(3)]
    i, j, k = (
        slice(start, start + step * (n // step - 1) + 1, step)
        for start, n in zip(starts, shape, strict=True)
    )
    samples = np.asfortranarray(signal[i, j, k])
    inside = itk_oracle.otsu(samples) if masked else np.ones(samples.shape, bool, order="F")
    course, how = Course((50,) * 4, 0.001, as_itk=True), Sharpening(200, 0.01, 0.15)
    found = estimate_n4(samples, inside, (4, 4, 4), how, course)
    axes = Samples(0, 1, shape[0]), Samples(0, 1, shape[1]), Samples(0, 1, shape[2])
    ours = np.stack(list(BiasField(found.lattice, axes).planes(shape))).T
    settings = itk.N4Settings(200, 0.01, 0.15, 4, (50,) * 4, 0.001)
    with itk.threads(1):
        theirs = itk.n4_log_field(samples, inside, settings, shape)
    assert np.abs(ours - theirs).max() <= 0.01
    assert np.corrcoef(ours.ravel(), theirs.ravel())[0, 1] >= 0.9999
    if iterations is not None:
        assert found.iterations == iterations


def _start_of_shrink(shape, axis, step):
    """First voxel that ITK's filter keeps: its rounding of positions decides between two."""
    others = [1 if number != axis else -1 for number in range(3)]
    ramp = np.broadcast_to(np.arange(shape[axis], dtype=np.float32).reshape(others), shape)
    kept = sitk.Shrink(sitk.GetImageFromArray(np.ascontiguousarray(ramp.T)), [step] * 3)
    return int(sitk.GetArrayFromImage(kept).flat[0])
