"""What is measured of a mask to doubt it: its shape, and how the tissue in and around it enhances.

Every input is a number without unit that is larger where a mask is more doubtful, so that no
coefficient of the model in `trust.toml` may be negative.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from breastdce.core.exam import Triple
from breastdce.core.grid import Grid, Window
from breastdce.core.volume import Mask
from breastdce.imaging.box import bounding_box, widened
from breastdce.imaging.components import connected_parts
from breastdce.imaging.distance import within_mm

Image = NDArray[np.float32]
Where = NDArray[np.bool_]

SHAPE: Final = ("parts", "small", "large", "unround", "thin", "at_edge")
KINETICS: Final = ("dim", "no_contrast", "too_large", "too_small", "left_out", "mixed", "faint")
BREAST: Final = ("outside", "at_border", "left_in_breast")

_LEAST_PART_ML = 0.02  # smaller parts are noise at any threshold
_LEAST_LEFT_ML = 0.1
_SMALL_ML, _LARGE_ML = 1.0, 100.0
_RIM_MM, _RING_MM, _SHELL_MM, _NEAR_MM = 2.0, (1.0, 3.0), (3.0, 7.0), 20.0
_BORDER_MM = 3.0
_FIELD_VOXELS = 2
_PE = 0.7  # UCSF's threshold of FTV, 70 %
_STEP = 3  # of the voxels that stand for the whole field
_FACES_OF_A_BALL = 1.5  # faces of voxels over the surface of a large ball


class Around(NamedTuple):
    """The images in a box around a mask."""

    mask: Where
    breast: Where | None
    pre: Image
    """Signal before contrast over none at all, in SD of the z-score."""
    early: Image
    """Rise in the first phase after contrast, likewise."""
    late: Image
    grid: Grid


class Layers(NamedTuple):
    """Parts of a mask, and of what is around it."""

    core: Where
    """Deeper than 2 mm."""
    rim: Where
    """The rest of the mask."""
    ring: Where
    """1 to 3 mm outside."""
    shell: Where
    """3 to 7 mm outside."""
    beyond: Where
    """3 to 20 mm outside."""


def measure(phases: Triple, mask: Mask, breast: Where | None = None) -> dict[str, float]:
    """Measure the inputs `SHAPE` and `KINETICS`, and `BREAST` where the breasts are known.

    Parameters
    ----------
    phases
        Before contrast, early, late; z-scored together, float32 [i, j, k], 1 mm. Their least
        value is taken for no signal.
    mask
        Of the tumor, same grid; at least one voxel.
    breast
        Of both breasts, bool, same shape; at least one voxel.

    Returns
    -------
    dict
        parts: log2 of the parts (26 neighbors) of 0.02 mL and more, at most 3.
        small, large: halvings below 1 mL (at most 5), doublings above 100 mL (at most 3).
        unround: 1 - sphericity, faces of voxels counted as 1.5 times a smooth surface.
        thin: share that an opening with a ball of 2 mm takes away.
        at_edge: share within 2 voxels of the end of the field.
        dim: share with an early enhancement below 70 %.
        no_contrast: 2 (1 - A), at most 1, with A the chance that a voxel of the mask enhances
        more than one 3 to 7 mm outside (the area under a ROC curve).
        too_large: share of the outer 2 mm of the mask that enhances less than halfway from the
        shell's median to the mask's.
        too_small: share of what is 1 to 3 mm outside that enhances more than that.
        left_out: log2(1 + V / mask), at most 5, with V what enhances more than that 3 to 20 mm
        outside, in parts of 0.1 mL and more.
        mixed: interquartile range of SER, at most 1.
        faint: share of the tissue in the field (its brighter half before contrast) that enhances
        more than the mask's median.
        outside: share outside the breasts. at_border: share in them within 3 mm of their border,
        skin or chest wall. left_in_breast: `left_out` of the breasts alone; other organs enhance.
    """
    around = _around(phases, mask, breast)
    layers = _layers(around)
    found = {**_shape(around, layers), "at_edge": _share_at_edge(mask)}
    more = _enhancing(around, layers)
    found.update(_kinetics(around, layers, more))
    found["faint"] = _faint(phases, float(np.median(around.early[around.mask])))
    if around.breast is not None:
        found.update(_place(around, around.breast))
        found["left_in_breast"] = _left_out(more & layers.beyond & around.breast, around)
    return found


def _around(phases: Triple, mask: Mask, breast: Where | None) -> Around:
    margins = [math.ceil(_NEAR_MM / step) + 1 for step in mask.grid.spacing_mm]
    box = widened(bounding_box(mask.data), margins, mask.grid.shape)
    pre, early, late = (phase.data[box] for phase in phases)
    floor = min(float(phase.data.min()) for phase in phases)
    return Around(
        mask=mask.data[box],
        breast=None if breast is None else breast[box],
        pre=pre - np.float32(floor),
        early=early - pre,
        late=late - pre,
        grid=mask.grid.cropped(box),
    )


def _layers(around: Around) -> Layers:
    grid = around.grid
    mask = Mask(around.mask, grid)
    near, ring, shell, far = (
        within_mm(mask, mm).data for mm in (*_RING_MM, _SHELL_MM[1], _NEAR_MM)
    )
    core = around.mask & ~within_mm(Mask(~around.mask, grid), _RIM_MM).data
    return Layers(
        core=core,
        rim=around.mask & ~core,
        ring=ring & ~near,
        shell=shell & ~ring,
        beyond=far & ~ring,
    )


def _shape(around: Around, layers: Layers) -> dict[str, float]:
    voxel_ml = around.grid.voxel_ml
    voxels = int(np.count_nonzero(around.mask))
    sizes = connected_parts(around.mask).sizes
    parts = int(np.count_nonzero(sizes >= _LEAST_PART_ML / voxel_ml))
    opened = within_mm(Mask(layers.core, around.grid), _RIM_MM).data & around.mask
    return {
        "parts": _steps(parts, 3),
        "small": _steps(_SMALL_ML / (voxels * voxel_ml), 5),
        "large": _steps(voxels * voxel_ml / _LARGE_ML, 3),
        "unround": 1.0 - _sphericity(around.mask, around.grid),
        "thin": 1.0 - int(np.count_nonzero(opened)) / voxels,
    }


def _steps(ratio: float, most: float) -> float:
    """How often a ratio doubles 1; 0 below 1."""
    return min(math.log2(max(ratio, 1.0)), most)


def _sphericity(mask: Where, grid: Grid) -> float:
    """Surface of a ball of equal volume over that of the mask; 1 at most."""
    i, j, k = grid.spacing_mm
    padded = np.pad(mask, 1)
    area = sum(
        int(np.count_nonzero(np.diff(padded.view(np.int8), axis=axis))) * face
        for axis, face in enumerate((j * k, i * k, i * j))
    )
    volume = int(np.count_nonzero(mask)) * i * j * k
    ball = math.pow(math.pi, 1 / 3) * math.pow(6 * volume, 2 / 3)
    return min(_FACES_OF_A_BALL * ball / area, 1.0)


def _share_at_edge(mask: Mask) -> float:
    inner: Window = cast(
        Window, tuple(slice(_FIELD_VOXELS, size - _FIELD_VOXELS) for size in mask.grid.shape)
    )
    return 1.0 - int(np.count_nonzero(mask.data[inner])) / int(np.count_nonzero(mask.data))


def _enhancing(around: Around, layers: Layers) -> Where:
    """What enhances more than halfway from the shell's median to the mask's."""
    early = _smoothed(around.early)
    inside, shell = early[around.mask], early[layers.shell]
    around_it = float(np.median(shell)) if shell.size else 0.0
    return np.asarray(early > (float(np.median(inside)) + around_it) / 2)


def _kinetics(around: Around, layers: Layers, more: Where) -> Iterator[tuple[str, float]]:
    inside, shell = around.early[around.mask], around.early[layers.shell]
    yield "dim", _share(inside < _PE * around.pre[around.mask])
    yield "no_contrast", min(2.0 * (1.0 - _area_under_roc(inside, shell)), 1.0)
    yield "too_large", _share(~more[layers.rim])
    yield "too_small", _share(more[layers.ring])
    yield "left_out", _left_out(more & layers.beyond, around)
    yield "mixed", _mixed(around)


def _smoothed(image: Image) -> Image:
    """Mean over 3 x 3 x 3 voxels, the border repeated: one voxel is mostly noise."""
    for axis in range(3):
        ends = [(1, 1) if other == axis else (0, 0) for other in range(3)]
        padded = np.moveaxis(np.pad(image, ends, mode="edge"), axis, 0)
        image = np.moveaxis((padded[:-2] + padded[1:-1] + padded[2:]) / np.float32(3), 0, axis)
    return image


def _share(marked: Where) -> float:
    """Share of true values; 0 of none."""
    return float(np.count_nonzero(marked)) / max(marked.size, 1)


def _area_under_roc(inside: Image, shell: Image) -> float:
    """Chance that a value of one is larger than one of the other; ties count half, 0.5 of none."""
    if not shell.size:
        return 0.5
    ordered = np.sort(shell)
    below = np.searchsorted(ordered, inside, "left").mean()
    upto = np.searchsorted(ordered, inside, "right").mean()
    return float(below + upto) / (2 * shell.size)


def _left_out(enhancing: Where, around: Around) -> float:
    sizes = connected_parts(enhancing).sizes
    left = int(sizes[sizes >= _LEAST_LEFT_ML / around.grid.voxel_ml].sum())
    return _steps(1 + left / int(np.count_nonzero(around.mask)), 5)


def _mixed(around: Around) -> float:
    early, late = around.early[around.mask], around.late[around.mask]
    rises = late > 0.25 * max(float(np.median(late)), 1e-6)
    if np.count_nonzero(rises) < 4:
        return 1.0
    low, high = np.percentile(early[rises] / late[rises], (25, 75))
    return min(float(high - low), 1.0)


def _faint(phases: Triple, middle: float) -> float:
    """Share of the tissue in the field that rises more than `middle`."""
    sample = (slice(None, None, _STEP),) * 3
    pre = phases.pre.data[sample]
    rise = phases.post1.data[sample] - pre
    return _share(rise[pre > np.median(pre)] > middle)


def _place(around: Around, breast: Where) -> dict[str, float]:
    voxels = int(np.count_nonzero(around.mask))
    near = within_mm(Mask(~breast, around.grid), _BORDER_MM).data
    return {
        "outside": int(np.count_nonzero(around.mask & ~breast)) / voxels,
        "at_border": int(np.count_nonzero(around.mask & breast & near)) / voxels,
    }
