"""`breastdce demo`: the main job on a phantom cohort."""

from __future__ import annotations

import argparse
from pathlib import Path

from breastdce.cli._contract import Command

_DESCRIPTION = """Write a cohort of digital breast phantoms as genuine DICOM, run the main job
on it, check the data set, and say where to look. Nothing is downloaded.
"""


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "out", nargs="?", type=Path, default=Path("demo-out"), metavar="OUT", help="a folder"
    )
    parser.add_argument("--scheduler", metavar="ADDRESS", help="a running Dask scheduler")


def _run(args: argparse.Namespace) -> int:
    from breastdce.cli.console import show_problems, show_run, show_where
    from breastdce.run.demo import run_demo
    from breastdce.run.validation import validate_all

    demo = run_demo(args.out, scheduler=args.scheduler)
    show_run(demo.summary, as_json=False)
    problems = validate_all(demo.dataset)
    show_problems(demo.dataset, problems, as_json=False)
    show_where(demo)
    return 0 if demo.as_expected and not problems else 1


COMMAND = Command("demo", "a phantom cohort, DICOM to report", _DESCRIPTION, _arguments, _run)
