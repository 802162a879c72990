"""Our main job on one exam, timed by stage; run by `main_job.py`.

    main_job_side.py DICOM OUT [--json FILE]

What the job would load on the way is loaded before the clock starts, as the peers' modules are: all
modules are imported, and three small phantoms are done.
"""

from __future__ import annotations

import argparse
import importlib
import json
import pkgutil
import tempfile
import time
from pathlib import Path
from typing import Any

from breastdce.testing.cohort import write_cohort

PACKAGES = ("stages", "report.panels", "run", "formats", "imaging")
ENGINES = ("nibabel", "scipy.ndimage", "PIL.WebPImagePlugin", "PIL.PngImagePlugin", "xlsxwriter")
SKIPPED = ("breastdce.run.executors.dask", "breastdce.imaging.elastix", "breastdce.imaging.itk")
"""What the job does without."""


def main() -> None:
    """Import, run, write what each stage took."""
    parser = argparse.ArgumentParser()
    parser.add_argument("dicom", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    run_job, options, taken = load()
    with tempfile.TemporaryDirectory() as scratch:  # what loads on first use, by other exams
        write_cohort(Path(scratch) / "phantoms", size="tiny")
        made = (Path(scratch) / "phantoms" / "dicom",)
        run_job(options(roots=made, out=Path(scratch) / "out", jobs=1))
    taken.clear()
    started = time.perf_counter()
    run_job(options(roots=(args.dicom,), out=args.out))
    total = time.perf_counter() - started
    taken["rest"] = total - sum(taken.values())
    if args.json:
        args.json.write_text(json.dumps(taken), encoding="utf-8")


def load() -> tuple[Any, Any, dict[str, float]]:
    """Import everything; return the job, its options, and where stages note what they took."""
    for package in PACKAGES:
        folder = importlib.import_module(f"breastdce.{package}")
        for entry in pkgutil.walk_packages(folder.__path__, f"{folder.__name__}."):
            if not entry.name.startswith(SKIPPED):
                importlib.import_module(entry.name)
    for engine in ENGINES:
        importlib.import_module(engine)
    from breastdce.run import compile_kernels, engine, job, schedule

    compile_kernels.main()  # loads compiled code, as an import does
    taken: dict[str, float] = {}
    _note(job, "survey", "scan", taken)
    _note(schedule, "publish_exam", "write and page", taken)
    original = engine.ExamEngine._compute

    def timed(self: Any, step: Any) -> Any:
        started = time.perf_counter()
        record = original(self, step)
        name = step.stage.name
        taken[name] = taken.get(name, 0.0) + time.perf_counter() - started
        return record

    engine.ExamEngine._compute = timed  # type: ignore[method-assign]
    return job.run_job, job.JobOptions, taken


def _note(module: Any, name: str, stage: str, taken: dict[str, float]) -> None:
    original = getattr(module, name)

    def timed(*args: Any, **kwargs: Any) -> Any:
        started = time.perf_counter()
        try:
            return original(*args, **kwargs)
        finally:
            taken[stage] = taken.get(stage, 0.0) + time.perf_counter() - started

    setattr(module, name, timed)


if __name__ == "__main__":
    main()
