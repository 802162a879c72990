"""Tables, card and report of a data set as it grows to a thousand exams; nothing is computed.

    python benchmarks/many_exams.py OUT [--exams 100 300 1000] [--scratch FOLDER]

Takes the exams of a data set again and again under other names: texts with the new name, images as
links to the same files. Then writes everything that spans exams, as the end of `breastdce run`
does, and opens the page. Provenance keeps the checksums of the originals, so `validate` would
object. Ends in a JSON line; `slope` is of the logarithm of CPU time over that of exams, 1 where
time is linear.
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import os
import resource
import shutil
import tempfile
import time
from pathlib import Path

from cohort_page import opened

from breastdce.dataset import layout
from breastdce.run.cohort import write_cohort
from breastdce.run.paths import WorkPaths
from breastdce.run.plan import SOURCE, make_plan
from breastdce.run.recipe import load_recipe

_TEXTS = (".json", ".tsv", ".html")


def main() -> None:
    """Grow, write, open."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--exams", type=int, nargs="+", default=[100, 300, 1000])
    parser.add_argument("--scratch", type=Path, help="on the disk of OUT: images are linked")
    args = parser.parse_args()
    grown = Path(tempfile.mkdtemp(dir=args.scratch or args.out.resolve().parent))
    sources = layout.exam_folders(args.out)
    shutil.copy(layout.description(args.out), layout.description(grown))
    WorkPaths(grown).status.mkdir(parents=True)
    steps, there = [], 0
    try:
        for wanted in sorted(args.exams):
            for number, source in zip(range(there, wanted), itertools.cycle(sources), strict=False):
                _clone(args.out, source, grown, f"G{number:05d}")
            there = wanted
            steps.append({"exams": wanted, **_written(grown)})
            print(json.dumps(steps[-1]), flush=True)
    finally:
        shutil.rmtree(grown)
    first, last = steps[0], steps[-1]
    growth = math.log(last["cpu_s"] / first["cpu_s"]) / math.log(last["exams"] / first["exams"])
    print(json.dumps({"steps": steps, "slope": round(growth, 2) if len(steps) > 1 else None}))


def _written(out: Path) -> dict[str, float]:
    """What it costs to write everything that spans exams, and to open the page."""
    plan = make_plan(load_recipe("ispy1"), [SOURCE])
    start, before = time.perf_counter(), time.process_time()
    write_cohort(out, plan, (), ())
    wall, cpu = time.perf_counter() - start, time.process_time() - before
    page = opened(layout.report_index(out))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "wall_s": round(wall, 1),
        "cpu_s": round(cpu, 1),
        "peak_mb": round(peak),
        "page_mb": round(layout.report_index(out).stat().st_size / 1e6, 1),
        "page_s": round(page.wall_s, 2),
    }


def _clone(root: Path, source: Path, grown: Path, participant: str) -> None:
    exam = layout.exam_of(source)
    old, new = f"sub-{exam.participant}", f"sub-{participant}"
    files = [path for path in source.rglob("*") if path.is_file()]
    files += [layout.exam_page(root, exam), layout.thumbnail(root, exam)]
    for path in files:
        place = grown / path.relative_to(root).as_posix().replace(old, new)
        place.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix not in _TEXTS:
            os.link(path, place)
            continue
        text = path.read_text(encoding="utf-8").replace(old, new)
        if path.name == "provenance.json":
            text = json.dumps(_renamed(json.loads(text), exam.participant, participant))
        place.write_text(text, encoding="utf-8")


def _renamed(value: object, old: str, new: str) -> object:
    if isinstance(value, dict):
        return {key: _renamed(item, old, new) for key, item in value.items()}
    if isinstance(value, list):
        return [_renamed(item, old, new) for item in value]
    return new if value == old else value


if __name__ == "__main__":
    main()
