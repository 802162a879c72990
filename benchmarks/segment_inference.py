"""Our fast profile on a CPU beside MONAI's sliding window, the same network, in one run.

    python benchmarks/segment_inference.py [--repeat 1] [--threads 2] [--base 30] [--keep]

Each side predicts the same exam in processes of its own; see README.md. Compared first: our
probabilities with those of the network as torch has it, in the same windows. The last line is
`ratio <number>`: wall time of MONAI over ours for the whole exam.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import numpy as np
from measure import environment, machine

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results" / "segment_inference.json"
SIDE = HERE / "segment_inference_side.py"
TOLERANCE = 0.03
"""Largest difference of a probability from the network's own, as the acceptance has it."""
BARS = {"exam": 4.0, "breast": 10.0}
"""Least ratio of MONAI's wall time on the whole exam over ours, by what ours looks at."""
MOST_GB = 6.0
JOBS = (("layers", "breast"), ("ours", "breast"), ("ours", "exam"), ("monai", "breast"),
        ("monai", "exam"))  # fmt: skip


class Run(NamedTuple):
    """What one side took."""

    wall_s: float
    cpu_s: float
    peak_gb: float
    """Largest resident size of the process."""


Runs = dict[tuple[str, str], list[Run]]


def main() -> int:
    """Compare, measure, report."""
    args = _arguments()
    with tempfile.TemporaryDirectory() as scratch:
        files = {job: Path(scratch) / f"{'-'.join(job)}.npy" for job in JOBS}
        jobs = [job for job in JOBS if job[1] != "exam"] if args.quick else JOBS
        runs: Runs = {job: [] for job in jobs}
        for turn in range(args.repeat):
            for job in jobs:
                runs[job].append(_run(job, args, files[job]))
                print(f"{' '.join(job)}: {runs[job][-1]}", file=sys.stderr, flush=True)
                if turn == 0 and job == ("ours", "breast"):
                    apart = _apart(files[("layers", "breast")], files[job])
                    if not apart["largest"] <= TOLERANCE:
                        print(f"probabilities are {apart['largest']} apart")
                        return 1
        windows = {case: _apart(files["monai", case], files["ours", case]) for _, case in jobs}
    found = {job: median(some) for job, some in runs.items()}
    print("\n".join(_lines(found, apart, windows, args.threads)))
    if args.keep:
        RESULTS.write_text(_document(found, apart, windows, args), encoding="utf-8")
    case = "breast" if args.quick else "exam"
    print(f"ratio {found['monai', case].wall_s / found['ours', case].wall_s:.2f}")
    return 0


def median(runs: list[Run]) -> Run:
    """Median of each quantity."""
    return Run(*(statistics.median(values) for values in zip(*runs, strict=True)))


def _run(job: tuple[str, str], args: argparse.Namespace, out: Path) -> Run:
    weights = ["--weights", args.weights] if args.weights else []
    call = [sys.executable, SIDE, *job, "--threads", str(args.threads), "--base", str(args.base),
            *weights, "--out", out]  # fmt: skip
    answer = subprocess.run(
        call, stdout=subprocess.PIPE, check=True, env=environment(args.threads), text=True
    )
    return Run(**json.loads(answer.stdout.strip().split("\n")[-1]))


def _apart(one: Path, other: Path) -> dict[str, float]:
    """How far two probabilities are apart."""
    a, b = np.load(one), np.load(other)
    apart = np.abs(a - b)
    both = int(((a >= 0.5) & (b >= 0.5)).sum())
    either = int((a >= 0.5).sum() + (b >= 0.5).sum())
    return {
        "largest": float(apart.max()),
        "p99": float(np.percentile(apart, 99)),
        "mean": float(apart.mean()),
        "dice": 2 * both / either if either else float("nan"),
    }


def _lines(
    found: Mapping[tuple[str, str], Run],
    apart: Mapping[str, float],
    windows: Mapping[str, Mapping[str, float]],
    threads: int,
) -> Iterator[str]:
    said = machine()
    yield f"{said['cpu']}, {said['cores']} cores, Python {said['python']}, {threads} threads"
    yield f"{'side':<8}{'looks at':<10}{'wall s':>8}{'CPU s':>8}{'peak GB':>9}"
    for (side, case), run in found.items():
        yield f"{side:<8}{case:<10}{run.wall_s:>8.1f}{run.cpu_s:>8.1f}{run.peak_gb:>9.2f}"
    yield f"ours and layers, one breast: largest difference {apart['largest']:.1e}"
    for case, some in windows.items():
        yield (
            f"ours and MONAI's windows, {case}: mean {some['mean']:.4f}, 99 % {some['p99']:.4f}, "
            f"largest {some['largest']:.3f}, Dice at one half {some['dice']:.4f}"
        )
    for name, value, bar, good in _bars(found, apart):
        yield f"{name}: {value:.3g} ({bar}) {'holds' if good else 'misses'}"


def _bars(
    found: Mapping[tuple[str, str], Run], apart: Mapping[str, float]
) -> Iterator[tuple[str, float, str, bool]]:
    yield "probabilities", apart["largest"], f"at most {TOLERANCE}", apart["largest"] <= TOLERANCE
    whole = found.get(("monai", "exam"))
    if whole is None:
        return
    for case, least in BARS.items():
        ratio = whole.wall_s / found["ours", case].wall_s
        yield f"MONAI's exam over our {case}", ratio, f"at least {least:g}", ratio >= least
    peak = found["ours", "exam"].peak_gb
    yield "peak memory, GB", peak, f"under {MOST_GB:g}", peak < MOST_GB


def _document(
    found: Mapping[tuple[str, str], Run],
    apart: Mapping[str, float],
    windows: Mapping[str, Mapping[str, float]],
    args: argparse.Namespace,
) -> str:
    engines = {name: version(name) for name in ("torch", "monai", "numpy", "scipy", "numba")}
    plain = {
        "machine": {**machine(), **engines, "load": os.getloadavg()[0]},
        "date": time.strftime("%Y-%m-%d"),
        "repeat": args.repeat,
        "threads": args.threads,
        "base": args.base,
        "weights": "given" if args.weights else "not trained",
        "runs": {" ".join(job): run._asdict() for job, run in found.items()},
        "ours_from_layers": apart,
        "ours_from_windows": windows,
        "bars": [
            {"what": name, "value": value, "bar": bar, "holds": good}
            for name, value, bar, good in _bars(found, apart)
        ],
    }
    return json.dumps(plain, indent=1) + "\n"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--repeat", type=int, default=1, help="medians are of so many")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--base", type=int, default=30, help="width of the network")
    parser.add_argument("--weights", type=Path, help="safetensors of such a network, trained")
    parser.add_argument("--quick", action="store_true", help="one breast only")
    parser.add_argument("--keep", action="store_true", help="keep the figures in results/")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
