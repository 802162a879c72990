"""`breastdce report`: the pages again, from the stored data set alone."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from breastdce.cli._contract import Command

_DESCRIPTION = """Write report/ and the card (README.md, CITATION.cff, metadata, checksums) of a
data set again from what is stored in it and from dataset.toml; no DICOM is needed.

  breastdce report OUT --cohort COHORT --figures
"""


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("out", type=Path, metavar="OUT", help="folder of the data set")
    parser.add_argument(
        "--cohort",
        type=Path,
        metavar="COHORT",
        help="folder of `breastdce cohort`: its flow and tables stand on the page from now on",
    )
    parser.add_argument(
        "--figures",
        action="store_true",
        help="also write figures for a paper, SVG and PNG, to report/figures/",
    )


def _run(args: argparse.Namespace) -> int:
    from breastdce.dataset.card import edited_files
    from breastdce.run.cohort import rebuild_report

    for path in rebuild_report(args.out, cohort=args.cohort, figures=args.figures):
        print(path)
    for path in edited_files(args.out):
        print(f"{path}: edited by hand, left alone (docs/card.md)", file=sys.stderr)
    return 0


COMMAND = Command("report", "write the report pages again", _DESCRIPTION, _arguments, _run)
