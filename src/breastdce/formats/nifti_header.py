"""The NIfTI-1 header as stored, and the geometry and scale that it states.

Read without nibabel, which takes longer to load than an image to read; nibabel writes our headers
and is the oracle of the tests. Source: nifti1.h of the NIfTI-1.1 standard (nifti.nimh.nih.gov).
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
HEADER_BYTES = 348
_FIELDS = np.dtype(
    [
        ("sizeof_hdr", "i4"),
        ("data_type", "S10"),
        ("db_name", "S18"),
        ("extents", "i4"),
        ("session_error", "i2"),
        ("regular", "S1"),
        ("dim_info", "u1"),
        ("dim", "i2", 8),
        ("intent_p1", "f4"),
        ("intent_p2", "f4"),
        ("intent_p3", "f4"),
        ("intent_code", "i2"),
        ("datatype", "i2"),
        ("bitpix", "i2"),
        ("slice_start", "i2"),
        ("pixdim", "f4", 8),
        ("vox_offset", "f4"),
        ("scl_slope", "f4"),
        ("scl_inter", "f4"),
        ("slice_end", "i2"),
        ("slice_code", "u1"),
        ("xyzt_units", "u1"),
        ("cal_max", "f4"),
        ("cal_min", "f4"),
        ("slice_duration", "f4"),
        ("toffset", "f4"),
        ("glmax", "i4"),
        ("glmin", "i4"),
        ("descrip", "S80"),
        ("aux_file", "S24"),
        ("qform_code", "i2"),
        ("sform_code", "i2"),
        ("quatern_b", "f4"),
        ("quatern_c", "f4"),
        ("quatern_d", "f4"),
        ("qoffset_x", "f4"),
        ("qoffset_y", "f4"),
        ("qoffset_z", "f4"),
        ("srow_x", "f4", 4),
        ("srow_y", "f4", 4),
        ("srow_z", "f4", 4),
        ("intent_name", "S16"),
        ("magic", "S4"),
    ]
)
_TYPES = {
    2: "u1",
    4: "i2",
    8: "i4",
    16: "f4",
    64: "f8",
    256: "i1",
    512: "u2",
    768: "u4",
    1024: "i8",
    1280: "u8",
}
"""Codes of the scalar types."""
_HALF_TURN = 3 * float(np.finfo(np.float32).eps)
"""A quaternion whose first component squared is below this is half a turn: readers agree on it."""


class NiftiHeader:
    """One header.

    Raises
    ------
    ValueError
        From any method, when a field that it needs makes no sense.
    """

    names: tuple[str, ...] = _FIELDS.names or ()

    def __init__(self, block: bytes) -> None:
        swapped = np.frombuffer(block, "<i4", 1)[0] != HEADER_BYTES
        self._fields = np.frombuffer(block, _FIELDS.newbyteorder(">" if swapped else "<"), 1)[0]
        self._order: Literal["<", ">"] = ">" if swapped else "<"

    def __getitem__(self, name: str) -> Any:
        return self._fields[name]

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the stored values."""
        code = int(self["datatype"])
        if code not in _TYPES:
            raise ValueError(f"data type {code} is not a plain number")
        return np.dtype(_TYPES[code]).newbyteorder(self._order)

    @property
    def scale(self) -> tuple[float, float]:
        """What stored values are multiplied by, and what is added then."""
        slope, inter = float(self["scl_slope"]), float(self["scl_inter"])
        if slope == 0 or not np.isfinite(slope):
            return 1.0, 0.0
        if not np.isfinite(inter):
            raise ValueError(f"the intercept is {inter}")
        return slope, inter

    def sform(self) -> FloatArray:
        """Index to mm by the stated matrix, shape (4, 4)."""
        matrix = np.eye(4)
        matrix[:3] = [self["srow_x"], self["srow_y"], self["srow_z"]]
        return matrix

    def qform(self) -> FloatArray:
        """Index to mm by quaternion, spacing and offset, shape (4, 4)."""
        spacing = self["pixdim"][1:4].astype(np.float64)
        handedness = float(self["pixdim"][0])
        if (spacing < 0).any() or handedness not in (-1.0, 1.0):
            raise ValueError(f"pixdim of a qform is {self['pixdim'][:4].tolist()}")
        spacing[2] *= handedness
        matrix = np.eye(4)
        matrix[:3, :3] = self._rotation() * spacing
        matrix[:3, 3] = [self["qoffset_x"], self["qoffset_y"], self["qoffset_z"]]
        return matrix

    def affine(self) -> FloatArray:
        """The sform where it has a code, else the qform, else spacing about the middle.

        The last flips the first axis, as readers do with files that state no orientation.
        """
        if self["sform_code"]:
            return self.sform()
        if self["qform_code"]:
            return self.qform()
        spacing = self["pixdim"][1:4].astype(np.float64) * (-1, 1, 1)
        matrix = np.diag([*spacing, 1.0])
        matrix[:3, 3] = -spacing * (self["dim"][1:4].astype(np.float64) - 1) / 2
        return matrix

    def _rotation(self) -> FloatArray:
        b, c, d = (float(self[name]) for name in ("quatern_b", "quatern_c", "quatern_d"))
        squared = 1.0 - (b * b + c * c + d * d)
        if squared < -_HALF_TURN or not np.isfinite(squared):
            raise ValueError(f"the quaternion ({b}, {c}, {d}) is longer than 1")
        a = 0.0 if abs(squared) < _HALF_TURN else np.sqrt(squared)
        norm = a * a + b * b + c * c + d * d
        return np.array(
            [
                [a * a + b * b - c * c - d * d, 2 * (b * c - a * d), 2 * (b * d + a * c)],
                [2 * (b * c + a * d), a * a + c * c - b * b - d * d, 2 * (c * d - a * b)],
                [2 * (b * d - a * c), 2 * (c * d + a * b), a * a + d * d - b * b - c * c],
            ]
        ) / (norm or 1.0)
