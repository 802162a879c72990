"""The straightforward pipeline of an exam: dcm2niix, SimpleITK, NumPy, PyRadiomics.

    run_main_job.py DICOM OUT [--mask] [--json FILE]

What a researcher would write with these tools, as their own documentation shows them: convert, N4
of each phase at shrink 4 (`--mask`: inside Otsu's threshold), 1 mm, pooled z-score, PE, SER and the
largest enhancing part, features of it on the first post-contrast phase, images and maps as files.
It lives in a virtual environment with dcm2niix, SimpleITK, SciPy and PyRadiomics. The clock starts
when all is imported.
"""

from __future__ import annotations

import argparse
import json
import logging
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import SimpleITK as sitk
from radiomics import featureextractor
from scipy import ndimage

SHRINK = 4
BINS = 128


class Clock:
    """Wall time of each stage, s."""

    def __init__(self) -> None:
        self.stages: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, stage: str) -> None:
        """Note what went by since the last one."""
        now = time.perf_counter()
        self.stages[stage] = now - self._last
        self._last = now


def main() -> None:
    """Run all stages and write what they took."""
    parser = argparse.ArgumentParser()
    parser.add_argument("dicom", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--mask", action="store_true")
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    logging.getLogger("radiomics").setLevel(logging.ERROR)
    args.out.mkdir(parents=True)
    clock = Clock()
    phases = convert(args.dicom, args.out)
    clock.lap("read")
    corrected = [bias_corrected(phase, masked=args.mask) for phase in phases]
    clock.lap("n4")
    moved = [to_1_mm(image, sitk.sitkLinear) for image in corrected]
    clock.lap("resample")
    normalized = zscored(moved)
    clock.lap("zscore")
    pe, ser, lesion = kinetics(phases)
    mask = to_1_mm(lesion, sitk.sitkNearestNeighbor)
    clock.lap("kinetics")
    files = {f"{n:04d}": image for n, image in enumerate(normalized)}
    for name, image in (files | {"pe": pe, "ser": ser, "lesion": lesion, "mask": mask}).items():
        sitk.WriteImage(image, str(args.out / f"{name}.nii.gz"))
    clock.lap("write")
    values = featureextractor.RadiomicsFeatureExtractor(binCount=BINS).execute(normalized[1], mask)
    table = {name: str(value) for name, value in values.items()}
    (args.out / "features.json").write_text(json.dumps(table), encoding="utf-8")
    clock.lap("radiomics")
    if args.json:
        args.json.write_text(json.dumps(clock.stages), encoding="utf-8")


def convert(dicom: Path, out: Path) -> list[sitk.Image]:
    """Phases of one series, as dcm2niix stacks them."""
    program = Path(sys.executable).parent / "dcm2niix"
    call = [program, "-z", "y", "-f", "dce", "-o", out, dicom]
    subprocess.run(call, check=True, capture_output=True)
    stack = sitk.ReadImage(str(out / "dce.nii.gz"), sitk.sitkFloat32)
    *size, count = stack.GetSize()
    return [sitk.Extract(stack, [*size, 0], [0, 0, 0, n]) for n in range(count)]


def bias_corrected(image: sitk.Image, *, masked: bool) -> sitk.Image:
    """N4 at shrink 4, its field taken to full size."""
    small = sitk.Shrink(image, [SHRINK] * 3)
    filter_ = sitk.N4BiasFieldCorrectionImageFilter()
    if masked:
        filter_.Execute(small, sitk.Shrink(sitk.OtsuThreshold(image, 0, 1, 200), [SHRINK] * 3))
    else:
        filter_.Execute(small)
    return image / sitk.Exp(filter_.GetLogBiasFieldAsImage(image))


def to_1_mm(image: sitk.Image, kind: int) -> sitk.Image:
    """Same origin and direction, 1 mm."""
    size = [round(n * step) for n, step in zip(image.GetSize(), image.GetSpacing(), strict=True)]
    origin, direction = image.GetOrigin(), image.GetDirection()
    kept = image.GetPixelID()
    return sitk.Resample(image, size, sitk.Transform(), kind, origin, (1, 1, 1), direction, 0, kept)


def zscored(images: list[sitk.Image]) -> list[sitk.Image]:
    """One mean and one standard deviation for all."""
    values = np.stack([sitk.GetArrayFromImage(image) for image in images])
    values = ((values - values.mean()) / values.std()).astype(np.float32)
    return [_like(part, image) for part, image in zip(values, images, strict=True)]


def kinetics(phases: list[sitk.Image]) -> tuple[sitk.Image, sitk.Image, sitk.Image]:
    """PE, SER, and the largest part of what enhances."""
    pre, early, late = (sitk.GetArrayFromImage(phase) for phase in phases[:3])
    with np.errstate(divide="ignore", invalid="ignore"):
        pe = 100 * (early - pre) / pre
        ser = pe / (100 * (late - pre) / pre)
    candidates = (pre >= 0.6 * np.percentile(pre, 95)) & (pe >= 70) & (late > pre)
    cube = np.ones((3, 3, 3), np.uint8)
    near = ndimage.convolve(candidates.astype(np.uint8), cube)
    labels, _ = ndimage.label(candidates & (near > 4), cube)
    largest = labels == np.bincount(labels.ravel())[1:].argmax() + 1
    maps = (np.nan_to_num(pe), np.nan_to_num(ser), largest.astype(np.uint8))
    first, second, third = (_like(part, phases[0]) for part in maps)
    return first, second, third


def _like(values: np.ndarray, image: sitk.Image) -> sitk.Image:
    made = sitk.GetImageFromArray(values)
    made.CopyInformation(image)
    return made


if __name__ == "__main__":
    main()
