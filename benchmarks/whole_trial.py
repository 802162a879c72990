"""A whole generated trial from DICOM to Table 1: what it costs, and whether anybody is lost.

    python benchmarks/whole_trial.py make TRIAL [--patients 163] [--seed 1] [--size small]
    python benchmarks/whole_trial.py run TRIAL OUT [--jobs 2 | --workers 2]
    python benchmarks/whole_trial.py check TRIAL OUT [--same-as OTHER] [--skip-bytes]

`make` writes DICOM of five makers with decoys, defects and planted identities, a clinical workbook
and the truth beside them. `run` calls the command line as a user does: run, scan, cohort, report
with the cohort's tables, validate; with --workers on a Dask cluster of so many processes on this
machine. `check` follows every exam and series of the truth into exams.tsv or exclusions.tsv, looks
for every planted word, UID and date in each byte of OUT, compares the cohort and Table 1 with the
truth, and opens the data set's page. Exit status 0 only where all holds. Each ends in a JSON line.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import subprocess
import sys
import time
from collections import Counter
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from trial_meter import Cost, measured, size_mb

from breastdce.testing.archive.account import account
from breastdce.testing.archive.clinical import RULES, SCHEMA, WORKBOOK
from breastdce.testing.archive.plan import TrialParams
from breastdce.testing.archive.traces import leaks
from breastdce.testing.archive.truth import TrialTruth, cohort_of, load_truth
from breastdce.testing.archive.write import DICOM, write_trial

PAGE_LIMIT_S = 3.0


def main() -> None:
    """Do what the first word says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    verbs = parser.add_subparsers(required=True)
    make = verbs.add_parser("make")
    make.add_argument("trial", type=Path)
    make.add_argument("--patients", type=int, default=163)
    make.add_argument("--seed", type=int, default=1)
    make.add_argument("--size", choices=("tiny", "small", "real"), default="small")
    make.add_argument("--real-every", type=int, default=40)
    make.set_defaults(verb=_make)
    run = verbs.add_parser("run")
    run.add_argument("trial", type=Path)
    run.add_argument("out", type=Path)
    where = run.add_mutually_exclusive_group()
    where.add_argument("--jobs", type=int, default=2)
    where.add_argument("--workers", type=int, default=0)
    run.add_argument("--recipe", default="ispy1")
    run.set_defaults(verb=_run)
    check = verbs.add_parser("check")
    check.add_argument("trial", type=Path)
    check.add_argument("out", type=Path)
    check.add_argument("--same-as", type=Path)
    check.add_argument("--skip-bytes", action="store_true")
    check.set_defaults(verb=_check)
    args = parser.parse_args()
    raise SystemExit(args.verb(args))


def _make(args: argparse.Namespace) -> int:
    start = time.process_time()
    params = TrialParams(
        patients=args.patients, seed=args.seed, size=args.size, real_every=args.real_every
    )
    truth = write_trial(args.trial, params)
    cpu = time.process_time() - start
    exams = truth.exams
    print(
        json.dumps(
            {
                "patients": len(truth.patients),
                "exams": len(exams),
                "makers": Counter(exam.maker for exam in exams),
                "defects": Counter(exam.defect for exam in exams if exam.defect),
                "real_size": sum(exam.size == "real" for exam in exams),
                "series": sum(len(exam.series) for exam in exams),
                "files": truth.files,
                "mb": round(truth.bytes / 1e6),
                "cpu_s_per_exam": round(cpu / len(exams), 3),
            }
        )
    )
    return 0


# --- run


def cohort_folder(out: Path) -> Path:
    """Where the cohort of a data set is written: it names patients as the scanner does."""
    return out.parent / f"{out.name}-cohort"


def _run(args: argparse.Namespace) -> int:
    tree, out = args.trial / DICOM, args.out
    table, cohort = out.parent / f"{out.name}-DCE.tsv", cohort_folder(out)
    described = ("--clinical", args.trial / WORKBOOK, "--schema", args.trial / SCHEMA)
    costs: dict[str, Cost] = {}
    with ExitStack() as stack:
        costs["run"] = stack.enter_context(measured())
        where = _where(args, stack)
        status = _command(*("run", tree, out, "--recipe", args.recipe), *where)
    for name, words in (
        ("scan", ("scan", tree, "--out", table)),
        ("cohort", ("cohort", table, cohort, *described, "--rules", args.trial / RULES)),
        ("report", ("report", out, "--cohort", cohort)),
        ("validate", ("validate", out)),
    ):
        with measured() as costs[name]:
            failed = _command(*words)
        if failed and name != "scan":
            print(f"breastdce {name} ended with {failed}")
            return 1
    exams = len(load_truth(args.trial).exams)
    print(json.dumps({"run_status": status, "exams": exams, "steps": _told(costs, exams)}))
    return 0


