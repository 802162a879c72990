"""Our whole main job beside the straightforward pipeline of peers, on one exam, in one run.

    python benchmarks/main_job.py DICOM [--series dce] --peer PYTHON [--repeat 3] [--keep]

DICOM holds one exam; the peers get its folder SERIES alone, ours everything. PYTHON is that of a
virtual environment with dcm2niix, SimpleITK, SciPy and PyRadiomics; see README.md. The last line is
`ratio <number>`: wall time of the peers over ours, after imports.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from measure import machine, whole_process

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results" / "main_job.json"
PEER = HERE / "peers" / "run_main_job.py"
OURS = HERE / "main_job_side.py"
THREADS = 2


class Run(NamedTuple):
    """Wall time of one run, s."""

    stages: Mapping[str, float]
    whole: float
    """Of the process, start and imports included."""

    @property
    def after_imports(self) -> float:
        """All stages."""
        return sum(self.stages.values())


def main() -> int:
    """Run the sides in turn and compare their medians."""
    args = _arguments()
    runs: dict[str, list[Run]] = {"ours": [], "peers": [], "peers, N4 in Otsu's mask": []}
    dicom: Path = args.dicom
    with tempfile.TemporaryDirectory() as scratch:
        for turn in range(args.repeat + 1):  # the first fills caches of files and is not counted
            for side, calls in runs.items():
                out = Path(scratch) / f"{turn}-{side[-4:]}"
                call = _call(side, args.peer, dicom, args.series, out)
                calls.append(_run(call, out))
                print(f"{side}: {calls[-1].after_imports:.2f} s", file=sys.stderr, flush=True)
    found = {side: median(calls[1:]) for side, calls in runs.items()}
    print("\n".join(_lines(found)))
    ratios = {side: _ratios(run, found["ours"]) for side, run in found.items() if side != "ours"}
    if args.keep:
        RESULTS.write_text(_document(found, ratios, args.repeat), encoding="utf-8")
    print(f"ratio {ratios['peers'][0]:.2f}")
    return 0


def median(runs: Iterable[Run]) -> Run:
    """Median of each stage and of the whole."""
    listed = list(runs)
    stages = {
        stage: statistics.median(run.stages[stage] for run in listed) for stage in listed[0].stages
    }
    return Run(stages, statistics.median(run.whole for run in listed))


def _ratios(side: Run, ours: Run) -> tuple[float, float]:
    return side.after_imports / ours.after_imports, side.whole / ours.whole


def _call(side: str, peer: Path, dicom: Path, series: str, out: Path) -> list[str | Path]:
    notes = out.with_suffix(".json")
    if side == "ours":
        return [sys.executable, OURS, dicom, out, "--json", notes]
    mask = [] if side == "peers" else ["--mask"]
    return [peer, PEER, dicom / series, out, *mask, "--json", notes]


def _run(call: list[str | Path], out: Path) -> Run:
    cost = whole_process(call, THREADS, out.with_suffix(".log"))
    stages = json.loads(out.with_suffix(".json").read_text(encoding="utf-8"))
    if call[1] == OURS:  # which loads more than the job needs: the command itself, for the whole
        again = out.with_name(f"{out.name}-again")
        program = [sys.executable, "-m", "breastdce", "run", call[2], again]
        cost = whole_process(program, THREADS, again.with_suffix(".log"))
    return Run(stages, cost.wall_s)


def _lines(found: Mapping[str, Run]) -> Iterable[str]:
    for side, run in found.items():
        after, whole = _ratios(run, found["ours"])
        yield f"{side}: {run.after_imports:.2f} s after imports, {run.whole:.2f} s as a process"
        yield "  " + ", ".join(f"{stage} {took:.3f}" for stage, took in run.stages.items())
        if side != "ours":
            yield f"  {after:.1f} times ours after imports, {whole:.1f} times as processes"


def _document(
    found: Mapping[str, Run], ratios: Mapping[str, tuple[float, float]], repeat: int
) -> str:
    plain = {
        "machine": machine(),
        "date": time.strftime("%Y-%m-%d"),
        "repeat": repeat,
        "sides": {side: run._asdict() for side, run in found.items()},
        "ratios": {
            side: {"after_imports": after, "whole_process": whole}
            for side, (after, whole) in ratios.items()
        },
    }
    return json.dumps(plain, indent=1) + "\n"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dicom", type=Path, help="folder of one exam")
    parser.add_argument("--series", default="dce", help="folder of the dynamic series in DICOM")
    parser.add_argument("--peer", type=Path, required=True, help="Python of the peers")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--keep", action="store_true", help="keep the figures in results/")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
