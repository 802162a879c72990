"""Shape of one connected part of the region (CaPTk Morphologic).

Source: CaPTk 1.8.1, `depends/MorphologicFeatures.h`, on ITK 5.2's
`itkHardConnectedComponentImageFilter.hxx` and `itkShapeLabelMapFilter.hxx`. The surface is
estimated from intercepts along 13 directions (Crofton), weighted by the Voronoi cells of the
directions on a sphere.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from breastdce.core.codes import Undefined
from breastdce.core.params import NoParams
from breastdce.imaging.components import connected_parts
from breastdce.radiomics.families._contract import Family, Feature, Values
from breastdce.radiomics.families.captk._geometry import Spacing, affine, spacing_mm
from breastdce.radiomics.matrices.moments import central_moments
from breastdce.radiomics.matrices.offsets import IN_SPACE, Offset
from breastdce.radiomics.region import Region

_VORONOI = {1: 0.04577789120476 * 2, 2: 0.03698062787608 * 2, 3: 0.03519563978232 * 2}
"""Share of the sphere of a direction and its opposite, by the number of axes that it moves along.
ITK sets them for cubic voxels, whatever the spacing."""
_ALMOST_ZERO = 0.1 * np.finfo(float).eps  # of itk::Math::AlmostEquals

_PART = (
    "Describes the largest part that is connected by faces, the first in memory of several as "
    "large, and not the region."
)
_NOT_SET = "Always 0: the program never asks for the computation."
_AXES = tuple(f"principal axis {axis}, the shortest first" for axis in range(3))
_FEATURES = (
    Feature(
        "Eccentricity",
        "Root of 1 minus the product of the two smaller diameters of the equivalent ellipsoid "
        "over the square of the largest.",
        "1",
        _PART,
    ),
    *(
        Feature(
            f"EllipseDiameter_Axis-{axis}",
            f"Diameter along {words} of the ellipsoid with the part's volume and the proportions "
            "of its second moments.",
            "mm",
            _PART,
        )
        for axis, words in enumerate(_AXES)
    ),
    Feature("Elongation", "Root of the ratio of the two larger principal moments.", "1", _PART),
    Feature(
        "EquivalentSphericalPerimeter", "Surface of the ball with the part's volume.", "mm^2", _PART
    ),
    Feature("EquivalentSphericalRadius", "Radius of the ball with the part's volume.", "mm", _PART),
    Feature("Flatness", "Root of the ratio of the two smaller principal moments.", "1", _PART),
    Feature("LargestComponentSize", "Voxels of the part.", "voxel", _PART),
    Feature("NumberOfPixels", "Voxels of the part.", "voxel", _PART),
    *(
        Feature(f"OrientedBoundingBoxSize_Axis-{axis}", "Not computed.", "mm", _NOT_SET)
        for axis in range(3)
    ),
    Feature(
        "Perimeter",
        "Surface by the number of intercepts along 13 directions.",
        "mm^2",
        f"The weights of the directions hold for cubic voxels only. {_PART}",
    ),
    Feature("PerimeterOnBorder", "Area of faces on the border of the image.", "mm^2", _PART),
    Feature("PerimeterOnBorderRatio", "PerimeterOnBorder over Perimeter.", "1", _PART),
    Feature("PhysicalSize", "Voxels of the part times the volume of a voxel.", "mm^3", _PART),
    Feature("PixelsOnBorder", "Voxels of the part on the border of the image.", "voxel", _PART),
    Feature("Roundness", "EquivalentSphericalPerimeter over Perimeter.", "1", _PART),
)


def features(params: NoParams) -> tuple[Feature, ...]:
    """Meaning of the 19 features."""
    return _FEATURES


def compute(region: Region, params: NoParams) -> Values:
    """Attributes of one part; in a part without extent along an axis some are undefined or 0."""
    names = FAMILY.names(params)
    if not region.shape_box.any():
        return dict.fromkeys(names, Undefined.EMPTY_REGION)
    part = _described_part(region.shape_box)
    voxels = int(np.count_nonzero(part))
    spacing = spacing_mm(region.grid)
    volume = voxels * math.prod(spacing)
    radius = (volume * 3 / (4 * math.pi)) ** (1 / 3)
    sphere = 4 * math.pi * radius**2
    surface = _surface_mm2(part, spacing)
    faces_mm2, border_voxels = _on_border(part, region, spacing)
    moments = _principal_moments(part, region)
    diameters = _ellipsoid_diameters(moments, radius)
    return {
        "Eccentricity": _eccentricity(diameters),
        **{f"EllipseDiameter_Axis-{axis}": diameters[axis] for axis in range(3)},
        "Elongation": _root_ratio(moments[2], moments[1]),
        "EquivalentSphericalPerimeter": sphere,
        "EquivalentSphericalRadius": radius,
        "Flatness": _root_ratio(moments[1], moments[0]),
        "LargestComponentSize": float(voxels),
        "NumberOfPixels": float(voxels),
        **{f"OrientedBoundingBoxSize_Axis-{axis}": 0.0 for axis in range(3)},
        "Perimeter": surface,
        "PerimeterOnBorder": faces_mm2,
        "PerimeterOnBorderRatio": faces_mm2 / surface,
        "PhysicalSize": volume,
        "PixelsOnBorder": float(border_voxels),
        "Roundness": sphere / surface,
    }


def _described_part(inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The largest part connected by faces, on the box of the region."""
    return np.asarray(connected_parts(inside, 6).labels == 1)


