"""Size and shape of the region (IBSI 1, section 3.1); its autocorrelation is a family of its own.

The surface is that of marching cubes, see `surface.py`; axes are those of the voxel centers.
Shape is that of the mask before intensities are resegmented.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from breastdce.core.codes import Undefined
from breastdce.core.params import NoParams
from breastdce.imaging.kernel import kernel
from breastdce.radiomics.enclosing import Body, box, ellipsoid, smallest_box, smallest_ellipsoid
from breastdce.radiomics.families._contract import Family, Feature, Values
from breastdce.radiomics.first_order import Number
from breastdce.radiomics.hull import hull, longest_distance
from breastdce.radiomics.region import Region
from breastdce.radiomics.surface import Surface, surface

FloatArray = NDArray[np.float64]

_FLAT = 1e-12  # of the largest principal moment: what is less is rounding
_MESH = (
    Feature(
        "volume_mesh", "Volume enclosed by the surface.", "mm^3", ibsi="RNU0", tag="morph_volume"
    ),
    Feature(
        "volume_voxels",
        "Number of voxels times the volume of one.",
        "mm^3",
        ibsi="YEKZ",
        tag="morph_vol_approx",
    ),
    Feature("surface_area", "Area of the surface.", "mm^2", ibsi="C0JK", tag="morph_area_mesh"),
    Feature(
        "surface_to_volume_ratio",
        "Area of the surface over the volume that it encloses.",
        "1/mm",
        ibsi="2PR5",
        tag="morph_av",
    ),
    Feature(
        "compactness_1",
        "Volume over the square root of pi times area^(3/2); 0.053 for a ball.",
        "1",
        ibsi="SKGS",
        tag="morph_comp_1",
    ),
    Feature(
        "compactness_2",
        "36 pi volume^2 / area^3; 1 for a ball.",
        "1",
        ibsi="BQWJ",
        tag="morph_comp_2",
    ),
    Feature(
        "spherical_disproportion",
        "Area over that of the ball of the same volume; 1 for a ball.",
        "1",
        ibsi="KRCK",
        tag="morph_sph_dispr",
    ),
    Feature(
        "sphericity",
        "Area of the ball of the same volume over the area; 1 for a ball.",
        "1",
        ibsi="QCFX",
        tag="morph_sphericity",
    ),
    Feature(
        "asphericity",
        "Spherical disproportion less 1; 0 for a ball.",
        "1",
        ibsi="25C7",
        tag="morph_asphericity",
    ),
)
_CENTER = (
    Feature(
        "center_of_mass_shift",
        "Distance from the center of the voxels to the center weighted by intensity.",
        "mm",
        ibsi="KLMA",
        tag="morph_com",
    ),
)
_DIAMETER = (
    Feature(
        "maximum_3d_diameter",
        "Longest distance between two vertices of the surface.",
        "mm",
        ibsi="L0JK",
        tag="morph_diam",
    ),
)
_AXES = (
    Feature(
        "major_axis_length",
        "4 times the root of the largest principal moment of the voxel centers.",
        "mm",
        ibsi="TDIC",
        tag="morph_pca_maj_axis",
    ),
    Feature(
        "minor_axis_length",
        "4 times the root of the second principal moment of the voxel centers.",
        "mm",
        ibsi="P9VJ",
        tag="morph_pca_min_axis",
    ),
    Feature(
        "least_axis_length",
        "4 times the root of the smallest principal moment of the voxel centers.",
        "mm",
        ibsi="7J51",
        tag="morph_pca_least_axis",
    ),
    Feature(
        "elongation",
        "Minor over major axis length.",
        "1",
        ibsi="Q3CK",
        tag="morph_pca_elongation",
    ),
    Feature(
        "flatness", "Least over major axis length.", "1", ibsi="N17B", tag="morph_pca_flatness"
    ),
)
_BODIES = (
    ("aligned_box", "box around the surface along the image's axes", "aabb", "PBX1", "R59B"),
    (
        "oriented_box",
        "smallest box around the surface with a side on a face of its convex hull",
        "ombb",
        "ZH1A",
        "IQYR",
    ),
    (
        "approximate_ellipsoid",
        "ellipsoid with the major, minor and least axis length",
        "aee",
        "6BDE",
        "RDD2",
    ),
    ("enclosing_ellipsoid", "smallest ellipsoid around the surface", "mvee", "SWZ1", "BRI8"),
    ("convex_hull", "convex hull of the surface", "conv_hull", "R3ER", "7T7F"),
)
_SERIES = (
    "The area of the ellipsoid is the reference manual's series, which is exact for a ball only."
)
_DENSITIES = tuple(
    Feature(
        f"{quantity}_density_{name}",
        f"{quantity.capitalize()} over that of the {words}.",
        "1",
        _SERIES if short == "area" and "ellipsoid" in name else "",
        ibsi=code,
        tag=f"morph_{short}_dens_{tag}",
    )
    for name, words, tag, volume_code, area_code in _BODIES
    for quantity, short, code in (("volume", "vol", volume_code), ("area", "area", area_code))
)
_INTENSITY = (
    Feature(
        "integrated_intensity",
        "Mean intensity times the volume enclosed by the surface.",
        "intensity mm^3",
        ibsi="99N0",
        tag="morph_integ_int",
    ),
)
_FEATURES = (*_MESH, *_CENTER, *_DIAMETER, *_AXES, *_DENSITIES, *_INTENSITY)


def features(params: NoParams) -> tuple[Feature, ...]:
    """Meaning of the 27 features."""
    return _FEATURES


def compute(region: Region, params: NoParams) -> Values:
    """Measure surface, hull and axes, then compare them."""
    names = FAMILY.names(params)
    if not region.shape_box.any():
        return dict.fromkeys(names, Undefined.EMPTY_REGION)
    spacing = region.grid.spacing_mm
    mesh = surface(region.shape_box, spacing)
    outer = hull(region.shape_box, spacing)
    count, center, axes = _principal_axes(region)
    bodies: tuple[Body | None, ...] = (
        box(np.multiply(region.shape_box.shape, spacing)),
        smallest_box(outer),
        ellipsoid(axes / 2) if axes[2] > 0 else None,
        smallest_ellipsoid(outer.points),
        Body(outer.volume_mm3, outer.area_mm2),
    )
    numbers: tuple[Number, ...] = (
        *_mesh_measures(mesh, count * math.prod(spacing)),
        _shift(region, center),
        longest_distance(outer.points),
        *_axis_measures(axes),
        *(number for body in bodies for number in _densities(mesh, body)),
        _integrated(region, mesh),
    )
    return dict(zip(names, numbers, strict=True))


def _mesh_measures(mesh: Surface, voxels_mm3: float) -> tuple[float, ...]:
    volume, area = mesh.volume_mm3, mesh.area_mm2
    compactness_2 = 36 * math.pi * volume**2 / area**3
    return (
        volume,
        voxels_mm3,
        area,
        area / volume,
        volume / (math.sqrt(math.pi) * area**1.5),
        compactness_2,
        compactness_2 ** (-1 / 3),
        compactness_2 ** (1 / 3),
        compactness_2 ** (-1 / 3) - 1,
    )


def _principal_axes(region: Region) -> tuple[int, FloatArray, FloatArray]:
    """Number of voxels, their center in voxels of the box, axis lengths in mm, longest first.

    The covariance divides by n - 1: with n the digital phantom's minor axis misses the consensus.
    """
    n, *sums = (
        int(number) for number in _coordinate_sums(np.ascontiguousarray(region.shape_box.T))
    )
    first, second = sums[:3], sums[3:]
    # In whole numbers, so that a flat region has no extent at all across its plane.
    moments = np.empty((3, 3))
    for at, (a, b) in enumerate(((0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2))):
        deviation = (n * second[at] - first[a] * first[b]) / n
        moments[a, b] = moments[b, a] = deviation / max(n - 1, 1)
    scale = np.asarray(region.grid.spacing_mm)
    principal = np.linalg.eigvalsh(moments * np.outer(scale, scale))[::-1]
    principal[principal < _FLAT * principal[0]] = 0.0
    return n, np.array(first) / n, 4 * np.sqrt(principal)


@kernel
def _coordinate_sums(mask: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Sums over the voxels of [k, j, i] of 1, i, j, k, ii, jj, kk, ij, ik, jk."""
    sums = np.zeros(10, np.int64)
    for k in range(mask.shape[0]):
        for j in range(mask.shape[1]):
            n = along = squares = 0
            for i in range(mask.shape[2]):
                if mask[k, j, i]:
                    n += 1
                    along += i
                    squares += i * i
            row = (n, along, n * j, n * k, squares, n * j * j, n * k * k)
            for at in range(7):
                sums[at] += row[at]
            sums[7] += along * j
            sums[8] += along * k
            sums[9] += n * j * k
    return sums


