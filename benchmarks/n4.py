"""Our N4 beside SimpleITK's: equality of the log field, CPU time, memory.

    python benchmarks/n4.py [--data FOLDER] [--quick] [--keep]

FOLDER holds the unpacked exams ucsf_br_06 and duke_153; phantoms are made. Each case runs in a
process of its own in which the sides take turns on one thread; see README.md. The last line is
`ratio <number>`: the geometric mean over the cases of SimpleITK's CPU time over ours.

This process imports the standard library only, so that the peak memory of its children is theirs.
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import os
import statistics
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from measure import machine, whole_process

HERE = Path(__file__).resolve().parent
SIDE = HERE / "n4_side.py"
RESULTS = HERE / "results"
EXAMS = ("ucsf_pre", "ucsf_post", "duke_pre")
PHANTOMS = tuple(f"phantom{number}" for number in range(5))
OURS = 5
"""Runs of ours that a median is of."""
SLOW = (("duke_pre", 4, "all"), ("phantom1", 4, "all"))
"""A minute each of SimpleITK: left out of a quick run."""
PICTURED = ("phantom0", 4, "otsu")
PEAKS = (("ucsf_post", 4, "otsu"), ("ucsf_post", 4, "all"), ("phantom0", 2, "all"))
"""Cases whose memory is measured."""
APART, APART_TIE, CORRELATION, RATIO, MEAN_RATIO = 0.01, 0.02, 0.9999, 60.0, 100.0
"""What is promised: of the log field, without and with a tie; of the grid; of CPU time."""
TIE = 1e-3
"""A larger difference is taken for a tie: rounding decides the bin of the brightest voxel."""

Case = tuple[str, int, str]


class Row(NamedTuple):
    """One case: image, every n-th voxel, `otsu` or `all` voxels; CPU seconds of both sides."""

    image: str
    shrink: int
    mask: str
    samples: int
    iterations: Sequence[int]
    """Ours, by level."""
    itk_last_level: int
    apart: float
    correlation: float
    own_s: float
    itk_s: float
    itk_runs: int

    @property
    def ratio(self) -> float:
        """SimpleITK's CPU time over ours."""
        return self.itk_s / self.own_s

    @property
    def is_tie(self) -> bool:
        """Whether the sides took a different way at some voxel."""
        return self.apart > TIE

    @property
    def title(self) -> str:
        """Name of the case."""
        return f"{self.image} /{self.shrink} {self.mask}"


class Bar(NamedTuple):
    """A promise and what was found."""

    promise: str
    found: str
    holds: bool


def main() -> int:
    """Measure every case, report, say what holds."""
    args = _arguments()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        cases = _cases(folder, args.data, is_quick=args.quick)
        rows = []
        for case in cases:
            rows.append(_measured(folder, case, 1 if args.quick or case[1] == 2 else OURS))
            print(_line(rows[-1]), flush=True)
            if case == PICTURED and args.keep:
                _part("picture", str(folder), case[0], str(RESULTS / "n4-field.svg"))
        peaks = [_peaks(folder, case) for case in PEAKS if case in cases]
    judged = list(bars(rows))
    print("\n".join(_closing(peaks, judged)))
    if args.keep:
        text = _document(rows, peaks, judged, is_quick=args.quick)
        (RESULTS / "n4.json").write_text(text, encoding="utf-8")
    print(f"ratio {mean_ratio(rows):.1f}")
    return 0


def mean_ratio(rows: Iterable[Row]) -> float:
    """Geometric mean."""
    return math.exp(statistics.fmean(math.log(row.ratio) for row in rows))


def bars(rows: Sequence[Row]) -> Iterator[Bar]:
    """Judge every promise; what is not a number holds none."""
    for promise, limit, is_tie in (
        ("log field at most 0.01 apart", APART, False),
        ("log field at most 0.02 apart where a tie decides", APART_TIE, True),
    ):
        such = [row for row in rows if row.is_tie == is_tie]
        if such:
            worst = max(such, key=lambda row: (math.isnan(row.apart), row.apart))
            yield _bar(promise, worst, worst.apart, worst.apart <= limit)
    least = min(rows, key=lambda row: (not math.isnan(row.correlation), row.correlation))
    found = least.correlation
    yield _bar("correlation at least 0.9999", least, found, found >= CORRELATION)
    slowest = min(rows, key=lambda row: row.ratio)
    yield _bar("ratio at least 60 in every case", slowest, slowest.ratio, slowest.ratio >= RATIO)
    mean = mean_ratio(rows)
    promise = "ratio at least 100 in the geometric mean"
    yield Bar(promise, f"{mean:.1f} over {len(rows)} cases", mean >= MEAN_RATIO)


