"""Parts of the comparison of N4 that run in a process of their own; see n4.py.

The parent gives every engine one thread by the environment, before anything is imported here. Each
part prints its findings as JSON in its last line.
"""

from __future__ import annotations

import json
import resource
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

BINS, NOISE, FWHM, POINTS, LEVELS, THRESHOLD = 200, 0.01, 0.15, 4, (50,) * 4, 0.001
EXAMS = {"ucsf_pre": ("ucsf_br_06", 0), "ucsf_post": ("ucsf_br_06", 1), "duke_pre": ("duke_153", 0)}
"""Exam and phase of each real image."""
PHANTOMS: Sequence[dict[str, Any]] = (
    {},
    {"density": 0.15, "shading_cv": 0.3},
    {"density": 0.85, "noise_sd": 4.0},
    {"lesion_side": "L", "noise_sd": 12.0, "shading_cv": 0.12},
    {"breast_width_mm": 110.0, "breast_depth_mm": 75.0, "shading_cv": 0.25},
)
"""What differs from the defaults of `PhantomParams`; the even ones are axial, the odd sagittal."""
SHAPE, SPACING_MM = (256, 256, 60), (0.703125, 0.703125, 2.0)
AXIAL_MM = (1.3, 1.3, 2.0)  # both breasts

Array = NDArray[np.float32]
Work = Callable[[], tuple[Array, Any]]


class Learned(NamedTuple):
    """What both sides get."""

    samples: Array
    inside: NDArray[np.bool_]
    is_masked: bool
    shape: tuple[int, int, int]


def make(data: str, folder: str, *names: str) -> dict[str, Any]:
    """Save the images asked for, float32 [i, j, k] in Fortran order; name those without data."""
    exams: dict[str, Sequence[Array]] = {}
    missing = []
    for name in names:
        if name.startswith("phantom"):
            _phantom(int(name[-1]), Path(folder))
            continue
        exam, phase = EXAMS[name]
        if not (Path(data) / exam).is_dir():
            missing.append(name)
            continue
        if exam not in exams:
            exams[exam] = _phases(Path(data) / exam)
        np.save(Path(folder) / f"{name}.npy", exams[exam][phase])
    return {"missing": missing}


def _phases(folder: Path) -> list[Array]:
    """All phases of a real exam, by the package's own reader."""
    from breastdce.formats.dicom.read import scan_file
    from breastdce.ingest.find import find_exams
    from breastdce.ingest.load import load_exam

    records = [scan_file(path) for path in sorted(folder.rglob("*")) if path.is_file()]
    (exam,) = find_exams(records).exams
    return [phase.data for phase in load_exam(exam).dynamic.phases]


def _phantom(number: int, folder: Path) -> None:
    """Pre-contrast image and true shading of a phantom."""
    from breastdce.core.grid import Grid
    from breastdce.testing.cohort import phantom_grid
    from breastdce.testing.params import PhantomParams
    from breastdce.testing.phantom import make_phantom

    like = phantom_grid("demo", sagittal=number % 2 == 1, side="L" if number == 3 else "R")
    spacing = SPACING_MM if number % 2 else AXIAL_MM
    middle = like.affine @ [*((n - 1) / 2 for n in like.shape), 1]
    half = [(n - 1) / 2 * step for n, step in zip(SHAPE, spacing, strict=True)]
    i, j, k = middle[:3] - like.direction @ half
    grid = Grid(SHAPE, spacing, like.direction, (i, j, k))
    rng = np.random.default_rng(number)
    made = make_phantom(grid, (-60.0,), PhantomParams(**PHANTOMS[number]), rng)
    np.save(folder / f"phantom{number}.npy", np.asfortranarray(made.images[0]))
    np.save(folder / f"phantom{number}_true.npy", np.log(made.truth.shading))


def turns(folder: str, name: str, shrink: str, mask: str, ours: str, itk: str) -> dict[str, Any]:
    """Warm both sides, let them take turns, and compare the two log fields on the whole grid."""
    learned = _learned(np.load(Path(folder) / f"{name}.npy"), int(shrink), is_masked=mask == "otsu")
    works = {"own": own(learned, LEVELS), "itk": simpleitk(learned, LEVELS)}
    own(learned, (1,) * 4)()
    simpleitk(learned, (1,) * 4)()
    spent: dict[str, list[float]] = {"own": [], "itk": []}
    found: dict[str, tuple[Array, Any]] = {}
    for turn in range(max(int(ours), int(itk))):
        for side, repeat in (("own", ours), ("itk", itk)):
            if turn < int(repeat):
                start = time.process_time()
                found[side] = works[side]()
                spent[side].append(time.process_time() - start)
    fields = {side: field for side, (field, _) in found.items()}
    np.savez(Path(folder) / "fields.npz", **fields)
    return {
        "samples": int(np.count_nonzero(learned.inside)),
        "iterations": found["own"][1],
        "itk_last_level": found["itk"][1],
        **apart(fields["own"], fields["itk"]),
        "own_s": statistics.median(spent["own"]),
        "itk_s": statistics.median(spent["itk"]),
    }


