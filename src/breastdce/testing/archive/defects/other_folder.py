"""The files of two patients lie mixed: half of this exam is in another patient's folder."""

from __future__ import annotations

from dataclasses import replace

from breastdce.testing.archive.defects._contract import ALL_MAKERS, Defect
from breastdce.testing.archive.made import MadeExam

ELSEWHERE = "../../mixed"


def plant(exam: MadeExam) -> MadeExam:
    """Move every second file to a folder that all such exams share."""
    prefix = f"{ELSEWHERE}/{exam.subject.uid('folder')[-6:]}-"
    files = tuple(
        replace(file, path=prefix + file.path.replace("/", "-")) if place % 2 else file
        for place, file in enumerate(exam.files)
    )
    return replace(exam, files=files)


DEFECT = Defect(name="other_folder", makers=ALL_MAKERS, plant=plant)
