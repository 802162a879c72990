"""What a run leaves, in a form that can be compared."""

from __future__ import annotations

import gzip
import io
import json
import tempfile
from collections import Counter
from collections.abc import Iterator
from functools import cache
from importlib import resources
from pathlib import Path

from hostile_answers import Answer
from rich.console import Console

from breastdce.core.digest import digest_bytes
from breastdce.formats.tables import read_raw_tsv
from breastdce.run.job import JobOptions, JobSummary, run_job
from breastdce.run.paths import WorkPaths
from breastdce.run.validation import validate_all
from breastdce.testing.damage._contract import Changes, Scene

_NAMES = ("exam_id", "participant_id", "session_id", "caveats")
_REPEATED = ("manufacturer", "manufacturer_model", "field_strength_t")
"""Columns that say what the header says, and that no number depends on."""
_WRITTEN = {"in", "out", "out-pseudonyms.tsv", ".out-pseudonyms.tsv.lock"}
"""All that may be beside the input afterwards."""
_COARSE = "voxels are not 1 mm"
"""What has to be said of our recipe's images."""


def run_answer(root: Path, scene: Scene, changes: Changes) -> Answer:
    """Run the main job on a tree as `breastdce run` does, and read what it left."""
    del scene
    out, before = root.parent / "out", _listing(root)
    options = JobOptions(roots=(root,), out=out, recipe=str(coarse_recipe()), jobs=1)
    summary = run_job(options, Console(file=io.StringIO()))
    rows = _exam_rows(out)
    images = sorted(_images(out, [row["exam_id"] for row in rows]))
    plain = [{key: row[key] for key in row if key not in _NAMES + _REPEATED} for row in rows]
    science = json.dumps([plain, images])
    return Answer(
        len(rows), science, _told(summary, rows), tuple(_faults(root, before, _chosen(changes)))
    )


@cache
def coarse_recipe() -> Path:
    """A file with the shipped recipe whose images have 4 mm: a run takes a second or two."""
    text = resources.files("breastdce.run.recipes").joinpath("ispy1.toml").read_text()
    step = 'stage = "resample"\n'
    path = Path(tempfile.mkdtemp()) / "coarse.toml"
    path.write_text(text.replace(step, f"{step}params = {{ spacing_mm = 4.0 }}\n"))
    return path


def _listing(root: Path) -> list[tuple[str, int]]:
    return sorted((str(path), path.lstat().st_mtime_ns) for path in root.rglob("*"))


def _exam_rows(out: Path) -> list[dict[str, str]]:
    header, rows = read_raw_tsv(out / "exams.tsv")
    return [dict(zip(header, row, strict=True)) for row in rows]


def _images(out: Path, exams: list[str]) -> Iterator[tuple[str, str]]:
    """Every image and feature table of the exams with a digest of what it holds."""
    for number, exam in enumerate(exams):
        folder = out.joinpath(*exam.split("_"))
        for path in folder.rglob("*"):
            name = str(path.relative_to(folder)).replace(exam, f"exam {number}")
            if path.name.endswith(".nii.gz"):
                yield name, digest_bytes(gzip.decompress(path.read_bytes()))
            elif path.suffix == ".tsv":
                yield name, digest_bytes(path.read_bytes().replace(exam.encode(), b""))


def _told(summary: JobSummary, rows: list[dict[str, str]]) -> Counter[str]:
    told: Counter[str] = Counter()
    told.update(f"{row.level} {row.code}" for row in summary.exclusions)
    told.update(f"caveat {code}" for row in rows for code in row["caveats"].split(";") if code)
    return told


def _chosen(changes: Changes) -> bool:
    """Whether to validate what came out, which takes a quarter of the time: one in four."""
    return sum(map(len, filter(None, changes.values()))) % 4 == 0


def _faults(root: Path, before: list[tuple[str, int]], validated: bool) -> Iterator[str]:
    out = root.parent / "out"
    if _listing(root) != before:
        yield "the input was written to"
    beside = {path.name for path in root.parent.iterdir()} - _WRITTEN
    if beside:
        yield f"written beside OUT: {sorted(beside)}"
    log = WorkPaths(out).log
    if log.exists():
        yield f"a bug was caught: {log.read_text(encoding='utf-8')[-600:]}"
    for problem in validate_all(out) if validated else ():
        if problem.what == _COARSE:
            continue
        yield f"the data set breaks a promise: {problem.promise} {problem.what} {problem.evidence}"
