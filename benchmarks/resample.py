"""Our resampling and writing of images beside SimpleITK and nibabel, in one run.

    python benchmarks/resample.py DATASET [--repeat 7] [--keep]

DATASET is a data set that `breastdce run` made: its native phases are resampled, and its images,
maps and masks written. Every result is compared first; then the sides take turns in this process,
one thread each; see README.md. The last line is `ratio <number>`: the geometric mean of the CPU
time of SimpleITK's resampling over ours.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import nibabel as nib
import numpy as np
import SimpleITK as sitk
from measure import machine
from threadpoolctl import threadpool_limits

from breastdce.core.volume import Mask, Volume
from breastdce.formats.gzip_frame import compress_here
from breastdce.formats.nifti import read_mask, read_volume, write_mask, write_volume
from breastdce.formats.nifti_strict import inspect
from breastdce.imaging.itk import threads
from breastdce.imaging.resample import Edge, isotropic_grid, nearest
from breastdce.prepare.resample import ResampleParams, resample
from breastdce.prepare.zscore import ZscoreParams, zscore
from breastdce.testing.itk_oracle import to_image, with_grid

RESULTS = Path(__file__).resolve().parent / "results" / "resample.json"
PHASES = 3
ZLIB_LEVEL = 6
TOLERANCE = {"linear": 3e-7, "bspline": 1e-6, "nearest": 0.0}
"""Of the signal's maximum."""
KINDS = {
    "linear": sitk.sitkLinear,
    "bspline": sitk.sitkBSpline,
    "nearest": sitk.sitkNearestNeighbor,
}
WRITTEN = ("images/*_0001", "native/*_0001", "maps/*_pe", "maps/*_ser", "masks/*_ftv")
WAYS = ("none", "fast", "small")

Work = Callable[[], Any]


class Pair(NamedTuple):
    """Two ways to do one thing."""

    ours: Work
    theirs: Work


class Row(NamedTuple):
    """CPU seconds of both, of one exam."""

    exam: str
    kind: str
    ours_s: float
    theirs_s: float
    apart: float
    """Largest difference over the signal's maximum."""


class Written(NamedTuple):
    """One file written in several ways: CPU seconds and bytes by the name of the way."""

    exam: str
    kind: str
    stored_bytes: int
    cpu_s: Mapping[str, float]
    size: Mapping[str, int]


def main() -> int:
    """Compare, measure, report."""
    args = _arguments()
    folders = sorted(path.parent for path in args.dataset.glob("sub-*/ses-*/native"))
    with threadpool_limits(1), threads(1):
        rows = [row for folder in folders for row in _resampling(folder, args.repeat)]
        wrong = [row for row in rows if not row.apart <= TOLERANCE[row.kind]]
        if wrong or not rows:
            print("\n".join(map(str, wrong)) or "no exam there")
            return 1
        scores = [_normalizing(folder, args.repeat) for folder in folders]
        files = [file for folder in folders for file in _writing(folder, args.repeat)]
    ratio = geometric_mean(row.theirs_s / row.ours_s for row in rows)
    print("\n".join(_lines(rows, scores, files)))
    if args.keep:
        RESULTS.write_text(_document(rows, scores, files, args.repeat, ratio), encoding="utf-8")
    print(f"ratio {ratio:.2f}")
    return 0


def geometric_mean(ratios: Iterator[float]) -> float:
    """Mean of ratios that a factor moves the same whichever of them it is in."""
    return math.exp(statistics.fmean(map(math.log, ratios)))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("dataset", type=Path, help="made by `breastdce run`")
    parser.add_argument("--repeat", type=int, default=7, help="medians are of so many")
    parser.add_argument("--keep", action="store_true", help="write results/resample.json")
    return parser.parse_args()


def _in_turn(works: Mapping[str, Work], repeat: int) -> dict[str, float]:
    """Median CPU seconds of each, which take turns so that other load hits all of them."""
    spent: dict[str, list[float]] = {name: [] for name in works}
    for work in works.values():
        work()
    for _ in range(repeat):
        for name, work in works.items():
            start = time.process_time()
            work()
            spent[name].append(time.process_time() - start)
    return {name: statistics.median(times) for name, times in spent.items()}


def _native(folder: Path) -> list[Volume]:
    return [read_volume(path) for path in sorted(folder.glob("native/*.nii.gz"))[:PHASES]]


def _resampling(folder: Path, repeat: int) -> Iterator[Row]:
    phases = _native(folder)
    for kind in KINDS:
        pair = _pair(phases, kind)
        spent = _in_turn({"ours": pair.ours, "theirs": pair.theirs}, repeat)
        yield Row(_name(folder), kind, spent["ours"], spent["theirs"], _apart(phases, kind))


def _pair(phases: Sequence[Volume], kind: str) -> Pair:
    """Three phases, or one mask, from memory to memory; SimpleITK's images are made before."""
    source = phases[0].grid
    target = isotropic_grid(source, 1.0)
    reference = with_grid(sitk.Image(list(target.shape), sitk.sitkUInt8), target)

    def theirs(images: Sequence[sitk.Image], pixel: int) -> list[sitk.Image]:
        still = sitk.Transform()
        return [sitk.Resample(one, reference, still, KINDS[kind], 0.0, pixel) for one in images]

    if kind == "nearest":
        mask = Mask(phases[1].data > phases[1].data.mean(), source)
        image = sitk.Cast(to_image(Volume(mask.data.astype(np.float32), source)), sitk.sitkUInt8)
        return Pair(
            lambda: [nearest(mask, target, Edge.ITK)], lambda: theirs([image], sitk.sitkUInt8)
        )
    images = [to_image(phase) for phase in phases]
    params = ResampleParams(interpolator="linear" if kind == "linear" else "bspline")
    return Pair(lambda: resample(phases, params).phases, lambda: theirs(images, sitk.sitkFloat32))


