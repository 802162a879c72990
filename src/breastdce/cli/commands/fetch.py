"""`breastdce fetch`: from IDC, just the series that are needed."""

from __future__ import annotations

import argparse
from pathlib import Path

from breastdce.cli._contract import Command

_DESCRIPTION = """Fetch from NCI's Imaging Data Commons just the series that were chosen: every
phase, and what the producer left beside them (SER and PE maps, segmentations). No account needed.

Run the same command again to go on after an interruption: what is here and whole stays. Every file
is checked by size and checksum; DEST/manifest.tsv says where each comes from, DEST/CITATION.txt
whom to cite.

  breastdce fetch ispy1 DEST --visit T0 --dry-run
"""


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("collection", metavar="COLLECTION", help="name at IDC, such as ispy1")
    parser.add_argument("dest", type=Path, metavar="DEST", help="a folder")
    which = parser.add_argument_group("which series")
    which.add_argument(
        "--dce",
        type=Path,
        metavar="DCE.tsv",
        help="chosen series, from `breastdce scan --out` (default: the finder's choice)",
    )
    which.add_argument(
        "--patient", action="append", default=[], metavar="ID", help="only this; may be repeated"
    )
    which.add_argument(
        "--visit", action="append", default=[], metavar="T0", help="only this; may be repeated"
    )
    where = parser.add_argument_group("where from")
    where.add_argument(
        "--index",
        type=Path,
        metavar="TABLE.parquet",
        help="IDC's columns (default: the table of idc-index-data)",
    )
    where.add_argument("--endpoint", metavar="URL", help="another S3 server with the same buckets")
    parser.add_argument("--verify", action="store_true", help="read all that is here again")
    parser.add_argument("--dry-run", action="store_true", help="say how much; write nothing")
    parser.add_argument("--json", action="store_true", help="the summary as JSON on stdout")


def _run(args: argparse.Namespace) -> int:
    from breastdce.cli.fetch_words import check_endpoint, show_fetch
    from breastdce.formats.bucket import AWS
    from breastdce.run.fetch import FetchOptions, fetch

    options = FetchOptions(
        collection=args.collection,
        dest=args.dest,
        dce=args.dce,
        index=args.index,
        patients=tuple(args.patient),
        visits=tuple(args.visit),
        endpoint=check_endpoint(args.endpoint or AWS),
        verify=args.verify,
        dry_run=args.dry_run,
    )
    summary = fetch(options)
    show_fetch(summary, as_json=args.json)
    return 1 if summary.failures else 0


COMMAND = Command("fetch", "chosen series from a public archive", _DESCRIPTION, _arguments, _run)
