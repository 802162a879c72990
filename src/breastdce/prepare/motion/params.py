"""What can be chosen of motion correction."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from breastdce.core.params import Params

Share = Annotated[float, Meta(ge=0, le=1)]
Positive = Annotated[float, Meta(gt=0, le=1000)]


class MotionParams(Params, frozen=True):
    """How motion is looked for and when its correction is kept.

    Values without a source were chosen on the phantoms of `benchmarks/motion.py`; docs/motion.md
    has the figures.
    """

    work_mm: Annotated[float, Meta(gt=0, le=10)] = 1.5
    """Width of the blocks of voxels whose means are compared. In blocks of 2.4 mm a rigid move was
    found to 0.27 mm, in voxels of 1.2 mm to 0.14 mm."""
    bins: Annotated[int, Meta(ge=8, le=128)] = 32
    """Bins of the mutual information of the rigid step, elastix's default."""
    samples: Annotated[int, Meta(ge=500, le=100_000)] = 4000
    """Positions drawn anew in each iteration. New ones each time: Klein et al., Elastix (2010)."""
    rigid_iterations: Annotated[int, Meta(ge=10, le=2000)] = 150
    """Per level of the rigid step; two levels."""
    mesh_mm: Annotated[float, Meta(ge=15, le=100)] = 32.0
    """Distance of the control points. A breast bends over several cm: a mesh of 32 mm holds a wave
    of 100 mm to 0.04 mm."""
    local_mm: Positive = 5.0
    """SD of the surroundings whose brightness and contrast are taken out before deformations are
    looked for: parenchyma enhances by a third, evenly, where lesions enhance by more."""
    rim_mm: Annotated[float, Meta(ge=0, le=20)] = 3.0
    """What is added around the mask while deformations are looked for: the edge of the skin is the
    best landmark, and it shows only with air beside it."""
    levels_mm: tuple[Positive, ...] = (3.0, 1.5)
    """SD of the smoothing of both images while deformations are looked for, coarse to fine; at
    least 0.7 voxels along each axis."""
    bend_weight: Annotated[float, Meta(gt=0, le=1e6)] = 1500.0
    """Weight, in mm^2, of the integral of the squares of all second derivatives of the
    displacement, against the compared volume times the logarithm of the mean squared difference.
    With 600 errors were 0.02 to 0.05 mm smaller in the median, but where little can be seen a
    breast that moved rigidly bent by 1.8 mm."""
    volume_weight: Annotated[float, Meta(ge=0, le=1e6)] = 1500.0
    """Likewise, without a unit, of the square of its divergence: tissue moves, it does not
    shrink."""
    seed: Annotated[int, Meta(ge=1, le=2**31 - 1)] = 121212
    """Of the positions drawn; elastix's default."""
    smooth_mm: Positive = 2.0
    """SD of the kernel that takes the noise off both images before they are compared, so that
    what interpolation smooths is no gain."""
    spread_mm: Positive = 4.0
    """SD of the kernel under which tissue counts as enhancing: wider than the edges that motion
    makes look so. It widens what was found, too."""
    enhancing_rise: Annotated[float, Meta(gt=0, le=5)] = 0.3
    """Relative enhancement above the mask's median from which tissue counts as enhancing; it has
    no say in the deformation nor in the residual."""
    edge_share: Annotated[float, Meta(gt=0, le=1)] = 0.33
    """Share of the rest, that with the steepest edges, in which the residual is measured: motion
    changes nothing where tissue is even."""
    still_voxels: Annotated[float, Meta(ge=0, le=2)] = 0.25
    """Median displacement, in edges of a cube with the volume of a voxel, below which a step is
    left out if its 99th percentile is below one edge as well."""
    margin_mm: Positive = 15.0
    """What is kept around the mask while motion is looked for: more than tissue moves."""
    least_gain: Share = 0.03
    """Share of the residual that a step must take away to be kept."""
    jacobian: tuple[float, float] = (0.9, 1.1)
    """Bounds of the 1st and 99th percentile of the determinant in the mask. Fibroglandular tissue
    and fat hardly change their volume."""
    jacobian_range: tuple[float, float] = (0.7, 1.4)
    """Bounds of its least and largest value in the mask."""
    lesion_change: Share = 0.03
    """Largest relative change of the volume of enhancing tissue by the transform."""
    pe_percent: Annotated[float, Meta(ge=10, le=300)] = 70.0
    """Percent enhancement from which tissue counts as lesion; the threshold of the FTV."""
