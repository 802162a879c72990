"""`breastdce segment train`: from a data set to a cross-validated model."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from breastdce.cli._contract import count_of
from breastdce.core.counted import counted

if TYPE_CHECKING:
    from breastdce.run.training_plan import TrainPlan, TrainRequest
    from breastdce.segment.net.fit import EpochLog

HELP = "train and cross-validate a network on a data set"
DESCRIPTION = """Train a network by nested cross-validation, predict each exam by networks that
never saw it, score that, and bundle the model.

DATASET is a data set of `breastdce run` (masks stv-expert, else stv-candidate, are learned from)
or a raw folder DatasetNNN_Name of nnU-Net. Run the same command again to go on after an
interruption: the result is the same to the bit on a CPU.

  breastdce segment train OUT --preset tiny
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command line may hold."""
    parser.add_argument("dataset", type=Path, metavar="DATASET", help="exams with masks")
    parser.add_argument(
        "--preset", default="best", metavar="NAME", help="best (default), paper, tiny, or a .toml"
    )
    parser.add_argument(
        "--out", type=Path, metavar="RUN", help="folder (default: DATASET-PRESET beside it)"
    )
    folds = parser.add_argument_group("cross-validation")
    folds.add_argument("--folds", type=Path, metavar="FILE", help="folds.json of your own")
    folds.add_argument(
        "--clinical", type=Path, metavar="FILE", help="table of patients, to spread outcomes evenly"
    )
    folds.add_argument(
        "--fold", action="append", type=int, default=[], metavar="N", help="only this outer fold"
    )
    folds.add_argument(
        "--seed", type=int, default=20220722, metavar="N", help="of all that is drawn"
    )
    where = parser.add_argument_group("where to compute")
    where.add_argument("--accelerator", choices=("auto", "cpu", "gpu"), default="auto")
    where.add_argument("--devices", type=count_of, default=1, metavar="N", help="GPUs (default: 1)")
    where.add_argument("--threads", type=count_of, metavar="N", help="of a CPU (default: by cores)")
    model = parser.add_argument_group("the model")
    model.add_argument(
        "--license", default="not stated", metavar="TEXT", help="of the training data, for its card"
    )
    model.add_argument(
        "--no-membership",
        action="store_true",
        help="leave out the hashes that tell who took part; nobody can then tell leaks",
    )
    parser.add_argument("--dry-run", action="store_true", help="store exams, deal folds, stop")


def run(args: argparse.Namespace) -> int:
    """Train; return the exit status."""
    from breastdce.core.extras import require_extra

    require_extra("segment")
    from breastdce.run.training import train
    from breastdce.run.training_plan import plan_training, uses_gpu
    from breastdce.segment.net.launch import is_exact

    request = _request(args)
    if not is_exact(request.preset.network, gpu=uses_gpu(request)):
        _say("this network has no deterministic gradient on a GPU: no two trainings are equal")
    if args.dry_run:
        _show_plan(request, plan_training(request, _say))
        return 0
    folder = train(request, _say)
    print(f"model: {folder.bundle}")
    if folder.metrics.exists():
        print(f"out-of-fold scores: {folder.metrics}")
    print(f"next: breastdce segment evaluate {folder.root} {args.dataset}")
    return 0


def _request(args: argparse.Namespace) -> TrainRequest:
    from breastdce.core.workers import available_cores
    from breastdce.run.presets import read_preset
    from breastdce.run.training_plan import TrainRequest

    preset = read_preset(args.preset)
    dataset = args.dataset.resolve()
    return TrainRequest(
        dataset=args.dataset,
        run=args.out or dataset.with_name(f"{dataset.name}-{preset.name}"),
        preset=preset,
        on_epoch=say_epoch,
        folds=args.folds,
        clinical=args.clinical,
        only=tuple(args.fold),
        seed=args.seed,
        accelerator=args.accelerator,
        devices=args.devices,
        threads=args.threads or max(1, available_cores() // args.devices),
        license=args.license,
        membership=not args.no_membership,
    )


def say_epoch(name: str, epochs: int, log: EpochLog) -> None:
    """One line an epoch; called in whichever process writes."""
    left = (epochs - log.epoch) * log.seconds / 60
    print(
        f"{name} epoch {log.epoch}/{epochs}  loss {log.loss_train:.3f}  val {log.loss_val:.3f}  "
        f"Dice of patches {log.dice_hard_val_mean:.3f}  {log.patches_per_s:.1f} patches/s  "
        f"{left:.0f} min left of this network",
        file=sys.stderr,
    )


def _say(words: str) -> None:
    print(words, file=sys.stderr)


def _show_plan(request: TrainRequest, plan: TrainPlan) -> None:
    people = {exam.participant for exam in plan.exams}
    patch = " x ".join(map(str, plan.patch))
    print(f"{counted(len(plan.exams), 'exam')} of {counted(len(people), 'participant')}")
    networks, folds = counted(plan.models, "network"), counted(len(plan.outer), "outer fold")
    print(f"{networks} in {folds}, preset {request.preset.name}")
    print(f"patches of {patch} voxels, {plan.batch} a step")
    if plan.estimate_gb is not None:
        print(f"about {plan.estimate_gb:.1f} GB of GPU memory")
