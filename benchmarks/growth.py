"""How the time grows with the region, from 10^3 to 10^6 voxels.

    python benchmarks/growth.py FOLDER [--repeat 5] [--out PLOT.svg]

FOLDER holds what `cases.py` writes. Features only, one thread; files are read before the clock
starts. The last line is JSON.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from pathlib import Path

import numpy as np
from cases import GROWTH_VOXELS
from peers.ours_panel import panel_text
from peers.protocol import SHARED
from plot import Line, log_log

from breastdce.formats.nifti import read_mask, read_volume
from breastdce.radiomics.extract import extract_features
from breastdce.radiomics.panel import load_panel, parse_panel

SEVEN_TITLE, CAPTK_TITLE = "seven families", "captk panel"


def grow(folder: Path, repeat: int) -> dict[str, list[float]]:
    """Median CPU seconds for each number of voxels, by panel; sizes take turns."""
    panels = {
        CAPTK_TITLE: load_panel("captk"),
        SEVEN_TITLE: parse_panel(panel_text(SHARED), "benchmark"),
    }
    image = read_volume(folder / "growth.nii.gz")
    masks = [read_mask(folder / f"growth-{voxels}.nii.gz") for voxels in GROWTH_VOXELS]
    times: dict[str, list[list[float]]] = {name: [[] for _ in masks] for name in panels}
    for round_ in range(repeat + 1):
        for name, panel in panels.items():
            for mask, found in zip(masks, times[name], strict=True):
                start = time.process_time()
                extract_features(image, mask, panel, threads=1)
                if round_ > 0:  # the first warms up
                    found.append(time.process_time() - start)
    return {name: [statistics.median(one) for one in every] for name, every in times.items()}


def slopes(seconds: list[float]) -> tuple[float, float]:
    """Slope of log time over log voxels: of all sizes, and of the steepest tenfold."""
    x, y = np.log10(GROWTH_VOXELS), np.log10(seconds)
    return float(np.polyfit(x, y, 1)[0]), float((np.diff(y) / np.diff(x)).max())


def main() -> None:
    """Measure, draw, and print the slopes."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    seconds = grow(args.folder, args.repeat)
    if args.out:
        lines = [
            Line(f"{name}, slope {slopes(one)[0]:.2f}", list(GROWTH_VOXELS), one)
            for name, one in seconds.items()
        ]
        text = log_log(lines, "voxels of the region", "CPU seconds, one thread")
        args.out.write_text(text, encoding="utf-8")
    told = {
        name: {"cpu_s": one, "slope": slopes(one)[0], "steepest": slopes(one)[1]}
        for name, one in seconds.items()
    }
    print(json.dumps({"voxels": GROWTH_VOXELS, "panels": told}))


if __name__ == "__main__":
    main()