def _axis_measures(axes: FloatArray) -> tuple[Number, ...]:
    major, minor, least = axes.tolist()
    if major == 0:
        return (major, minor, least, Undefined.FLAT_SHAPE, Undefined.FLAT_SHAPE)
    return (major, minor, least, minor / major, least / major)


def _densities(mesh: Surface, body: Body | None) -> tuple[Number, Number]:
    if body is None:
        return Undefined.FLAT_SHAPE, Undefined.FLAT_SHAPE
    return mesh.volume_mm3 / body.volume_mm3, mesh.area_mm2 / body.area_mm2


def _shift(region: Region, center: FloatArray) -> Number:
    if region.size == 0:
        return Undefined.EMPTY_REGION
    total, *weighted = _weighted_sums(np.ascontiguousarray(region.inside.T), region.values)
    if total == 0:
        return Undefined.ZERO_DENOMINATOR
    away = (np.array(weighted) / total - center) * np.asarray(region.grid.spacing_mm)
    return float(np.sqrt((away**2).sum()))


@kernel
def _weighted_sums(
    mask: NDArray[np.bool_], values: NDArray[np.float32]
) -> tuple[float, float, float, float]:
    """Sums over the voxels of [k, j, i] of value times 1, i, j, k; values in the mask's order."""
    total = by_i = by_j = by_k = 0.0
    at = 0
    for k in range(mask.shape[0]):
        for j in range(mask.shape[1]):
            row = along = 0.0
            for i in range(mask.shape[2]):
                if mask[k, j, i]:
                    value = float(values[at])
                    at += 1
                    row += value
                    along += value * i
            total += row
            by_i += along
            by_j += row * j
            by_k += row * k
    return total, by_i, by_j, by_k


def _integrated(region: Region, mesh: Surface) -> Number:
    if region.size == 0:
        return Undefined.EMPTY_REGION
    return float(region.values.mean(dtype=np.float64)) * mesh.volume_mm3


FAMILY = Family("morphology", params=NoParams, features=features, compute=compute)
