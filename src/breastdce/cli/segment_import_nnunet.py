"""`breastdce segment import-nnunet`: weights that nnU-Net trained, as a model bundle."""

from __future__ import annotations

import argparse
from pathlib import Path

HELP = "make a model bundle of weights that nnU-Net trained"
DESCRIPTION = """Convert the results folder of one nnU-Net v2 training (plans.json, dataset.json,
fold_*/checkpoint_final.pth) to a model bundle. Nothing of the checkpoints is run. nnU-Net itself
is not needed.

  breastdce segment import-nnunet nnUNetTrainer__nnUNetPlans__3d_fullres BUNDLE \\
      --phases 0001 --axes LAI --license "CC BY-NC 4.0"
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="results of the training")
    parser.add_argument("bundle", type=Path, metavar="BUNDLE", help="folder of the model")
    parser.add_argument(
        "--phases",
        nargs="+",
        default=[],
        metavar="PHASE",
        help="which phase each channel is, such as 0000 0001 0002; asked for, never assumed",
    )
    parser.add_argument(
        "--axes",
        metavar="CODE",
        help="where the indices i, j, k of the training files run to, such as LPS",
    )
    parser.add_argument("--license", metavar="TEXT", help="of the weights")
    parser.add_argument("--source", metavar="TEXT", help="who trained it on what, to be cited")
    parser.add_argument("--json", action="store_true", help="the facts of the model as JSON")


def run(args: argparse.Namespace) -> int:
    """Convert, then print what was made; return the exit status."""
    from breastdce.core.extras import require_extra

    require_extra("segment")
    from breastdce.cli.segment_words import show_bundle
    from breastdce.run.import_nnunet import ImportOptions, import_nnunet

    stated = {key: value for key in ("license", "source") if (value := getattr(args, key))}
    options = ImportOptions(
        folder=args.folder, bundle=args.bundle, phases=args.phases, axes=args.axes, **stated
    )
    show_bundle(import_nnunet(options), as_json=args.json)
    return 0
