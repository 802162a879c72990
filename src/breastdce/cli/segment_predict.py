"""`breastdce segment predict`: masks of a model for a folder of exams."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from breastdce.cli._contract import count_of

HELP = "apply a model to exams"
DESCRIPTION = """Apply a model to the exams of a data set, or of a raw folder of nnU-Net.

Each exam is predicted by the networks that have not learned from its participant. Written are mask
and probability (x 255) on the grid of 1 mm, the mask on the native grid, the spread of several
networks, and a table. To have the masks in the data set, with features of them, give the model to
`breastdce run --model`.

  breastdce segment predict BUNDLE OUT --out PRED
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command line may hold."""
    parser.add_argument("bundle", type=Path, metavar="BUNDLE", help="folder of a model")
    parser.add_argument("dataset", type=Path, metavar="DATASET", help="exams")
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="for the masks")
    parser.add_argument(
        "--exam", action="append", default=[], metavar="ID", help="only this exam; may be repeated"
    )
    parser.add_argument(
        "--fast",
        action="store_true",
        help="one breast at a time in one pass, by one network; other probabilities than without",
    )
    parser.add_argument(
        "--memory",
        type=float,
        default=4.0,
        metavar="GB",
        help="that --fast may take (default: 4); with less than one pass needs, it takes windows",
    )
    parser.add_argument(
        "--in-sample",
        action="store_true",
        help="also whom all networks have learned from; every output says so",
    )
    parser.add_argument(
        "--threads", type=count_of, metavar="N", help="of a CPU (default: by cores)"
    )
    parser.add_argument("--json", action="store_true", help="the table as JSON on stdout")


def run(args: argparse.Namespace) -> int:
    """Predict; return the exit status."""
    from breastdce.core.extras import require_extra

    require_extra("segment")
    from breastdce.cli.as_json import print_json
    from breastdce.cli.main import print_error
    from breastdce.core.workers import available_cores
    from breastdce.run.prediction import PredictRequest, predict

    found = predict(
        PredictRequest(
            bundle=args.bundle,
            dataset=args.dataset,
            out=args.out,
            exams=tuple(args.exam),
            profile="fast" if args.fast else "full",
            memory_gb=args.memory,
            in_sample=args.in_sample,
            threads=args.threads or available_cores(),
        ),
        lambda words: print(words, file=sys.stderr),
    )
    for refusal in found.refused:
        print(f"{refusal.exam}:", file=sys.stderr)
        print_error(refusal.error)
    if args.json:
        print_json(list(found.rows))
    else:
        for row in found.rows:
            print(f"{row['exam_id']}  {row['ml']:.2f} mL  {row['origin']}")
    return 1 if found.refused else 0
