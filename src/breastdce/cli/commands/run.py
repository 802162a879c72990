"""`breastdce run`: the main job."""

from __future__ import annotations

import argparse
from pathlib import Path

from breastdce.cli._contract import Command, count_of

_DESCRIPTION = """Find every breast DCE-MRI exam under the given folders and write the data set.

Run the same command again to go on after an interruption: what is done is not done again.
"""


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("dicom", nargs="+", type=Path, metavar="DICOM", help="folders or files")
    parser.add_argument("out", type=Path, metavar="OUT", help="folder of the data set")
    parser.add_argument(
        "--recipe", default="ispy1", help="ispy1 (what the paper did), best, or a TOML file"
    )
    parser.add_argument(
        "--model",
        type=Path,
        metavar="BUNDLE",
        help="let a network outline the tumors (see `segment`)",
    )
    parser.add_argument(
        "--exam", action="append", default=[], metavar="ID", help="only this exam; may be repeated"
    )
    parser.add_argument(
        "--cohort",
        type=Path,
        metavar="COHORT.tsv",
        help="only the exams of a cohort, from `breastdce cohort`",
    )
    parser.add_argument(
        "--regions", type=Path, metavar="TSV", help="regions and thresholds of your own"
    )
    privacy = parser.add_argument_group("identity")
    privacy.add_argument("--keep-ids", action="store_true", help="patient ids as they are")
    privacy.add_argument(
        "--pseudonyms",
        type=Path,
        metavar="FILE",
        help="who is who; kept outside OUT (default: OUT-pseudonyms.tsv beside it)",
    )
    privacy.add_argument(
        "--dates",
        choices=("drop", "shift"),
        default="drop",
        help="shift: study dates moved back by one secret number of days a patient (default: drop)",
    )
    privacy.add_argument(
        "--allow-burned-in",
        action="store_true",
        help="use images that say that text is burned into their pixels",
    )
    parser.add_argument(
        "--compression",
        choices=("none", "fast", "small"),
        default="fast",
        help="of images, all named .nii.gz: none (stored as they are), fast (default), small",
    )
    where = parser.add_argument_group("where to compute")
    where.add_argument("--jobs", type=count_of, metavar="N", help="processes (default: by cores)")
    where.add_argument("--scheduler", metavar="ADDRESS", help="a running Dask scheduler")
    parser.add_argument("--dry-run", action="store_true", help="say what would be done")
    parser.add_argument("--json", action="store_true", help="the summary as JSON on stdout")


def _run(args: argparse.Namespace) -> int:
    from breastdce.cli.console import show_run
    from breastdce.run.job import JobOptions, run_job

    options = JobOptions(
        roots=tuple(args.dicom),
        out=args.out,
        recipe=args.recipe,
        model=args.model,
        exams=tuple(args.exam),
        cohort=args.cohort,
        regions=args.regions,
        keep_ids=args.keep_ids,
        pseudonyms=args.pseudonyms,
        dates=args.dates,
        allow_burned_in=args.allow_burned_in,
        compression=args.compression,
        jobs=args.jobs,
        scheduler=args.scheduler,
        dry_run=args.dry_run,
        debug=args.debug,
    )
    summary = run_job(options)
    show_run(summary, as_json=args.json)
    return 0 if summary.all_done else 1


COMMAND = Command("run", "make the data set from DICOM", _DESCRIPTION, _arguments, _run)
