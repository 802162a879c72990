"""Our scan of headers beside pydicom and gdcm.Scanner, in one run.

    python benchmarks/header_scan.py [--folder FOLDER] [--repeat 3] [--growth 100000]

Makes slices (kept in FOLDER for a next run), checks every field of every one against pydicom, then
times the sides in turn on a warm cache; see README.md. The last line is `ratio <number>`: pydicom
over ours, of wall and CPU time the smaller ratio.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from measure import machine, whole_process

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results" / "header_scan.json"
JOBS = 2
WHOLE = 10_000
"""Results of fewer slices are not kept."""
SIDES = {
    "ours": "ours",
    "pydicom": "pydicom, the same elements",
    "pydicom alone": "pydicom, no element looked at",
    "pydicom specific": "pydicom, specific_tags",
    "gdcm": "gdcm.Scanner, the same elements",
    "open": "open, read 16 kB, close",
}
GROWTH = {"ours": "scan alone", "inventory": "inventory"}
GROWTH_STEPS = 5  # each twice the one before
EXTRAPOLATED = 500_000
SMALL_BYTES = 16_384  # of a file that is copied for growth, so that disk is no matter


class Sample(NamedTuple):
    """What one run of a side took."""

    files: int
    wall_s: float
    cpu_s: float
    """User and system time of all its processes."""
    peak_mib: float
    """Largest resident memory of the process that collects."""
    worker_mib: float
    """Largest resident memory of one worker."""


Growth = dict[str, list[Sample]]


class Report(NamedTuple):
    """What a run found."""

    machine: Mapping[str, object]
    repeat: int
    sides: Mapping[str, Sample]
    growth: Growth
    slope: float
    """Of CPU over files in a logarithmic plot."""
    kept_bytes_per_file: float
    """Of an inventory: records, paths and what finding and comparing them needs."""
    extrapolated_mib: float
    ratio: float
    """pydicom over ours."""
    ratio_gdcm: float


def main() -> int:
    """Make, check, measure, report."""
    args = _arguments()
    with _folder(args.folder) as folder:
        paths = _slices(folder / "slices", args.count)
        listed = _list(folder / "slices.txt", paths)
        wrong = _check(listed)
        if wrong:
            _say(f"{wrong} files differ from pydicom: nothing was timed")
            return 1
        _say("one pass that is not measured")
        _run("open", listed)
        sides = _rounds(listed, args.repeat)
        growth = _growth(folder, paths, args.growth)
    report = _report(sides, growth, args.repeat)
    print("\n".join(_lines(report)))
    if len(paths) >= WHOLE:
        RESULTS.write_text(_document(report), encoding="utf-8")
    print(f"ratio {report.ratio:.2f}")
    return 0


def _document(report: Report) -> str:
    """Write the report as JSON, its samples by the names of their quantities."""
    plain = report._asdict()
    plain["sides"] = {side: sample._asdict() for side, sample in report.sides.items()}
    plain["growth"] = {side: [s._asdict() for s in runs] for side, runs in report.growth.items()}
    return json.dumps(plain, indent=1) + "\n"


def ratio(side: Sample, ours: Sample) -> float:
    """How many times as long as ours a side takes, by wall or CPU time, whichever is less."""
    return min(side.wall_s / ours.wall_s, side.cpu_s / ours.cpu_s)


def median(samples: Sequence[Sample]) -> Sample:
    """Median of each quantity; all have the same number of files."""
    columns = [statistics.median(column) for column in zip(*samples, strict=True)]
    return Sample(samples[0].files, *columns[1:])


def slope(points: Iterable[tuple[float, float]]) -> float:
    """Slope of the line through (count, time) in a logarithmic plot; 1 where time is linear."""
    pairs = [(math.log(count), math.log(value)) for count, value in points]
    return statistics.linear_regression(*zip(*pairs, strict=True)).slope


def bytes_per_file(points: Sequence[tuple[int, float]]) -> float:
    """Slope of memory in MiB over files, in bytes a file."""
    counts, mib = zip(*points, strict=True)
    return statistics.linear_regression(counts, mib).slope * 2**20


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--count", type=int, default=10_000, help="slices to compare on")
    parser.add_argument("--growth", type=int, default=100_000, help="slices to grow to")
    parser.add_argument("--repeat", type=int, default=3, help="medians are of so many")
    parser.add_argument("--folder", type=Path, help="where slices are kept; else temporary")
    return parser.parse_args()


@contextmanager
def _folder(kept: Path | None) -> Iterator[Path]:
    if kept is not None:
        kept.mkdir(parents=True, exist_ok=True)
        yield kept.resolve()
        return
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def _slices(folder: Path, count: int) -> list[str]:
    if not folder.exists():
        _say(f"making {count} slices")
        _python(["slices.py", folder, "--count", str(count)], folder.parent / "slices.log")
    return sorted(map(str, folder.rglob("*.dcm")))


def _list(file: Path, paths: Sequence[str]) -> Path:
    file.write_text("\n".join(paths) + "\n", encoding="utf-8")
    return file


def _check(listed: Path) -> int:
    """Count the files of which a field is not what pydicom reads."""
    _say("comparing every field with pydicom's")
    return int(_python(["header_check.py", listed], listed.with_suffix(".log")))


def _python(command: list[str | Path], log: Path) -> str:
    """Run a script of this folder; return the last line it said."""
    script, *rest = command
    whole_process([sys.executable, HERE / script, *rest], 1, log)
    return log.read_text(encoding="utf-8").splitlines()[-1]


def _run(side: str, listed: Path) -> Sample:
    log = listed.with_suffix(".log")
    told = json.loads(_python(["header_sides.py", side, listed, "--jobs", str(JOBS)], log))
    return Sample(**told)


def _rounds(listed: Path, repeat: int) -> dict[str, Sample]:
    """Let the sides take turns, so that other load on the machine hits all of them."""
    samples: dict[str, list[Sample]] = {side: [] for side in SIDES}
    for number in range(repeat):
        for side, runs in samples.items():
            _say(f"round {number + 1}: {SIDES[side]}")
            runs.append(_run(side, listed))
    return {side: median(runs) for side, runs in samples.items()}


def _growth(folder: Path, paths: Sequence[str], largest: int) -> Growth:
    """Scan, and scan and keep, ever more copies of the smaller files."""
    small = [path for path in paths if Path(path).stat().st_size <= SMALL_BYTES]
    copies = math.ceil(largest / len(small))
    target = folder / f"growth-{copies}"
    if not target.exists():
        _say(f"making {copies} copies of {len(small)} slices")
        command: list[str | Path] = ["slices.py", target, "--copies", str(copies)]
        command += ["--of", _list(folder / "small.txt", small)]
        _python(command, folder / "growth.log")
    every = sorted(map(str, target.rglob("*.dcm")))
    found: Growth = {"ours": [], "inventory": []}
    for step in reversed(range(GROWTH_STEPS)):
        listed = _list(folder / "growth.txt", every[: len(small) * max(1, copies >> step)])
        _run("open", listed)
        for side, runs in found.items():
            _say(f"{side}, {1 / 2**step:.3f} of the copies")
            runs.append(_run(side, listed))
    return found


def _report(sides: Mapping[str, Sample], growth: Growth, repeat: int) -> Report:
    scans, whole = growth["ours"], growth["inventory"]
    kept = bytes_per_file([(sample.files, sample.peak_mib) for sample in whole])
    return Report(
        machine={**machine(), "pydicom": version("pydicom"), "gdcm": version("python-gdcm")},
        repeat=repeat,
        sides=sides,
        growth=growth,
        slope=slope((sample.files, sample.cpu_s) for sample in scans),
        kept_bytes_per_file=kept,
        extrapolated_mib=whole[-1].peak_mib + (EXTRAPOLATED - whole[-1].files) * kept / 2**20,
        ratio=ratio(sides["pydicom"], sides["ours"]),
        ratio_gdcm=ratio(sides["gdcm"], sides["ours"]),
    )


def _lines(report: Report) -> Iterator[str]:
    said = report.machine
    yield f"{said['cpu']}, {said['cores']} cores, Python {said['python']}"
    yield f"pydicom {said['pydicom']}, gdcm {said['gdcm']}"
    ours = report.sides["ours"]
    yield ""
    yield f"{ours.files} slices, {JOBS} processes, warm cache, medians of {report.repeat}"
    yield f"{'':<34}{'wall s':>8}{'CPU s':>8}{'files/s':>9}{'/ ours: wall':>14}{'CPU':>8}"
    for side, sample in report.sides.items():
        yield (
            f"{SIDES[side]:<34}{sample.wall_s:>8.2f}{sample.cpu_s:>8.2f}"
            f"{sample.files / sample.wall_s:>9.0f}"
            f"{sample.wall_s / ours.wall_s:>14.2f}{sample.cpu_s / ours.cpu_s:>8.2f}"
        )
    floor = report.sides["open"]
    yield f"open+read+close alone: {floor.files / floor.wall_s:.0f} files/s, the limit of any scan"
    yield f"gdcm.Scanner over ours: {report.ratio_gdcm:.2f}"
    yield ""
    yield "growth             files  CPU s  us/file  peak MiB  of a worker"
    for side, samples in report.growth.items():
        for sample in samples:
            yield (
                f"{GROWTH[side]:<14}{sample.files:>10}{sample.cpu_s:>7.1f}"
                f"{1e6 * sample.cpu_s / sample.files:>9.0f}"
                f"{sample.peak_mib:>10.1f}{sample.worker_mib:>13.1f}"
            )
    yield f"CPU grows as files to the power {report.slope:.3f}"
    yield (
        f"kept: {report.kept_bytes_per_file:.0f} bytes a file; "
        f"{EXTRAPOLATED} files would peak at {report.extrapolated_mib:.0f} MiB"
    )


def _say(words: str) -> None:
    """Tell how far it is, apart from the report."""
    print(f"{time.strftime('%H:%M:%S')} {words}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
