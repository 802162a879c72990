"""`breastdce report`: the pages again, from the stored data set alone."""

from __future__ import annotations

import argparse
from pathlib import Path

from breastdce.cli._contract import Command

_DESCRIPTION = "Write report/ of a data set again from what is stored in it; no DICOM is needed."


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("out", type=Path, metavar="OUT", help="folder of the data set")


def _run(args: argparse.Namespace) -> int:
    from breastdce.run.cohort import rebuild_report

    print(rebuild_report(args.out))
    return 0


COMMAND = Command("report", "write the report pages again", _DESCRIPTION, _arguments, _run)
