"""Identities to plant: every word shares `WORD`, every UID `ROOT`, every date is of the 1880s.

So a search for three things finds whatever of a patient is left in a data set. Nothing here is, or
was, anybody's.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta

from breastdce.formats.dicom.write import PrivateElement
from breastdce.testing.subject import Subject

WORD = "QWXVZKJYHB"
ROOT = "2.25.98761234509876123450"
_FIRST_DAY = date(1881, 1, 1)
_UID_DIGITS = 10**18


def mark(number: int) -> str:
    """A word that stands for one planted thing; 16 characters, as short texts of DICOM allow."""
    return f"{WORD}{number % 1_000_000:06d}"


def day(number: int) -> str:
    """YYYYMMDD, so many days after the first of 1881."""
    return f"{_FIRST_DAY + timedelta(days=number):%Y%m%d}"


@dataclass(frozen=True, slots=True)
class Marked(Subject):
    """A patient at a visit, with her name, address and remarks in every image."""

    number: int
    """Of the patient, from 1."""
    visit: int
    """0 to 3."""
    time_point: str
    """What the trial calls the visit in ClinicalTrialTimePointID; empty where nothing says so."""

    def uid(self, *parts: object) -> str:
        words = "/".join([self.patient_id, self.study_date, *map(str, parts)])
        number = int.from_bytes(hashlib.blake2b(words.encode(), digest_size=8).digest(), "big")
        return f"{ROOT}.{number % _UID_DIGITS}"

    def study(self) -> dict[str, object]:
        base = 100 * self.number
        removed: dict[str, object] = (
            {"PatientIdentityRemoved": "YES", "DeidentificationMethod": mark(base)}
            if self.identity_removed
            else {}
        )
        point = {"ClinicalTrialTimePointID": self.time_point} if self.time_point else {}
        return {
            "SpecificCharacterSet": "ISO_IR 100",
            "Modality": "MR",
            "StudyInstanceUID": self.uid("study"),
            "FrameOfReferenceUID": self.uid("frame"),
            "StudyDate": self.study_date,
            "StudyTime": f"{int(self.start_s - 300) // 3600:02d}3017",
            "StudyID": mark(base + 1),
            "AccessionNumber": mark(base + 2),
            "ReferringPhysicianName": f"{mark(base + 3)}^REFERRER",
            "PatientName": self.name,
            "PatientID": self.patient_id,
            "PatientBirthDate": day(self.number),
            "PatientAddress": f"{mark(base + 4)} street",
            "PatientComments": f"mother of {mark(base + 5)}, born {day(self.number)}",
            "PatientSex": "F",
            "BodyPartExamined": "BREAST",
            "InstitutionName": f"{mark(base + 6)} hospital",
            "OperatorsName": f"{mark(base + 7)}^OPERATOR",
            "StationName": mark(base + 8),
            "DeviceSerialNumber": mark(base + 9),
            "StudyDescription": f"MRI BREAST {mark(base + 10)}",
            "ProtocolName": f"breast {mark(base + 11)}",
            "ImageComments": f"{mark(base + 12)} seen on {self.study_date}",
            "RequestAttributesSequence": [
                {"RequestedProcedureDescription": f"asked for by {mark(base + 13)}"}
            ],
            **removed,
            **point,
        }

    def private(self) -> tuple[PrivateElement, ...]:
        """Elements of a site's own."""
        base = 100 * self.number
        return (
            PrivateElement(0x0009, mark(base + 20), 0x01, "LO", f"private {mark(base + 21)}"),
            PrivateElement(0x0009, mark(base + 20), 0x02, "DA", self.study_date),
            PrivateElement(0x0029, mark(base + 22), 0x03, "OB", mark(base + 23).encode()),
        )