def _surface_mm2(part: NDArray[np.bool_], spacing: Spacing) -> float:
    voxels = int(np.count_nonzero(part))
    surface = 0.0
    for offset in IN_SPACE:
        # A line along the direction enters and leaves the part once for each voxel without a
        # neighbor of the part there.
        intercepts = 2 * (voxels - _pairs(part, offset))
        length = math.hypot(*(n * step for n, step in zip(offset, spacing, strict=True)))
        surface += math.prod(spacing) / length * intercepts / 2 * _VORONOI[_axes(offset)]
    return 4 * surface


def _pairs(part: NDArray[np.bool_], offset: Offset) -> int:
    """Voxels of the part whose neighbor at the offset belongs to it too."""
    here = tuple(slice(max(0, -n), min(0, -n) or None) for n in offset)
    there = tuple(slice(max(0, n), min(0, n) or None) for n in offset)
    return int(np.count_nonzero(part[here] & part[there]))


def _axes(offset: Offset) -> int:
    return sum(abs(n) for n in offset)


def _on_border(part: NDArray[np.bool_], region: Region, spacing: Spacing) -> tuple[float, int]:
    """Area of the part's faces on the image's border in mm^2, and its voxels there."""
    area, on_border = 0.0, np.zeros(part.shape, np.bool_)
    for axis, (side, size) in enumerate(zip(region.box, region.grid.shape, strict=True)):
        face_mm2 = math.prod(spacing) / spacing[axis]
        for touches, index in ((side.start == 0, 0), (side.stop == size, -1)):
            if touches:
                plane = np.moveaxis(part, axis, 0)[index]
                area += face_mm2 * int(np.count_nonzero(plane))
                np.moveaxis(on_border, axis, 0)[index] |= plane
    return area, int(np.count_nonzero(on_border))


def _principal_moments(part: NDArray[np.bool_], region: Region) -> list[float]:
    """Second central moments along the principal axes in mm^2, ascending."""
    first = np.array([side.start for side in region.box])
    moments = central_moments(part.T, first, affine(region.grid))
    principal: list[float] = np.linalg.eigvalsh(moments).tolist()
    return principal


def _ellipsoid_diameters(moments: list[float], radius: float) -> list[float]:
    product = math.prod(moments)
    # A moment that is 0, or below 0 by rounding, leaves no ellipsoid: ITK's diameters are 0.
    if product <= 0:
        return [0.0, 0.0, 0.0]
    mean = product ** (1 / 3)
    return [2.0 * radius * math.sqrt(moment / mean) if moment > 0 else 0.0 for moment in moments]


def _eccentricity(diameters: list[float]) -> float | Undefined:
    if diameters[2] == 0:
        return Undefined.FLAT_SHAPE
    return math.sqrt(max(0.0, 1 - diameters[0] * diameters[1] / diameters[2] ** 2))


def _root_ratio(larger: float, smaller: float) -> float:
    """Root of a ratio of moments; 0 where ITK finds it without one."""
    return math.sqrt(max(0.0, larger / smaller)) if abs(smaller) > _ALMOST_ZERO else 0.0


FAMILY = Family("morphologic", params=NoParams, features=features, compute=compute)
