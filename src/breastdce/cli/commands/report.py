"""`breastdce report`: the pages again, from the stored data set alone."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from breastdce.cli._contract import Command

_DESCRIPTION = """Write report/ and the card (README.md, CITATION.cff, metadata, checksums) of a
data set again from what is stored in it and from dataset.toml; no DICOM is needed.
"""


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("out", type=Path, metavar="OUT", help="folder of the data set")


def _run(args: argparse.Namespace) -> int:
    from breastdce.dataset.card import edited_files
    from breastdce.run.cohort import rebuild_report

    print(rebuild_report(args.out))
    for path in edited_files(args.out):
        print(f"{path}: edited by hand, left alone (docs/card.md)", file=sys.stderr)
    return 0


COMMAND = Command("report", "write the report pages again", _DESCRIPTION, _arguments, _run)
