"""The door to elastix: finds known moves, silently, the same each time; or is missing."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import EngineError
from breastdce.core.grid import Grid
from breastdce.core.volume import Mask, Volume
from breastdce.imaging import elastix, itk
from breastdce.prepare.motion.params import MotionParams
from breastdce.prepare.motion.search import find_rigid
from breastdce.testing import itk_oracle

SAGITTAL = np.array([[0.0, 0.0, 1.0], [-1.0, 0.0, 0.0], [0.0, -1.0, 0.0]])
GRID = Grid((40, 36, 30), (2.0, 2.0, 2.5), SAGITTAL, (-30.0, 30.0, 20.0))
QUICK = MotionParams(rigid_iterations=60, samples=1000)


def shifted(voxels):
    """Smooth blobs, moved by whole voxels."""
    from scipy import ndimage

    noise = np.random.default_rng(0).normal(0, 1, (50, 50, 50))
    blobs = 100 + 400 * ndimage.gaussian_filter(noise, 2.0)
    start = [5 - n for n in voxels]
    cut = tuple(slice(a, a + n) for a, n in zip(start, GRID.shape, strict=True))
    return Volume(np.asfortranarray(blobs[cut], np.float32), GRID)


def everywhere():
    return Mask(np.ones(GRID.shape, bool, order="F"), GRID)


def test_without_the_package_one_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "itk", None)
    with pytest.raises(EngineError) as caught:
        elastix.register(shifted((0, 0, 0)), shifted((0, 0, 0)), everywhere(), {})
    assert caught.value.code is ErrorCode.ENGINE_MISSING
    assert "breastdce[register]" in caught.value.remedy


@pytest.mark.slow
def test_a_move_of_whole_voxels_is_found_silently_and_again(capfd, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    fixed, moving = shifted((0, 0, 0)), shifted((1, -1, 1))
    found = find_rigid(fixed, moving, everywhere(), QUICK)
    assert found is not None
    moved = itk_oracle.displacement_mm(found, GRID)
    expected = GRID.direction @ (np.array([1, -1, 1]) * GRID.spacing_mm)
    np.testing.assert_allclose(np.median(moved, axis=(0, 1, 2)), expected, atol=0.3)
    with itk.threads(2):
        again = find_rigid(fixed, moving, everywhere(), QUICK)
    assert again is not None
    assert again.rigid == found.rigid
    assert capfd.readouterr() == ("", "")
    assert not list(tmp_path.iterdir())


def test_an_empty_mask_gives_nothing():
    nowhere = Mask(np.zeros(GRID.shape, bool, order="F"), GRID)
    assert find_rigid(shifted((0, 0, 0)), shifted((1, 0, 0)), nowhere, QUICK) is None
