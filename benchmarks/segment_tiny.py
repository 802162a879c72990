"""What the preset `tiny` learns of 24 generated exams in a quarter of an hour on two cores.

    python benchmarks/segment_tiny.py [--seed 20] [--shape 96] [--train 24] [--test 8] [--keep]

Trains on exams 0 to 23 of the cohort, predicts the next 8 as `segment predict` does, and prints
Dice, HD95 and volumes of each, the time, and last `ratio <mean hard Dice>`. With --keep the
figures are written to results/segment_tiny.json, and the model to --model.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path

import numpy as np

from breastdce.core.grid import Grid
from breastdce.core.volume import Mask
from breastdce.formats.tensors import write_tensors
from breastdce.imaging.anatomical import Anatomical
from breastdce.run.training_cases import open_case, store_arrays
from breastdce.run.training_folder import ModelFolder
from breastdce.run.training_job import FitJob
from breastdce.segment.net.forms import ready_form
from breastdce.segment.net.launch import Compute, launch
from breastdce.segment.net.predict import predict_exam
from breastdce.segment.postprocess import mask_of
from breastdce.segment.preset import shipped_preset
from breastdce.segment.sampling import Stream
from breastdce.segment.scores import score
from breastdce.segment.windows import window_plan
from breastdce.testing.trial.exam import learning_exam

RESULTS = Path(__file__).parent / "results" / "segment_tiny.json"
VALIDATION = 3
"""Of the exams to learn from, those that only validate."""


def store(cases: Path, seed: int, index: int, shape: int) -> str:
    """Make and store one exam; its name."""
    exam = learning_exam(seed, index, (shape, shape, shape))
    along = Anatomical.of(exam.grid)
    images = np.stack([along.view(phase) for phase in exam.images])
    label, breast = along.view(exam.label), along.view(exam.breast)
    name = f"exam{index:03d}"
    store_arrays(cases, name, images, label, np.ascontiguousarray(breast))
    return name


def say(name: str, epochs: int, log: object) -> None:
    """One line an epoch."""
    print(
        f"{name} {log.epoch}/{epochs} loss {log.loss_train:.3f} val {log.loss_val:.3f} "
        f"patches' Dice {log.dice_hard_val_mean:.3f} {log.patches_per_s:.2f} patches/s",
        flush=True,
    )


def main() -> None:
    """Train, predict, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=20)
    parser.add_argument("--shape", type=int, default=96)
    parser.add_argument("--train", type=int, default=24)
    parser.add_argument("--test", type=int, default=8)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--keep", action="store_true")
    args = parser.parse_args()
    preset = shipped_preset("tiny")
    with tempfile.TemporaryDirectory() as scratch:
        cases = Path(scratch) / "cases"
        names = [store(cases, args.seed, n, args.shape) for n in range(args.train + args.test)]
        folder = ModelFolder(Path(scratch) / "model")
        job = FitJob(
            name="tiny",
            folder=folder,
            cases=cases,
            train=tuple(names[: args.train - VALIDATION]),
            val=tuple(names[args.train - VALIDATION : args.train]),
            preset=preset,
            patch=preset.sampling.patch,
            batch=preset.sampling.batch,
            stream=Stream(args.seed),
            threads=args.threads,
            workers=0,
            on_epoch=say,
        )
        started = time.perf_counter()
        launch(Compute(accelerator="cpu", threads=args.threads, precision="auto"), job)
        seconds = time.perf_counter() - started
        weights = folder.weights()
        if args.model is not None:
            write_tensors(args.model, weights)
        form = ready_form(preset.network, 3, weights, threads=args.threads)
        rows = [row(cases, name, form, preset) for name in names[args.train :]]
    dice = [found["dice"] for found in rows]
    print(f"trained {seconds:.0f} s on {args.threads} threads")
    print(f"Dice mean {np.mean(dice):.3f} median {np.median(dice):.3f} least {min(dice):.3f}")
    if args.keep:
        kept = {"seed": args.seed, "train_s": round(seconds), "rows": rows}
        RESULTS.write_text(json.dumps(kept, indent=1) + "\n")
    print(f"ratio {np.mean(dice):.3f}")


def row(cases: Path, name: str, form: object, preset: object) -> dict[str, object]:
    """Predict one unseen exam and score it."""
    case = open_case(cases, name)
    plan = window_plan(preset.prediction, preset.sampling.patch)
    images = np.asarray(case.images, np.float32)
    found = predict_exam(images, [form], plan, floor=case.floor, regions=[case.breast])
    grid = Grid(case.label.shape, (1.0, 1.0, 1.0), np.eye(3), (0.0, 0.0, 0.0))
    mask = mask_of(found.probability, grid, preset.prediction.threshold, "stv")
    scores = score(mask, Mask(np.asarray(case.label) > 0, grid))
    print(
        f"{name} Dice {scores.dice:.3f} HD95 {scores.hd95_mm:.1f} mm, "
        f"{scores.volume_ml:.1f} of {scores.reference_ml:.1f} mL",
        flush=True,
    )
    return {
        "exam": name,
        "dice": round(scores.dice, 4),
        "hd95_mm": round(scores.hd95_mm, 2),
        "volume_ml": round(scores.volume_ml, 3),
        "reference_ml": round(scores.reference_ml, 3),
    }


if __name__ == "__main__":
    main()
