"""Who is imaged and when: invented people, invented dates, nothing read from a clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from breastdce.core.grid import Grid
from breastdce.formats.dicom.write import derived_uid

_LPS = np.array([-1.0, -1.0, 1.0])  # RAS to LPS and back


@dataclass(frozen=True, slots=True)
class Subject:
    """One fictitious patient at one visit."""

    patient_id: str
    name: str
    identity_removed: bool
    study_date: str
    """YYYYMMDD."""
    start_s: float
    """Start of the first phase, seconds after midnight."""
    side: str
    """Laterality of the lesion, R or L."""

    def uid(self, *parts: object) -> str:
        """Return a UID that depends on the patient and `parts` alone."""
        words = [self.patient_id, self.study_date, *map(str, parts)]
        return derived_uid("breastdce phantom/" + "/".join(words))

    def study(self) -> dict[str, object]:
        """Attributes that all images of the visit share."""
        attributes: dict[str, object] = {
            "SpecificCharacterSet": "ISO_IR 100",
            "Modality": "MR",
            "StudyInstanceUID": self.uid("study"),
            "FrameOfReferenceUID": self.uid("frame"),
            "StudyDate": self.study_date,
            "StudyTime": clock(self.start_s - 300),
            "StudyID": "1",
            "AccessionNumber": "",
            "ReferringPhysicianName": "",
            "PatientName": self.name,
            "PatientID": self.patient_id,
            "PatientBirthDate": "",
            "PatientSex": "F",
            "BodyPartExamined": "BREAST",
            "PositionReferenceIndicator": "",
        }
        if self.identity_removed:
            return attributes | {
                "PatientIdentityRemoved": "YES",
                "DeidentificationMethod": "digital phantom",
            }
        return attributes | {
            "PatientBirthDate": "19500101",
            "PatientAge": "051Y",
            "AccessionNumber": "PHANTOM0003",
            "ReferringPhysicianName": "PHANTOM^REFERRER",
            "InstitutionName": "Phantom Hospital",
            "OperatorsName": "PHANTOM^OPERATOR",
        }


def clock(second_of_day: float, decimals: int = 6) -> str:
    """DICOM time HHMMSS, with a fraction of `decimals` digits when that is not 0."""
    ticks = round(second_of_day * 10**decimals)
    whole, fraction = divmod(ticks, 10**decimals)
    text = f"{whole // 3600:02d}{whole // 60 % 60:02d}{whole % 60:02d}"
    return f"{text}.{fraction:0{decimals}d}" if decimals else text


def plane(grid: Grid, axes: tuple[int, int, int], index: int) -> dict[str, object]:
    """Position, orientation and spacing (DICOM's LPS mm) of one plane of voxels.

    Parameters
    ----------
    grid
        The lattice.
    axes
        Grid axes that run along a row, along a column and across the plane.
    index
        Which plane across.
    """
    along_row, along_column, across = axes
    direction = grid.direction * _LPS[:, None]
    voxel = np.zeros(4)
    voxel[[across, 3]] = index, 1
    position = (grid.affine @ voxel)[:3] * _LPS
    normal = np.cross(direction[:, along_row], direction[:, along_column])
    return {
        "ImagePositionPatient": _plain(position),
        "ImageOrientationPatient": _plain([*direction[:, along_row], *direction[:, along_column]]),
        "PixelSpacing": [grid.spacing_mm[along_column], grid.spacing_mm[along_row]],
        "SliceLocation": float(normal @ position),
    }


def _plain(values: Sequence[float] | NDArray[np.float64]) -> list[float]:
    return [float(value) + 0.0 for value in values]  # + 0.0 turns -0.0 into 0.0


def stored(values: NDArray[np.float32], *, slope: float = 1.0, top: int) -> NDArray[np.int64]:
    """Integers that a scanner stores, [i, j] to [row, column], 0 to `top`."""
    return np.clip(np.rint(values.T.astype(np.float64) / slope), 0, top).astype(np.int64)
