"""One side of `segment_inference.py`: one exam, in a process of its own, and what it took.

    segment_inference_side.py SIDE CASE --threads 2 --base 30 --out FILE.npy [--weights FILE]

SIDE is `ours`, `monai` (sliding window, 128 x 128 x 128, overlap 0.25, Gaussian) or `layers` (the
network as torch has it, in one pass). The clock runs from trained weights and images in memory to
the probability of the tumor; both sides have done a small volume before. Prints JSON.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.numpy import load_file

from breastdce.segment.inference_memory import memory_of
from breastdce.segment.net.build import build_network
from breastdce.segment.net.forms import ready_form
from breastdce.segment.net.predict import predict_exam
from breastdce.segment.net.weights import fill_network, weights_of
from breastdce.segment.preset import ResUNetParams
from breastdce.segment.profile import fast_walk
from breastdce.segment.windows import Shape, WindowPlan

Array = NDArray[np.float32]
Predict = Callable[[Array], Array]
EXAM = (200, 200, 132)
CASES: Mapping[str, Shape] = {"exam": EXAM, "breast": (144, 112, 112), "small": (48, 48, 48)}
"""The whole, the box of one breast with its margin, and something to try out on."""
WINDOW = (128, 128, 128)
MEMORY = 4 * 10**9
SEED = 14


def main() -> None:
    """Prepare, warm up, predict, print."""
    args = _arguments()
    torch.set_num_threads(args.threads)
    weights = _weights(args.base, args.weights)
    predict = SIDES[args.side](ResUNetParams(base=args.base), weights, args.threads)
    predict(exam((16, 32, 16)))
    images = exam(CASES[args.case])
    cpu, wall = time.process_time(), time.perf_counter()
    probability = predict(images)
    spent = {"wall_s": time.perf_counter() - wall, "cpu_s": time.process_time() - cpu}
    np.save(args.out, probability)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9
    print(json.dumps({**spent, "peak_gb": peak}))


def exam(shape: Shape) -> Array:
    """Three phases that look like a z-scored exam in what matters: mean, SD, smooth and rough."""
    from scipy import ndimage

    rng = np.random.default_rng(SEED)
    smooth = ndimage.gaussian_filter(rng.standard_normal(shape), 6, mode="wrap")
    smooth /= smooth.std()
    return np.stack(
        [smooth + 0.3 * n * (smooth > 1) + 0.2 * rng.standard_normal(shape) for n in range(3)]
    ).astype(np.float32)


def _weights(base: int, file: Path | None) -> dict[str, NDArray[Any]]:
    if file is not None:
        return dict(load_file(file))
    torch.manual_seed(SEED)
    return weights_of(build_network(ResUNetParams(base=base), 3))


def _ours(params: ResUNetParams, weights: dict[str, NDArray[Any]], threads: int) -> Predict:
    """The fast profile, the network's change of form inside the clock."""

    def predict(images: Array) -> Array:
        form = ready_form(params, len(images), weights, threads=threads)
        i, j, k = images.shape[1:]
        memory = memory_of(
            params,
            sum(array.size for array in weights.values()),
            phases=len(images),
            threads=threads,
            most=MEMORY,
            by_layers=False,
        )
        plan = WindowPlan(window=WINDOW)
        walk = fast_walk(plan, (i, j, k), None, form.divisor, memory)
        return predict_exam(images, [form], walk.plan, floor=float(images.min())).probability

    return predict


def _network(params: ResUNetParams, weights: dict[str, NDArray[Any]]) -> torch.nn.Module:
    network = build_network(params, 3).eval()
    fill_network(network, weights)
    return network


def _monai(params: ResUNetParams, weights: dict[str, NDArray[Any]], _threads: int) -> Predict:
    from monai.inferers.utils import sliding_window_inference

    network = _network(params, weights)

    @torch.inference_mode()
    def predict(images: Array) -> Array:
        given = torch.from_numpy(images)[None]
        logits = sliding_window_inference(given, WINDOW, 1, network, overlap=0.25, mode="gaussian")
        return np.asarray(torch.softmax(cast(torch.Tensor, logits), dim=1)[0, 1].numpy())

    return predict


def _layers(params: ResUNetParams, weights: dict[str, NDArray[Any]], _threads: int) -> Predict:
    network = _network(params, weights)

    @torch.inference_mode()
    def predict(images: Array) -> Array:
        lacking = [-n % 16 for n in images.shape[1:]]
        margins = [(0, 0), *((n // 2, n - n // 2) for n in lacking)]
        padded = np.pad(images, margins, constant_values=images.min())
        logits = network(torch.from_numpy(padded)[None])
        inside = tuple(
            slice(some // 2, some // 2 + n)
            for some, n in zip(lacking, images.shape[1:], strict=True)
        )
        return np.asarray(torch.softmax(logits, dim=1)[0, 1].numpy()[inside])

    return predict


SIDES = {"ours": _ours, "monai": _monai, "layers": _layers}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("side", choices=SIDES)
    parser.add_argument("case", choices=CASES)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--base", type=int, default=30)
    parser.add_argument("--weights", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    return parser.parse_args()


if __name__ == "__main__":
    main()
