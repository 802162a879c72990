"""`breastdce scan`: what is there, and why each series was chosen or not."""

from __future__ import annotations

import argparse
from pathlib import Path

from breastdce.cli._contract import Command

_DESCRIPTION = """Find the dynamic series of every exam and explain each choice; change nothing.

Given files and folders, every file is accounted for: by exam and phase, or with a reason code.
Given an index of series (--index; the table of the Imaging Data Commons, or any with its
columns), names, numbers and counts decide, and each choice has its points and its runner-up.
What is shown may name patients: it is for your screen, not for sharing.
"""


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("dicom", nargs="*", type=Path, metavar="DICOM", help="folders or files")
    parser.add_argument(
        "--index", type=Path, metavar="TABLE", help="a list of series: Parquet, CSV or TSV"
    )
    parser.add_argument("--out", type=Path, metavar="DCE.tsv", help="one row per exam")
    parser.add_argument("--json", action="store_true", help="everything as JSON on stdout")


def _run(args: argparse.Namespace) -> int:
    from breastdce.core.codes import ErrorCode
    from breastdce.core.errors import CallError

    if bool(args.dicom) == bool(args.index):
        raise CallError(
            ErrorCode.CALL_INVALID,
            "Either folders and files, or an index",
            evidence={"folders and files": len(args.dicom), "index": str(args.index or "none")},
            remedy="Give DICOM folders, or --index with a table of series.",
        )
    return _scan_index(args) if args.index else _scan_tree(args)


def _scan_index(args: argparse.Namespace) -> int:
    from breastdce.cli.answer_words import show_answers
    from breastdce.run.dce_table import index_answers, write_dce_table

    answers = index_answers(args.index)
    if args.out is not None:
        write_dce_table(args.out, answers)
    show_answers(answers, as_json=args.json)
    return 0


def _scan_tree(args: argparse.Namespace) -> int:
    from breastdce.cli.console import show_survey
    from breastdce.run.dce_table import survey_answers, write_dce_table
    from breastdce.run.survey import survey

    found = survey(tuple(args.dicom))
    if args.out is not None:
        write_dce_table(args.out, survey_answers(found))
    show_survey(found, as_json=args.json)
    return 0


COMMAND = Command("scan", "find the DCE, explain each choice", _DESCRIPTION, _arguments, _run)
