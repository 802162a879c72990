"""`breastdce cohort`: who is in, and the tables that tell of it."""

from __future__ import annotations

import argparse
from pathlib import Path

from breastdce.cli._contract import Command

_DESCRIPTION = """Apply the rules of a cohort to exams and clinical data; write who is in, who is
out and why, the flow diagram, Table 1 (characteristics), Table 2 (scanners), and a page.

SOURCE is the table of `breastdce scan DICOM --out DCE.tsv`, or the folder of a data set.

  breastdce cohort DCE.tsv COHORT --clinical patients.xlsx --schema mine.toml --rules my.toml
"""


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", type=Path, metavar="SOURCE", help="DCE.tsv or a data set")
    parser.add_argument("dest", type=Path, metavar="DEST", help="folder of the cohort")
    parser.add_argument(
        "--clinical", type=Path, metavar="FILE", help="clinical table: XLSX, CSV, TSV or Parquet"
    )
    parser.add_argument(
        "--schema",
        default="ispy1",
        metavar="NAME",
        help="what its columns mean: ispy1, or a TOML file",
    )
    parser.add_argument(
        "--rules", default="ispy1", metavar="NAME", help="ispy1, baseline, or a TOML file"
    )
    parser.add_argument("--json", action="store_true", help="the summary as JSON on stdout")


def _run(args: argparse.Namespace) -> int:
    from breastdce.cli.cohort_words import show_cohort
    from breastdce.run.cohort_files import check_dest, write_cohort_files
    from breastdce.run.cohort_tables import CohortOptions, make_cohort

    check_dest(args.dest, args.source)
    options = CohortOptions(
        source=args.source, clinical=args.clinical, schema=args.schema, rules=args.rules
    )
    cohort = make_cohort(options)
    files = write_cohort_files(args.dest, cohort)
    show_cohort(args.dest, cohort, files, as_json=args.json)
    return 0


COMMAND = Command("cohort", "who is in the study, Table 1 and 2", _DESCRIPTION, _arguments, _run)
