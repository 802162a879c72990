"""What the preset `tiny` learns of 24 generated exams in a quarter of an hour on two cores.

    python benchmarks/segment_tiny.py [--seed 20] [--shape 96] [--train 24] [--test 8] [--keep]

Trains on exams 0 to 23 of the cohort, predicts the next 8 as `segment predict` does, and prints
Dice, HD95 and volumes of each, the time, and last `ratio <mean hard Dice>`. With --keep the
figures are written to results/segment_tiny.json, and the weights to --model.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from pathlib import Path

import numpy as np
from generated import predict_row, store, train
from measure import machine

from breastdce.formats.tensors import write_tensors
from breastdce.segment.net.forms import ready_form
from breastdce.segment.preset import shipped_preset

RESULTS = Path(__file__).parent / "results" / "segment_tiny.json"


def main() -> None:
    """Train, predict, print."""
    args = _arguments()
    preset = shipped_preset("tiny")
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        cases = scratch / "cases"
        shape = (args.shape, args.shape, args.shape)
        names = [store(cases, args.seed, n, shape) for n in range(args.train + args.test)]
        started = time.perf_counter()
        weights = train(scratch, cases, names[: args.train], preset, args.seed, args.threads)
        seconds = time.perf_counter() - started
        if args.model is not None:
            write_tensors(args.model, weights)
        form = ready_form(preset.network, 3, weights, threads=args.threads)
        rows = [predict_row(cases, name, form, preset) for name in names[args.train :]]
    dice = [row.dice for row in rows]
    print(f"trained {seconds:.0f} s on {args.threads} threads")
    one_pass = float(np.mean([row.dice_one_pass for row in rows]))
    print(f"Dice mean {np.mean(dice):.3f} median {np.median(dice):.3f} least {min(dice):.3f}")
    print(f"Dice in one pass, mean {one_pass:.3f}")
    if args.keep:
        kept = {
            "machine": {**machine(), "load": os.getloadavg()[0]},
            "seed": args.seed,
            "threads": args.threads,
            "train_s": round(seconds),
            "dice_mean": round(float(np.mean(dice)), 4),
            "dice_one_pass_mean": round(one_pass, 4),
            "rows": [row._asdict() for row in rows],
        }
        RESULTS.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    print(f"ratio {np.mean(dice):.3f}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seed", type=int, default=20, help="of the cohort")
    parser.add_argument("--shape", type=int, default=96, help="voxels of 1 mm along each axis")
    parser.add_argument("--train", type=int, default=24, help="exams to learn from")
    parser.add_argument("--test", type=int, default=8, help="exams to predict")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--model", type=Path, metavar="FILE", help="where the weights go")
    parser.add_argument("--keep", action="store_true", help="keep the figures in results/")
    return parser.parse_args()


if __name__ == "__main__":
    main()
