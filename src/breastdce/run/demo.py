"""The demo: a phantom cohort as genuine DICOM, the main job on it, and where to look."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from breastdce.core.codes import ErrorCode, ExamCode
from breastdce.core.errors import StoreError
from breastdce.core.extras import require_extra
from breastdce.run.job import JobOptions, JobSummary, run_job
from breastdce.testing import write_cohort

EXAMS, EXCLUDED = 3, 1


@dataclass(frozen=True, slots=True)
class Demo:
    """Where the demo's things are."""

    dicom: Path
    truth: Path
    dataset: Path
    summary: JobSummary

    @property
    def as_expected(self) -> bool:
        """Three exams in the data set, and one excluded for too few phases."""
        done = sum(outcome.in_dataset for outcome in self.summary.outcomes)
        codes = [row.code for row in self.summary.refused]
        return done == EXAMS and codes == [ExamCode.TOO_FEW_PHASES] * EXCLUDED

    @property
    def places(self) -> tuple[tuple[str, Path], ...]:
        """What to look at, in order."""
        return (
            ("report", self.dataset / "report" / "index.html"),
            ("tables", self.dataset / "exams.tsv"),
            ("data set", self.dataset),
            ("DICOM", self.dicom),
            ("truth", self.truth),
        )


def run_demo(out: Path, *, scheduler: str | None = None, jobs: int | None = None) -> Demo:
    """Write the cohort below `out` unless it is there, and run the main job on it.

    Raises
    ------
    EngineError
        ENGINE_MISSING when a scheduler is asked for and the extra `cluster` is not installed.
    StoreError
        OUTPUT_FOREIGN when `out` holds something else.
    """
    if scheduler is not None:
        require_extra("cluster")
    cohort, dataset = out / "phantoms", out / "dataset"
    if out.exists() and any(out.iterdir()) and not (cohort.exists() or dataset.exists()):
        raise StoreError(ErrorCode.OUTPUT_FOREIGN, evidence={"out": str(out)})
    if not (cohort / "truth" / "truth.json").exists():
        shutil.rmtree(cohort, ignore_errors=True)
        write_cohort(cohort)
    options = JobOptions(roots=(cohort / "dicom",), out=dataset, scheduler=scheduler, jobs=jobs)
    return Demo(cohort / "dicom", cohort / "truth", dataset, run_job(options))
