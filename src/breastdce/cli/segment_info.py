"""`breastdce segment info`: what a preset or a model is."""

from __future__ import annotations

import argparse
from pathlib import Path

HELP = "what a preset or a model is"
DESCRIPTION = """Print what a preset makes (network and number of its parameters, patches, loss,
schedule, prediction), or the facts of a model bundle after every checksum of it was verified.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("bundle", nargs="?", type=Path, metavar="BUNDLE", help="folder of a model")
    what.add_argument("--preset", metavar="NAME", help="paper, best, tiny, or a .toml file")
    parser.add_argument("--json", action="store_true", help="the same as JSON on stdout")


def run(args: argparse.Namespace) -> int:
    """Print; return the exit status."""
    from breastdce.core.extras import require_extra

    require_extra("segment")
    from breastdce.cli.segment_words import show_bundle, show_preset

    if args.preset is None:
        from breastdce.run.bundle import read_bundle

        show_bundle(read_bundle(args.bundle), as_json=args.json)
    else:
        from breastdce.run.presets import read_preset

        show_preset(read_preset(args.preset), as_json=args.json)
    return 0
