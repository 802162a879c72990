"""One side of the comparison of N4, in a process of its own; see n4.py.

The images have no spacing: N4 maps by index only. Zeros count as they do in ITK.
"""

from __future__ import annotations

import json
import resource
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

BINS, NOISE, FWHM, POINTS, LEVELS, THRESHOLD = 200, 0.01, 0.15, 4, (50,) * 4, 0.001


def make(data: str, folder: str, *images: str) -> dict:
    """Save the images asked for, float32, [i, j, k] in Fortran order."""
    for name in images:
        made = phantom(int(name[7:])) if name.startswith("phantom") else exam(Path(data), name)
        np.save(Path(folder) / f"{name}.npy", np.asfortranarray(made, np.float32))
    return {}


def exam(data: Path, name: str) -> np.ndarray:
    """One phase of a real exam, its slices by position."""
    import pydicom

    under = {"ucsf": "ucsf_br_06/dce", "duke": "duke_153/ax_dyn_pre"}[name[:4]]
    slices = [pydicom.dcmread(path) for path in (data / under).rglob("*") if path.is_file()]
    if name.startswith("ucsf"):
        phase = int(name.endswith("post"))
        slices = [one for one in slices if (int(one.InstanceNumber) - 1) // 60 == phase]
    normal = np.cross(*np.array(slices[0].ImageOrientationPatient, float).reshape(2, 3))
    slices.sort(key=lambda one: float(np.dot(normal, one.ImagePositionPatient)))
    return np.stack([one.pixel_array.T for one in slices], axis=2)


def phantom(seed: int) -> np.ndarray:
    """Fat, gland and muscle in air under a smooth field, with Rician noise of 3."""
    rng = np.random.default_rng(seed)
    i, j, k = np.meshgrid(*(np.linspace(-1, 1, n) for n in (256, 256, 60)), indexing="ij")
    signal = np.zeros(i.shape)
    for side in (-0.45, 0.45):
        around = (i - side) ** 2 / 0.16 + (k / 0.9) ** 2
        breast = (around + (j + 0.1) ** 2 / 0.35 < 1) & (j < 0.35)
        signal[breast] = 200
        signal[breast & (around + (j + 0.1) ** 2 / 0.1 < 0.45)] = 110
    signal[(j > 0.3) & (j < 0.6) & (abs(i) < 0.9)] = 90
    a = rng.normal(0, 0.2, 6)
    log = a[0] * i + a[1] * j + a[2] * k + a[3] * i * i + a[4] * j * k + a[5] * k * k
    shaded = signal * np.exp(log)
    return np.hypot(shaded + rng.normal(0, 3, i.shape), rng.normal(0, 3, i.shape))


def starts(shape: tuple[int, ...], shrink: int) -> list[int]:
    """First voxel that ITK's Shrink takes along each axis, read from a ramp."""
    import SimpleITK as sitk

    found = []
    for axis, voxels in enumerate(shape):
        ramp = np.broadcast_to(
            np.arange(voxels).reshape([-1 if a == axis else 1 for a in range(3)]), shape
        )
        image = sitk.GetImageFromArray(np.ascontiguousarray(ramp.T, np.float32))
        found.append(int(sitk.GetArrayFromImage(sitk.Shrink(image, [shrink] * 3))[0, 0, 0]))
    return found


def run(side: str, folder: str, name: str, shrink: str, mask: str, repeat: str) -> dict:
    """Warm up, then estimate and evaluate several times; the field is kept for the comparison."""
    image = np.load(Path(folder) / f"{name}.npy")
    start = json.loads((Path(folder) / "offsets.json").read_text(encoding="utf-8"))
    step = int(shrink)
    cut = tuple(
        slice(s, s + step * (n // step - 1) + 1, step)
        for s, n in zip(start, image.shape, strict=True)
    )
    small = np.asfortranarray(image[cut])
    if mask == "mask":
        from breastdce.imaging.otsu import otsu_threshold

        inside = small > np.float32(otsu_threshold(small))
    else:
        inside = np.ones(small.shape, bool, order="F")
    if side == "own":
        work = _own(small, inside, image.shape)
    else:
        work = _itk(small, inside, image.shape, use_mask=mask == "mask")
    work((1,) * 4)
    costs = []
    for _ in range(int(repeat)):
        began = time.process_time()
        field, iterations = work(LEVELS)
        costs.append(time.process_time() - began)
    np.save(Path(folder) / f"field_{side}.npy", field)
    np.save(Path(folder) / "mask.npy", _full_mask(image, inside, small))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"cpu_s": statistics.median(costs), "iterations": iterations, "peak_mib": peak}


def offsets(folder: str, name: str, shrink: str) -> dict:
    """Keep where the samples start: in a process of its own, or ramps would count as memory."""
    shape = np.load(Path(folder) / f"{name}.npy", mmap_mode="r").shape
    kept = json.dumps(starts(shape, int(shrink)))
    (Path(folder) / "offsets.json").write_text(kept, encoding="utf-8")
    return {}


def _full_mask(image: np.ndarray, inside: np.ndarray, small: np.ndarray) -> np.ndarray:
    """Voxels as bright as the darkest one learned from."""
    return image >= small[inside].min()


Work = Callable[[tuple[int, ...]], tuple[np.ndarray, object]]


def _own(small: np.ndarray, inside: np.ndarray, shape: tuple[int, int, int]) -> Work:
    from breastdce.prepare.bias_field import BiasField, Samples
    from breastdce.prepare.estimate import Course, estimate_n4
    from breastdce.prepare.sharpen import Sharpening

    i, j, k = (Samples(0, 1, n) for n in shape)  # ITK maps index ranges

    def work(levels: tuple[int, ...]) -> tuple[np.ndarray, object]:
        course = Course(levels, THRESHOLD, as_itk=True)
        how = Sharpening(BINS, NOISE, FWHM)
        found = estimate_n4(small, inside, (POINTS,) * 3, how, course)
        field = np.empty(shape, np.float32, order="F")
        for n, plane in enumerate(BiasField(found.lattice, (i, j, k)).planes(shape)):
            field.T[n] = plane
        return field, found.iterations

    return work


def _itk(
    small: np.ndarray, inside: np.ndarray, shape: tuple[int, int, int], *, use_mask: bool
) -> Work:
    import SimpleITK as sitk

    sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(1)
    image = sitk.GetImageFromArray(small.T)
    mask = sitk.GetImageFromArray(inside.view(np.uint8).T)
    full = sitk.Image(list(shape), sitk.sitkFloat32)

    def work(levels: tuple[int, ...]) -> tuple[np.ndarray, object]:
        n4 = sitk.N4BiasFieldCorrectionImageFilter()
        n4.SetNumberOfHistogramBins(BINS)
        n4.SetWienerFilterNoise(NOISE)
        n4.SetBiasFieldFullWidthAtHalfMaximum(FWHM)
        n4.SetNumberOfControlPoints([POINTS] * 3)
        n4.SetMaximumNumberOfIterations(list(levels))
        n4.SetConvergenceThreshold(THRESHOLD)
        if use_mask:
            n4.Execute(image, mask)
        else:
            n4.Execute(image)
        field = sitk.GetArrayFromImage(n4.GetLogBiasFieldAsImage(full)).T
        return field, n4.GetElapsedIterations() - 1  # of the last level; ITK counts one more

    return work


def compare(folder: str) -> dict:
    """Largest difference on the whole grid, and correlation in the mask."""
    own, itk = (np.load(Path(folder) / f"field_{side}.npy") for side in ("own", "itk"))
    mask = np.load(Path(folder) / "mask.npy")
    together = np.corrcoef(own[mask].astype(float), itk[mask].astype(float))
    return {"max": float(abs(own - itk).max()), "correlation": float(together[0, 1])}


if __name__ == "__main__":
    parts = {"make": make, "run": run, "compare": compare, "offsets": offsets}
    print(json.dumps(parts[sys.argv[1]](*sys.argv[2:])))