def _where(args: argparse.Namespace, stack: ExitStack) -> tuple[str, ...]:
    if not args.workers:
        return "--jobs", str(args.jobs)
    return "--scheduler", stack.enter_context(_cluster(args.workers))


@contextmanager
def _cluster(workers: int) -> Any:
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=workers,
        threads_per_worker=1,
        processes=True,
        host="127.0.0.1",
        scheduler_port=0,
        dashboard_address="127.0.0.1:0",
    ) as cluster:
        yield cluster.scheduler_address


def _command(*words: str | Path) -> int:
    command = [sys.executable, "-m", "breastdce", *map(str, words)]
    print(
        " ".join(["breastdce", *(Path(word).name or word for word in map(str, words))]), flush=True
    )
    return subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode


def _told(costs: dict[str, Cost], exams: int) -> dict[str, dict[str, float]]:
    return {
        name: {
            **{key: round(value, 1) for key, value in asdict(cost).items()},
            "cpu_s_per_exam": round(cost.cpu_s / exams, 3),
        }
        for name, cost in costs.items()
    }


# --- check


def _check(args: argparse.Namespace) -> int:
    truth, out = load_truth(args.trial), args.out
    found = account(out, truth, out.parent / f"{out.name}-pseudonyms.tsv")
    problems = [*found.problems, *_cohort_problems(truth, cohort_folder(out))]
    if not args.skip_bytes:
        problems += [f"{name}: identity {seen}" for name, seen in leaks(out, truth.dates)]
    if args.same_as:
        problems += _differences(out, args.same_as)
    page_s = _page_s(out / "report" / "index.html")
    if page_s > PAGE_LIMIT_S:
        problems.append(f"the page opens in {page_s:.1f} s, {PAGE_LIMIT_S:g} are allowed")
    for problem in problems:
        print(problem)
    told = {
        "patients": found.patients,
        "exams": found.exams,
        "used": found.used,
        "refused": found.refused,
        "series": found.series,
        "series_out": found.series_out,
        "page_s": round(page_s, 2),
        "in_mb": round(size_mb(args.trial / DICOM)),
        "out_mb": round(size_mb(out)),
        "store_mb": round(size_mb(out / ".breastdce")),
        "problems": len(problems),
    }
    print(json.dumps(told))
    return 1 if problems else 0


def _cohort_problems(truth: TrialTruth, cohort: Path) -> list[str]:
    """Cohort and Table 1 beside what the truth says."""
    with (cohort / "cohort.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, dialect="excel-tab"))
    due = cohort_of(truth)
    problems = []
    if {row["patient_id"] for row in rows} != due:
        problems.append(f"cohort.tsv: {len(rows)} patients, {len(due)} are due")
    with (cohort / "table1.csv").open(encoding="utf-8", newline="") as file:
        count = next(row for row in csv.reader(file) if row[0] == "Patients")
    outcomes = Counter(p.recurrence for p in truth.patients if p.patient_id in due)
    if not {str(outcomes[0]), str(outcomes[1])} <= set(count):
        problems.append(f"table1.csv: {count}, {outcomes[0]} and {outcomes[1]} are due")
    return problems


def _differences(out: Path, other: Path) -> list[str]:
    one, two = _digests(out), _digests(other)
    return [
        f"{name}: not as in {other.name}"
        for name in one.keys() | two.keys()
        if one.get(name) != two.get(name)
    ]


def _digests(out: Path) -> dict[str, str]:
    return {
        path.relative_to(out).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in out.rglob("*")
        if path.is_file() and ".breastdce" not in path.parts
    }


def _page_s(page: Path) -> float:
    from cohort_page import opened

    seconds = opened(page).wall_s
    page.with_name("empty.html").unlink()  # the browser's first page, beside this one
    return seconds


if __name__ == "__main__":
    main()