def apart(ours: Array, theirs: Array) -> dict[str, float]:
    """Largest difference of two fields, and their correlation, over the whole grid."""
    together = np.corrcoef(ours.ravel(order="K"), theirs.ravel(order="K"))
    return {"apart": float(np.abs(ours - theirs).max()), "correlation": float(together[0, 1])}


def peak(side: str, folder: str, name: str, shrink: str, mask: str) -> dict[str, Any]:
    """What one side's call adds to the largest resident memory of its process.

    A small image comes first, so that compiled code is loaded.
    """
    image = np.load(Path(folder) / f"{name}.npy")
    begin = own if side == "own" else simpleitk
    small = _learned(np.asfortranarray(image[::8, ::8, ::4]), 2, is_masked=False)
    begin(small, (1,) * 4)()
    work = begin(_learned(image, int(shrink), is_masked=mask == "otsu"), (2,) * 4)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    work()
    return {"mib": (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024}


def _learned(image: Array, shrink: int, *, is_masked: bool) -> Learned:
    """Samples where ITK's Shrink takes them, and Otsu's mask of these or all of them."""
    from breastdce.imaging.otsu import otsu_threshold

    i, j, k = (
        slice(start, start + shrink * (voxels // shrink - 1) + 1, shrink)
        for start, voxels in zip(starts(image.shape, shrink), image.shape, strict=True)
    )
    samples = np.asfortranarray(image[i, j, k])
    inside = np.ones(samples.shape, bool, order="F")
    if is_masked:
        inside = samples > np.float32(otsu_threshold(samples))
    return Learned(samples, inside, is_masked, image.shape)


def starts(shape: tuple[int, ...], shrink: int) -> list[int]:
    """First voxel that ITK's Shrink takes along each axis: its rounding decides between two.

    An axis is read from a ramp that is a few voxels wide along the others.
    """
    import SimpleITK as sitk

    found = []
    for axis, voxels in enumerate(shape):
        ramp = np.moveaxis(np.zeros((voxels, *[2 * shrink] * 2), np.float32), 0, axis)
        ramp += np.arange(voxels).reshape([-1 if at == axis else 1 for at in range(3)])
        image = sitk.GetImageFromArray(np.ascontiguousarray(ramp.T))
        found.append(int(sitk.GetArrayFromImage(sitk.Shrink(image, [shrink] * 3)).flat[0]))
    return found


def own(learned: Learned, levels: tuple[int, ...]) -> Work:
    """Our estimation and the field at full size as ITK maps it."""
    from breastdce.prepare.bias_field import BiasField, Samples
    from breastdce.prepare.estimate import Course, estimate_n4
    from breastdce.prepare.sharpen import Sharpening

    i, j, k = (Samples(0, 1, voxels) for voxels in learned.shape)  # ITK maps index ranges
    course, how = Course(levels, THRESHOLD, as_itk=True), Sharpening(BINS, NOISE, FWHM)

    def work() -> tuple[Array, Any]:
        found = estimate_n4(learned.samples, learned.inside, (POINTS,) * 3, how, course)
        field = np.empty(learned.shape, np.float32, order="F")
        for at, plane in enumerate(BiasField(found.lattice, (i, j, k)).planes(learned.shape)):
            field.T[at] = plane
        return field, found.iterations

    return work


def simpleitk(learned: Learned, levels: tuple[int, ...]) -> Work:
    """SimpleITK's; its images are made before. ITK counts one iteration too many."""
    import SimpleITK as sitk

    sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(1)
    images = [sitk.GetImageFromArray(learned.samples.T)]
    if learned.is_masked:
        images.append(sitk.GetImageFromArray(learned.inside.view(np.uint8).T))
    full = sitk.Image(list(learned.shape), sitk.sitkFloat32)

    def work() -> tuple[Array, Any]:
        n4 = sitk.N4BiasFieldCorrectionImageFilter()
        n4.SetNumberOfHistogramBins(BINS)
        n4.SetWienerFilterNoise(NOISE)
        n4.SetBiasFieldFullWidthAtHalfMaximum(FWHM)
        n4.SetNumberOfControlPoints([POINTS] * 3)
        n4.SetMaximumNumberOfIterations(list(levels))
        n4.SetConvergenceThreshold(THRESHOLD)
        n4.Execute(*images)
        field = sitk.GetArrayFromImage(n4.GetLogBiasFieldAsImage(full)).T
        return field, n4.GetElapsedIterations() - 1

    return work


def picture(folder: str, name: str, out: str) -> dict[str, Any]:
    """Draw the fields that the last `turns` has left, beside the true one."""
    from n4_picture import draw

    fields = np.load(Path(folder) / "fields.npz")
    true = np.load(Path(folder) / f"{name}_true.npy")
    image = np.load(Path(folder) / f"{name}.npy")
    Path(out).write_text(draw(image, true, fields["itk"], fields["own"]), encoding="utf-8")
    return {}


if __name__ == "__main__":
    parts = {"make": make, "turns": turns, "peak": peak, "picture": picture}
    print(json.dumps(parts[sys.argv[1]](*sys.argv[2:])))
