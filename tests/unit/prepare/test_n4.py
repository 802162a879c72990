from __future__ import annotations

import numpy as np
import pytest
import SimpleITK as sitk

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError
from breastdce.core.grid import Grid
from breastdce.core.volume import Volume
from breastdce.imaging import itk
from breastdce.prepare.bias_field import BiasField, Samples, lattice_of
from breastdce.prepare.n4 import N4Params, correct, samples_of
from breastdce.testing import itk_oracle

SHAPE = (48, 40, 20)
GRID = Grid(SHAPE, (1.5, 1.5, 3.0), np.eye(3), (0.0, 0.0, 0.0))


@pytest.fixture(scope="module")
def phantom():
    """Two tissues in air under a smooth field; (tissue, true log field, three phases)."""
    i, j, k = np.meshgrid(*(np.linspace(-1, 1, n) for n in SHAPE), indexing="ij")
    tissue = i**2 + j**2 + 0.5 * k**2 < 0.8
    gland = i**2 + (j - 0.2) ** 2 + k**2 < 0.15
    log_field = 0.35 * i - 0.25 * j**2 + 0.2 * k * i
    rng = np.random.default_rng(5)
    phases = []
    for gain in (1.0, 1.6, 1.5):
        clean = np.where(gland, 60.0 * gain, np.where(tissue, 100.0, 0.0)) * np.exp(log_field)
        noisy = np.abs(clean + rng.normal(0, 2, SHAPE))
        phases.append(Volume(np.asfortranarray(noisy, np.float32), GRID))
    return tissue & ~gland, log_field, phases


def _variation(volume, inside):
    values = volume.data[inside]
    return float(values.std() / values.mean())


@pytest.mark.parametrize("field", ["per_phase", "shared"])
@pytest.mark.parametrize("method", ["n4", "n3"])
def test_uniform_tissue_becomes_at_least_twice_as_uniform(phantom, field, method):
    fat, _, phases = phantom
    found = correct(phases, N4Params(field=field, method=method))
    for before, after in zip(phases, found.phases, strict=True):
        assert _variation(after, fat) <= 0.5 * _variation(before, fat)
        assert after.data.flags.f_contiguous
        assert after.data.dtype == np.float32


def test_second_run_gives_the_same_bytes(phantom):
    _, _, phases = phantom
    one, two = (correct(phases[:1], N4Params()) for _ in range(2))
    assert one.phases[0].data.tobytes() == two.phases[0].data.tobytes()
    assert one.mean_log_field == two.mean_log_field


@pytest.mark.parametrize("method", ["n4", "n3"])
def test_threads_do_not_change_a_byte(phantom, method):
    _, _, phases = phantom
    params = N4Params(method=method, iterations=(8,))
    one, three = (correct(phases, params, threads=threads) for threads in (1, 3))
    for a, b in zip(one.phases, three.phases, strict=True):
        assert a.data.tobytes() == b.data.tobytes()
    assert one.mean_log_field == three.mean_log_field


def test_engine_of_itk_gives_the_same_images(phantom):
    _, _, phases = phantom
    ours, theirs = (correct(phases[:1], N4Params(engine=engine)) for engine in ("own", "itk"))
    np.testing.assert_allclose(
        ours.phases[0].data, theirs.phases[0].data, rtol=1e-3
    )  # 1e-3 of the log field, see docs/bias_field.md
    assert ours.mean_log_field == pytest.approx(theirs.mean_log_field, abs=1e-3)


def test_our_engine_does_without_itk(phantom, monkeypatch):
    monkeypatch.setattr(itk, "n4_log_field", None)
    assert correct(phantom[2][:1], N4Params(iterations=(2,))).tissue_above > 0


def test_shared_field_is_that_of_the_phase_it_is_estimated_on(phantom):
    _, _, phases = phantom
    alone = correct(phases[1:2], N4Params(mask="none"))
    shared = correct(phases, N4Params(mask="none", field="shared", shared_from="post1"))
    assert shared.mean_log_field == alone.mean_log_field * 3
    assert shared.phases[1].data.tobytes() == alone.phases[0].data.tobytes()


@pytest.mark.parametrize("smoothing", [0.0, 1.0])
def test_n3_finds_a_smooth_field_of_one_tissue(smoothing):
    """One tissue under a field that the lattice can hold: what is left is flat to 1 %."""
    i, j, k = np.meshgrid(*(np.linspace(-1, 1, n) for n in SHAPE), indexing="ij")
    field = 0.3 * i - 0.2 * j * k + 0.1 * j**2
    image = Volume(np.asfortranarray(100 * np.exp(field), np.float32), GRID)
    params = N4Params(method="n3", mask="none", smoothing_mm4=smoothing)
    found = correct([image], params).phases[0].data
    assert found.std() / found.mean() < 0.01 < image.data.std() / image.data.mean()


def test_one_shared_field_leaves_enhancement_alone(phantom):
    fat, _, phases = phantom
    found = correct(phases, N4Params(field="shared"))
    raw = phases[1].data[fat] / phases[0].data[fat]
    corrected = found.phases[1].data[fat] / found.phases[0].data[fat]
    np.testing.assert_allclose(corrected, raw, rtol=1e-5)  # float32 products
    assert len(set(found.mean_log_field)) == 1


