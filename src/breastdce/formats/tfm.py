"""ITK's plain text files of transforms, as SimpleITK, 3D Slicer and ANTs read them.

The format of ITK's TxtTransformIO: a line that names the version, then each transform with its
type, parameters and fixed parameters. A composite applies the transform that stands last first.
Numbers are written with as many digits as they need to be read back unchanged.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from breastdce.core.transform import Rigid, Spline, Transform
from breastdce.formats.atomic import write_bytes

_HEAD = "#Insight Transform File V1.0"


def write_transform(path: Path, transform: Transform) -> None:
    """Write a transform from positions of the fixed image to positions of the moving one, LPS mm.

    Written aside and renamed; the same transform gives the same bytes.
    """
    write_bytes(path, transform_text(transform).encode("ascii"))


def transform_text(transform: Transform) -> str:
    """Return the text of the file."""
    parts = [("CompositeTransform_double_3_3", "")]
    if transform.spline is not None:
        parts.append(("BSplineTransform_double_3_3", _spline(transform.spline)))
    if transform.rigid is not None:
        parts.append(("Euler3DTransform_double_3_3", _rigid(transform.rigid)))
    lines = [_HEAD]
    for number, (kind, numbers) in enumerate(parts):
        lines.append(f"#Transform {number}\nTransform: {kind}{numbers}")
    return "\n".join(lines) + "\n"


def _spline(spline: Spline) -> str:
    # All displacements along x first, control points in the order of i, then j, then k.
    flat = spline.coefficients_mm.ravel(order="F")
    size = spline.coefficients_mm.shape[:3]
    fixed = (*size, *spline.origin_mm, *spline.spacing_mm, *spline.direction)
    return _numbers(flat.tolist(), fixed)


def _rigid(rigid: Rigid) -> str:
    # The last number says that the rotations multiply as Rz Rx Ry.
    return _numbers((*rigid.angles_rad, *rigid.translation_mm), (*rigid.center_mm, 0))


def _numbers(parameters: Iterable[float], fixed: Iterable[float]) -> str:
    return f"\nParameters: {_row(parameters)}\nFixedParameters: {_row(fixed)}"


def _row(values: Iterable[float]) -> str:
    return " ".join(map(str, values))