def _apart(phases: Sequence[Volume], kind: str) -> float:
    """Largest difference over the maximum; infinite where what is filled differs."""
    # One more, so that what is 0 was filled.
    raised = [phase.with_data(phase.data + 1) for phase in phases]
    pair = _pair(raised, kind)
    worst = 0.0
    for ours, theirs in zip(pair.ours(), pair.theirs(), strict=True):
        other = sitk.GetArrayViewFromImage(theirs).T
        if kind != "nearest" and not np.array_equal(ours.data == 0, other == 0):
            return math.inf
        step = np.abs(ours.data.astype(np.float64) - other).max()
        worst = max(worst, float(step) / float(other.max()))
    return worst


def _normalizing(folder: Path, repeat: int) -> dict[str, float | str]:
    """Z-score of three phases at 1 mm, beside a copy of them: the limit that memory sets."""
    phases = resample(_native(folder), ResampleParams()).phases
    works = {
        "zscore": lambda: zscore(phases, ZscoreParams()),
        "copy": lambda: [phase.data.copy(order="F") for phase in phases],
    }
    size = sum(phase.data.nbytes for phase in phases)
    return {"exam": _name(folder), "bytes": size, **_in_turn(works, repeat)}


def _writing(folder: Path, repeat: int) -> Iterator[Written]:
    with tempfile.TemporaryDirectory() as name:
        out = Path(name)
        for pattern in WRITTEN:
            path = next(folder.glob(f"{pattern}.nii.gz"))
            stored = inspect(path).stored
            works = _writers(path, out)
            spent = _in_turn(works, repeat)
            sizes = {way: (out / f"{way}.nii.gz").stat().st_size for way in works}
            kind = pattern.split("*_")[-1].replace("0001", pattern.split("/")[0])
            yield Written(_name(folder), kind, stored.nbytes, spent, sizes)


def _writers(path: Path, out: Path) -> dict[str, Work]:
    """Ways to write one image again, from memory, each to a file of its name."""
    works: dict[str, Work] = {way: _our_writer(path, out, way) for way in WAYS}
    image = nib.Nifti1Image(inspect(path).stored, nib.Nifti1Image.from_filename(path).affine)
    seen = sitk.GetImageFromArray(np.ascontiguousarray(inspect(path).stored.T))

    def nibabel() -> None:
        nib.openers.Opener.default_compresslevel = ZLIB_LEVEL
        nib.save(image, out / "nibabel.nii.gz")

    works["nibabel"] = nibabel
    works["SimpleITK"] = lambda: sitk.WriteImage(
        seen, str(out / "SimpleITK.nii.gz"), useCompression=True
    )
    return works


def _our_writer(path: Path, out: Path, way: Any) -> Work:
    target = out / f"{way}.nii.gz"
    if path.parent.name == "masks":
        mask = read_mask(path)
        write: Work = lambda: write_mask(target, mask)  # noqa: E731
    else:
        seen = inspect(path)
        volume = Volume(np.asfortranarray(seen.stored, np.float32), seen.grid)
        exact = "float32" if seen.stored.dtype.kind == "f" else "exact-integer"
        write = lambda: write_volume(target, volume, dtype=exact)  # noqa: E731

    def work() -> None:
        compress_here(way)
        write()

    return work


def _name(folder: Path) -> str:
    return f"{folder.parent.name}_{folder.name}"


def _document(
    rows: Sequence[Row],
    scores: Sequence[Mapping[str, object]],
    files: Sequence[Written],
    repeat: int,
    ratio: float,
) -> str:
    engines = {name: version(name) for name in ("SimpleITK", "nibabel", "numba", "isal", "zlib-ng")}
    report = {
        "machine": {**machine(), **engines},
        "repeat": repeat,
        "resampling": [row._asdict() for row in rows],
        "zscore": scores,
        "writing": [file._asdict() for file in files],
        "ratio": ratio,
    }
    return json.dumps(report, indent=1) + "\n"


def _lines(
    rows: Sequence[Row], scores: Sequence[Mapping[str, Any]], files: Sequence[Written]
) -> Iterator[str]:
    said = machine()
    yield f"{said['cpu']}, {said['cores']} cores, Python {said['python']}, one thread, CPU time"
    yield f"{'resampling':<32}{'':<9}{'ours ms':>9}{'ITK ms':>9}{'ratio':>7}{'apart':>10}"
    for row in rows:
        yield (
            f"{row.exam:<32}{row.kind:<9}{1e3 * row.ours_s:>9.1f}{1e3 * row.theirs_s:>9.1f}"
            f"{row.theirs_s / row.ours_s:>7.1f}{row.apart:>10.1e}"
        )
    for score in scores:
        yield (
            f"{score['exam']}: z-score {1e3 * score['zscore']:.1f} ms, a copy of its "
            f"{score['bytes'] / 1e6:.0f} MB {1e3 * score['copy']:.1f} ms"
        )
    ways = (*WAYS, "nibabel", "SimpleITK")
    yield f"{'writing: ms (size over zlib 6)':<41}" + "".join(f"{way:>16}" for way in ways)
    for file in files:
        cells = (
            f"{1e3 * file.cpu_s[way]:>8.0f} ({file.size[way] / file.size['nibabel']:.3f})"
            for way in ways
        )
        yield f"{file.exam:<32}{file.kind:<9}" + "".join(f"{cell:>16}" for cell in cells)


if __name__ == "__main__":
    sys.exit(main())
