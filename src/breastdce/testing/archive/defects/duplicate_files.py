"""Some images were exported twice, under other names."""

from __future__ import annotations

from dataclasses import replace

from breastdce.core.codes import FileCode
from breastdce.testing.archive.defects._contract import ALL_MAKERS, Defect
from breastdce.testing.archive.made import MadeExam


def plant(exam: MadeExam) -> MadeExam:
    """Write every fifth file of the dynamic again."""
    again = [replace(file, path=f"copy/{file.path}") for file in exam.of(exam.dynamic)[::5]]
    codes = {file.series: (str(FileCode.DUPLICATE_FILE),) for file in again}
    return exam.with_files(tuple(again), codes)


DEFECT = Defect(name="duplicate_files", makers=ALL_MAKERS, plant=plant)