def _bar(promise: str, row: Row, figure: float, holds: bool) -> Bar:
    return Bar(promise, f"{figure:.6g} in {row.title}", holds)


def _arguments() -> argparse.Namespace:
    cache = Path(os.environ.get("BREASTDCE_TEST_DATA", Path.home() / ".cache/breastdce-test-data"))
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, default=cache, help="folder of unpacked exams")
    parser.add_argument(
        "--quick", action="store_true", help="shrink 4, two phantoms, SimpleITK once"
    )
    parser.add_argument("--keep", action="store_true", help="write results/n4.json and a picture")
    return parser.parse_args()


def _cases(folder: Path, data: Path, *, is_quick: bool) -> list[Case]:
    """Make the images; those whose exam is not there are named and left out."""
    images = (*EXAMS, *(PHANTOMS[:2] if is_quick else PHANTOMS))
    missing = _part("make", str(data.resolve()), str(folder), *images)["missing"]
    for name in missing:
        print(f"{name}: its exam is not in {data}, left out")
    shrinks = (4,) if is_quick else (4, 2)
    there = [image for image in images if image not in missing]
    cases = itertools.product(there, shrinks, ("otsu", "all"))
    return [case for case in cases if not (is_quick and case in SLOW)]


def _measured(folder: Path, case: Case, itk_runs: int) -> Row:
    told = _part("turns", str(folder), *map(str, case), str(OURS), str(itk_runs))
    return Row(*case, **told, itk_runs=itk_runs)


def _peaks(folder: Path, case: Case) -> Mapping[str, object]:
    sides = {
        side: _part("peak", side, str(folder), *map(str, case))["mib"] for side in ("own", "itk")
    }
    return {"case": case, **sides}


def _part(*words: str) -> dict[str, Any]:
    """Run a part of the other script alone on one thread; what it says in its last line."""
    with tempfile.NamedTemporaryFile(suffix=".log") as log:
        whole_process([sys.executable, SIDE, *words], 1, Path(log.name))
        told: dict[str, Any] = json.loads(Path(log.name).read_text("utf-8").splitlines()[-1])
    return told


def _line(row: Row) -> str:
    levels = "-".join(map(str, row.iterations))
    return (
        f"{row.title:<19}{row.samples:>8} samples, {levels:<12} iterations "
        f"(SimpleITK's last {row.itk_last_level}), apart {row.apart:.1e}, "
        f"correlation {row.correlation:.7f}, CPU {1e3 * row.own_s:.1f} ms beside "
        f"{row.itk_s:.2f} s of {row.itk_runs}, ratio {row.ratio:.1f}"
        f"{', tie' if row.is_tie else ''}"
    )


def _closing(peaks: Iterable[Mapping[str, Any]], judged: Iterable[Bar]) -> Iterator[str]:
    said = machine()
    yield f"{said['cpu']}, {said['cores']} cores, Python {said['python']}, one thread, CPU time"
    yield f"medians of {OURS} for ours, of as many as each line says for SimpleITK's"
    for peak in peaks:
        image, shrink, mask = peak["case"]
        yield (
            f"memory of {image} /{shrink} {mask}: ours {peak['own']:.0f} MiB, "
            f"SimpleITK's {peak['itk']:.0f} MiB"
        )
    for bar in judged:
        yield f"{'holds ' if bar.holds else 'misses'} {bar.promise}: {bar.found}"


def _document(
    rows: Sequence[Row],
    peaks: Sequence[Mapping[str, object]],
    judged: Sequence[Bar],
    *,
    is_quick: bool,
) -> str:
    report = {
        "machine": machine(),
        "quick": is_quick,
        "own_runs": OURS,
        "cases": [row._asdict() | {"ratio": row.ratio, "tie": row.is_tie} for row in rows],
        "memory": peaks,
        "bars": [bar._asdict() for bar in judged],
        "ratio": mean_ratio(rows),
    }
    return json.dumps(report, indent=1) + "\n"


if __name__ == "__main__":
    sys.exit(main())
