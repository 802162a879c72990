"""Find the motion of one phase: a rigid move by elastix, then a smooth deformation of our own.

The rigid step maximizes mutual information over the whole mask, which enhancement of a few percent
of the tissue cannot pull away: it has six parameters for all of it. A deformation can be pulled:
with mutual information over all tissue a lesion that becomes bright is blown up by a tenth (docs/
motion.md). So the second step sees tissue that does not enhance only, where both images show the
same up to brightness, and makes their difference least there; what the field costs carries it
across the rest.
"""

from __future__ import annotations

from breastdce.core.transform import Rigid, Transform
from breastdce.core.volume import Mask, Volume
from breastdce.imaging import elastix
from breastdce.prepare.motion.deform import find_deformation
from breastdce.prepare.motion.lattice import Lattice
from breastdce.prepare.motion.params import MotionParams

_LEVELS = 2


def find_rigid(fixed: Volume, moving: Volume, mask: Mask, params: MotionParams) -> Transform | None:
    """Rotation and translation that fit best over the mask; None when elastix finds none."""
    settings = {
        "Registration": ("MultiResolutionRegistration",),
        "Metric": ("AdvancedMattesMutualInformation",),
        "NumberOfHistogramBins": (str(params.bins),),
        "Transform": ("EulerTransform",),
        "AutomaticTransformInitialization": ("false",),
        "AutomaticScalesEstimation": ("true",),
        "MaximumNumberOfIterations": (str(params.rigid_iterations),),
        "FixedImagePyramid": ("FixedSmoothingImagePyramid",),
        "MovingImagePyramid": ("MovingSmoothingImagePyramid",),
        "NumberOfResolutions": (str(_LEVELS),),
        "Interpolator": ("LinearInterpolator",),
        "Resampler": ("DefaultResampler",),
        "ResampleInterpolator": ("FinalLinearInterpolator",),
        "Optimizer": ("AdaptiveStochasticGradientDescent",),
        # Between voxel centers, not on them: there, moves by whole voxels look sharper.
        "ImageSampler": ("RandomCoordinate",),
        "NumberOfSpatialSamples": (str(params.samples),),
        "NewSamplesEveryIteration": ("true",),
        "RandomSeed": (str(params.seed),),
        "HowToCombineTransforms": ("Compose",),
        "WriteResultImage": ("false",),
    }
    return elastix.register(fixed, moving, mask, settings)


def find_spline(
    fixed: Volume, moving: Volume, quiet: Mask, rigid: Rigid | None, params: MotionParams
) -> Transform | None:
    """Deformation that fits best where tissue does not enhance, after a rigid move.

    `quiet` is that tissue and a rim around it, on the grid of `fixed`. None where there is none.
    """
    lattice = Lattice(fixed.grid, params.mesh_mm)
    cost = lattice.cost(params.bend_weight, params.volume_weight)
    return find_deformation(fixed, moving, quiet, rigid, lattice, cost, params.levels_mm)
