"""How well the breast mask and the first proposed box fit digital phantoms of random women.

python benchmarks/breast_mask.py [--number 32] [--first 0]

Parameters are drawn over the whole bounds of `PhantomParams` (of the lesion: within the breast).
Each phantom is seen on three grids and with three contrasts of fat; the table gives Dice with the
true mask. The last line is `ratio <number>`: the fraction of masks with a Dice of at least 0.95.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from breastdce.core.exam import Triple
from breastdce.core.grid import Grid
from breastdce.core.volume import Volume
from breastdce.kinetics.proposal import ProposalParams, propose
from breastdce.kinetics.roi import window
from breastdce.prepare.breast_mask import BreastMask, BreastParams, breast_mask
from breastdce.testing import Phantom, PhantomParams, Tissue, make_phantom, phantom_grid
from breastdce.testing.anatomy import breast_truth

_CONTRASTS = {"plain": 1.0, "fat dark": 0.25, "fat bright": 3.0}
_TIMES_S = (-200.0, 150.0, 450.0)
_GOOD = 0.95
_HELD = 0.95  # of the lesion's voxels in the first box


class Case(NamedTuple):
    """One phantom on one grid."""

    sagittal: bool
    size: str
    seed: int


class Score(NamedTuple):
    """How one mask did."""

    dice: float
    doubtful: bool
    held: bool | None
    """Whether the first box holds the lesion; None where no box was asked for."""


def drawn(rng: np.random.Generator) -> PhantomParams:
    """Parameters over their bounds; a lesion that lies in the breast."""
    width, height, depth = rng.uniform(80, 180), rng.uniform(60, 200), rng.uniform(50, 130)
    radius = min(rng.uniform(4, 18), 0.22 * min(width, height, depth))
    return PhantomParams(
        breast_width_mm=width,
        breast_height_mm=height,
        breast_depth_mm=depth,
        breast_offset_mm=rng.uniform(60, 110),
        skin_mm=rng.uniform(0.5, 5),
        density=rng.uniform(0, 1),
        shading_cv=rng.uniform(0, 0.4),
        noise_sd=rng.uniform(0, 20),
        lesion_side="RL"[int(rng.integers(2))],
        lesion_radius_mm=radius,
        lesion_mm=(
            rng.uniform(-0.2, 0.2) * width,
            rng.uniform(0.35, 0.6) * depth,
            rng.uniform(-0.2, 0.2) * height,
        ),
    )


def fine_grid(params: PhantomParams, sagittal: bool, rng: np.random.Generator) -> Grid:
    """1.5 mm in plane, centered on the breasts, with air of 12 to 25 mm in front of them."""
    front = params.breast_depth_mm + rng.uniform(12, 25)
    shift = rng.uniform(-8, 8)
    if not sagittal:
        shape, spacing = (224, 160, 44), (1.5, 1.5, 4.0)
        first = (223 * 0.75 + rng.uniform(-6, 6), front, -5 - 43 * 2.0 + shift)
        return Grid(shape, spacing, np.diag([-1.0, -1.0, 1.0]), first)
    center = params.breast_offset_mm * (1 if params.lesion_side == "R" else -1)
    direction = np.array([[0.0, 0, 1], [-1, 0, 0], [0, -1, 0]])
    first = (center - 39 * 1.75, front, -5 + 127 * 0.75 + shift)
    return Grid((128, 128, 40), (1.5, 1.5, 3.5), direction, first)


def scores(case: Case) -> dict[str, Score]:
    """One phantom, masked with each contrast."""
    rng = np.random.default_rng([case.seed, case.sagittal])
    params = drawn(rng)
    if case.size == "fine":
        grid = fine_grid(params, case.sagittal, rng)
    else:
        size = "tiny" if case.size == "tiny" else "demo"
        grid = phantom_grid(size, sagittal=case.sagittal, side=params.lesion_side)
    phantom = make_phantom(grid, _TIMES_S, params, rng)
    sides = breast_truth(grid, params)
    truth = sides[params.lesion_side] if case.sagittal else sides["R"] | sides["L"]
    out = {}
    for contrast, factor in _CONTRASTS.items():
        pre = _pre(phantom, factor, params, rng)
        found = breast_mask(Volume(pre, grid), BreastParams())
        held = _held(phantom, grid, found, params) if factor == 1 else None
        out[contrast] = Score(_dice(found.mask.data, truth), bool(found.caveats), held)
    return out


def _pre(
    phantom: Phantom, factor: float, params: PhantomParams, rng: np.random.Generator
) -> NDArray[np.float32]:
    """The phantom with brighter or darker fat; suppressed fat keeps noise of its own."""
    fat = np.isin(phantom.truth.labels, (Tissue.FAT, Tissue.BONE))
    image = np.where(fat, factor * phantom.images[0], phantom.images[0])
    if factor < 1:
        real, imaginary = (rng.normal(0, 0.5 * params.noise_sd, image.shape) for _ in range(2))
        image = np.hypot(image + real, imaginary)
    return np.asfortranarray(image, np.float32)


def _held(phantom: Phantom, grid: Grid, found: BreastMask, params: PhantomParams) -> bool:
    phases = Triple(*(Volume(image, grid) for image in phantom.images))
    ranked = propose(phases, found.mask, found.report.middle_mm, ProposalParams())
    if not ranked or ranked[0].side != params.lesion_side:
        return False
    lesion = phantom.truth.lesion
    inside = np.count_nonzero(lesion[window(ranked[0].box)])
    return bool(inside >= _HELD * np.count_nonzero(lesion))


def _dice(a: NDArray[np.bool_], b: NDArray[np.bool_]) -> float:
    total = np.count_nonzero(a) + np.count_nonzero(b)
    return 2 * np.count_nonzero(a & b) / total if total else 1.0


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--number", type=int, default=32, help="phantoms a geometry and grid")
    parser.add_argument("--first", type=int, default=0, help="first seed")
    parser.add_argument("--grids", nargs="+", default=["fine", "demo", "tiny"])
    parser.add_argument("--each", action="store_true", help="print every mask below the bar")
    options = parser.parse_args()
    everything: list[Score] = []
    print("geometry  grid  contrast      n    min median  below doubtful  first box")
    for sagittal in (True, False):
        for size in options.grids:
            found: dict[str, list[Score]] = defaultdict(list)
            for seed in range(options.first, options.first + options.number):
                for contrast, score in scores(Case(sagittal, size, seed)).items():
                    found[contrast].append(score)
                    if options.each and score.dice < _GOOD:
                        print(f"  seed {seed} {contrast}: {score.dice:.3f} {score.doubtful}")
            for contrast, of in found.items():
                print(_row(sagittal, size, contrast, of), flush=True)
                everything += of
    good = np.mean([score.dice >= _GOOD for score in everything])
    print(f"ratio {good:.4f}")


def _row(sagittal: bool, size: str, contrast: str, of: list[Score]) -> str:
    dice = [score.dice for score in of]
    below = sum(value < _GOOD for value in dice)
    doubtful = sum(score.doubtful for score in of)
    boxes = [score.held for score in of if score.held is not None]
    first = f"{sum(boxes)} of {len(boxes)}" if boxes else ""
    return (
        f"{'sagittal' if sagittal else 'axial':9} {size:5} {contrast:11} {len(of):3} "
        f"{min(dice):6.3f} {np.median(dice):6.3f} {below:6} {doubtful:8}  {first}"
    )


if __name__ == "__main__":
    main()
