"""Compile the kernels that prepare images; see `breastdce.run.compile_kernels`."""

from __future__ import annotations

import numpy as np

from breastdce.core.grid import Grid
from breastdce.core.volume import Mask, Volume
from breastdce.imaging.anatomical import coarse_view
from breastdce.imaging.distance import within_mm
from breastdce.imaging.interpolate import centered_grid, on_centered
from breastdce.imaging.resample import Edge
from breastdce.imaging.separable import Order
from breastdce.prepare.body_surface import body_surface, refine_front
from breastdce.prepare.motion.params import MotionParams
from breastdce.prepare.motion.search import find_spline
from breastdce.prepare.n4 import N4Params, correct
from breastdce.prepare.resample import ResampleParams, resample, resample_mask
from breastdce.prepare.zscore import ZscoreParams, zscore

_SHAPE = (6, 5, 4)
_ORDERS: tuple[Order, ...] = ("linear", "cubic")


def main() -> None:
    """Prepare a small image in every way."""
    grid = Grid(_SHAPE, (0.7, 0.8, 2.0), np.eye(3), (0.0, 0.0, 0.0))
    signal = np.random.default_rng(0).uniform(1, 9, _SHAPE)
    image = Volume(np.asfortranarray(signal, np.float32), grid)
    mask = Mask(np.asfortranarray(signal > 5), grid)
    target = resample([image], ResampleParams()).phases[0].grid
    for edge in Edge:
        resample([image], ResampleParams(interpolator="bspline", edge=edge))
    centered = centered_grid(grid, (1.0, 1.0, 1.0))
    for order in _ORDERS:  # in float64, which radiomics asks for
        on_centered(image.data, grid, centered, order)
    resample_mask(mask, target)
    resample_mask(mask, target, rule="vote")
    zscore([image], ZscoreParams())
    zscore([image], ZscoreParams(mode="masked"))
    zscore([image], ZscoreParams(mode="masked"), mask)
    for rounding in ("itk", "exact"):
        correct([image], N4Params(mask="none", iterations=(2,), rounding=rounding))
    within_mm(mask, 1.0)
    for direction in (np.eye(3), -np.eye(3)):  # the view of the body runs on in memory, or does not
        turned = Volume(image.data, Grid(_SHAPE, grid.spacing_mm, direction, (0.0, 0.0, 0.0)))
        refine_front(turned, body_surface(coarse_view(turned, 1.0)))
    moved = Volume(np.asfortranarray(np.roll(image.data, 1, 0)), image.grid)
    find_spline(image, moved, mask, None, MotionParams())
