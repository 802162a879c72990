"""`breastdce segment evaluate`: compare predicted masks with reference masks."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from breastdce.run.evaluation import EvaluationRequest

_KINDS = ("stv-expert", "stv-auto", "stv-candidate", "ftv")
HELP = "compare predicted masks with reference masks"
DESCRIPTION = """Compare predicted masks with reference masks, exam by exam.

PRED and REF are folders of NIfTI masks named by exam (nnU-Net's predictions, labelsTr), data sets
of this program, or (PRED) the folder of a training run. A data set alone holds both:

  breastdce segment evaluate PRED REF --out EVAL
  breastdce segment evaluate OUT                                  stv-auto against stv-expert
  breastdce segment evaluate OUT --prediction ftv                 FTV against stv-expert
  breastdce segment evaluate PRED OUT --reference stv-candidate --subgroups
  breastdce segment evaluate MODEL_A REF --against MODEL_B
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command line may hold."""
    parser.add_argument("pred", type=Path, metavar="PRED", help="predicted masks")
    parser.add_argument("ref", type=Path, nargs="?", metavar="REF", help="reference masks")
    parser.add_argument(
        "--prediction",
        choices=_KINDS,
        default="stv-auto",
        help="which masks of a data set are judged (default: stv-auto)",
    )
    parser.add_argument(
        "--reference",
        choices=_KINDS,
        default="stv-expert",
        help="which masks of a data set they are judged by (default: stv-expert)",
    )
    parser.add_argument(
        "--against", type=Path, metavar="OTHER", help="masks of a second model, for paired tests"
    )
    parser.add_argument(
        "--subgroups",
        action="store_true",
        help="also by maker, field, slice plane, third of volume, and outcome, where known",
    )
    parser.add_argument(
        "--challenge",
        type=Path,
        metavar="CLINICAL",
        help="table of patients: adds the MAMA-MIA challenge's score",
    )
    parser.add_argument(
        "--challenge-voxels",
        action="store_true",
        help="distances of that score in voxels, as its published script takes them",
    )
    parser.add_argument(
        "--as-published",
        action="store_true",
        help="also the paper's program's soft Dice (needs <exam>_prob.nii.gz)",
    )
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="folder of tables")
    parser.add_argument("--json", action="store_true", help="everything as JSON on stdout")


def run(args: argparse.Namespace) -> int:
    """Compare, write, and say."""
    from breastdce.cli.as_json import print_json
    from breastdce.cli.evaluation_words import show_evaluation
    from breastdce.cli.feature_words import say_row
    from breastdce.run.evaluation import evaluate
    from breastdce.run.evaluation_files import check_out, plain, write_evaluation

    request = _request(args)
    if args.out is not None:
        check_out(args.out)
    found = evaluate(request, say_row)
    if args.out is not None:
        write_evaluation(args.out, found)
    if args.json:
        print_json(plain(found))
    else:
        show_evaluation(found, args.out)
    return 0


def _request(args: argparse.Namespace) -> EvaluationRequest:
    from breastdce.cli.feature_call import refuse
    from breastdce.dataset.layout import MaskName
    from breastdce.run.evaluation import EvaluationRequest

    if args.challenge_voxels and args.challenge is None:
        raise refuse("--challenge-voxels is for the challenge's score", "Give --challenge as well.")
    return EvaluationRequest(
        prediction=args.pred,
        reference=args.ref,
        prediction_kind=MaskName(args.prediction),
        reference_kind=MaskName(args.reference),
        against=args.against,
        subgroups=args.subgroups,
        challenge=args.challenge,
        challenge_voxels=args.challenge_voxels,
        as_published=args.as_published,
    )