def test_mean_log_field_is_what_the_phase_was_divided_by(phantom):
    _, _, phases = phantom
    found = correct(phases[:1], N4Params(mask="none", shrink_mm=0.1, iterations=(2, 2)))
    positive = phases[0].data > 0
    ratio = np.log(phases[0].data[positive] / found.phases[0].data[positive])
    assert found.mean_log_field[0] == pytest.approx(float(ratio.mean()), abs=1e-4)  # float32


def test_field_is_that_of_itk_where_nothing_is_thinned(phantom):
    _, _, phases = phantom
    samples = phases[0].data
    inside = itk_oracle.otsu(samples)
    settings = itk.N4Settings(200, 0.01, 0.15, 4, (20, 20), 0.001)
    with itk.threads(1):
        whole = itk.n4_log_field(samples, inside, settings, SHAPE)
        coarse = itk.n4_log_field(samples, inside, settings, (9, 9, 9))
    i, j, k = (Samples(0, 1, n) for n in SHAPE)
    ours = np.stack(list(BiasField(lattice_of(coarse, 5), (i, j, k)).planes(SHAPE)), axis=0).T
    np.testing.assert_allclose(ours, whole, atol=1e-5)  # both start from float32 values


def test_zeros_and_negative_voxels_stay_so(phantom):
    _, _, phases = phantom
    voxels = phases[0].data.copy(order="F")
    voxels[:4], voxels[4:6] = 0, -3
    found = correct([Volume(voxels, GRID)], N4Params(mask="none"))
    assert not found.phases[0].data[:4].any()
    assert (found.phases[0].data[4:6] < 0).all()
    assert np.isfinite(found.phases[0].data).all()


@pytest.mark.parametrize("value", [0.0, 5.0])
@pytest.mark.parametrize("mask", ["otsu", "none"])
def test_flat_images_are_left_alone(value, mask):
    flat = Volume(np.full(SHAPE, value, np.float32, order="F"), GRID)
    found = correct([flat], N4Params(mask=mask))
    assert np.array_equal(found.phases[0].data, flat.data)
    assert found.mean_log_field == (0.0,)


@pytest.mark.parametrize(
    ("shape", "spacing", "steps"),
    [
        ((256, 256, 60), (0.703125, 0.703125, 2.0), (4, 4, 1)),
        ((256, 256, 60), (0.703125, 0.703125, 2.00000006779661), (4, 4, 1)),
        ((256, 256, 60), (0.703125, 0.703125, 1.99999986), (4, 4, 1)),
        ((448, 448, 56), (0.758929, 0.758929, 1.1), (4, 4, 3)),
        ((256, 256, 12), (0.7, 0.7, 1.0), (4, 4, 1)),  # 12 // 2 samples would be too few
    ],
)
def test_samples_are_about_three_millimeters_apart(shape, spacing, steps):
    axes = samples_of(Grid(shape, spacing, np.eye(3), (0.0, 0.0, 0.0)), 3.0)
    assert tuple(axis.step for axis in axes) == steps
    for axis, voxels in zip(axes, shape, strict=True):
        last = axis.start + axis.step * (axis.number - 1)
        assert 0 <= axis.start <= axis.step
        assert abs(axis.start - (voxels - 1 - last)) <= 1  # centered
        assert axis.number >= min(8, voxels)


def test_start_of_samples_is_that_of_itks_shrink_where_it_is_not_a_tie():
    for voxels, step in ((60, 3), (61, 4), (64, 3), (100, 7)):
        axes = samples_of(Grid((voxels, 8, 8), (1.0,) * 3, np.eye(3), (0.0,) * 3), float(step))
        ramp = sitk.GetImageFromArray(np.arange(voxels, dtype=np.float32).reshape(1, 1, -1))
        shrunk = sitk.GetArrayFromImage(sitk.Shrink(ramp, [step, 1, 1])).ravel()
        assert shrunk.tolist() == list(range(voxels))[axes[0].selection]


def test_an_axis_of_one_voxel_is_refused():
    flat = Grid((8, 8, 1), (1.0, 1.0, 1.0), np.eye(3), (0.0, 0.0, 0.0))
    with pytest.raises(InputError) as caught:
        correct([Volume(np.ones((8, 8, 1), np.float32), flat)], N4Params())
    assert caught.value.code is ErrorCode.IMAGE_INVALID


def test_enhancement_does_not_push_fat_out_of_what_is_learned_from():
    # Half of the body turns six times brighter after contrast: Otsu on that phase would keep it
    # alone, and the field of the fat beside it would be a guess.
    i, j, k = np.meshgrid(*(np.linspace(-1, 1, n) for n in (40, 40, 16)), indexing="ij")
    body = i**2 + j**2 < 0.8
    shading = np.exp(0.5 * i + 0.3 * j**2 + 0.2 * k)
    noise = np.random.default_rng(3).normal(1, 0.03, body.shape)
    fat = body & (i < 0.2)
    pre = np.where(body, 100, 0) * shading * noise
    post = np.where(body & ~fat, 6.0, 1.0) * pre
    grid = Grid(body.shape, (4.0, 4.0, 4.0), np.eye(3), (0.0, 0.0, 0.0))
    phases = [Volume(np.asfortranarray(p, dtype=np.float32), grid) for p in (pre, post)]
    corrected = correct(phases, N4Params()).phases

    def variation(image):
        return image.data[fat].std() / image.data[fat].mean()

    for before, after in zip(phases, corrected, strict=True):
        assert variation(after) <= 0.5 * variation(before)
