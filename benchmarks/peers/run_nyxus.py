"""Nyxus, 3D, in its IBSI mode.

It cuts float images to whole numbers, which leaves z-scored ones a handful of gray levels. So the
image is binned into 1 to `bins` over the region beforehand, outside the clock, and kept beside
the mask.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from protocol import Job, Runner, Values, Work, main

FAMILIES = {
    "shape": "*3D_ALL_MORPHOLOGY*",
    "firstorder": "*3D_ALL_INTENSITY*",
    "glcm": "*3D_GLCM*",
    "glrlm": "*3D_GLRLM*",
    "glszm": "*3D_GLSZM*",
    "ngtdm": "*3D_NGTDM*",
    "gldm": "*3D_GLDM*",
    "ngldm": "*3D_NGLDM*",
    "gldzm": "*3D_GLDZM*",
    "whole": "*3D_ALL*",
}
_PHANTOM_LEVELS = 6  # of the digital phantom, whose intensities are gray levels
_BIN = """
import sys
import nibabel as nib
import numpy as np

image, mask, out, bins = nib.load(sys.argv[1]), nib.load(sys.argv[2]), sys.argv[3], int(sys.argv[4])
values, region = np.asarray(image.dataobj, dtype=float), np.asarray(mask.dataobj) > 0
if bins:
    low, high = values[region].min(), values[region].max()
    values = np.clip(np.floor(bins * (values - low) / (high - low)) + 1, 1, bins)
nib.save(nib.Nifti1Image(values.astype(np.int16), image.affine), out)
"""


def prepare(job: Job, threads: int) -> Work:
    """Bin the image, in a process of its own so that memory is the tool's; import."""
    image = _binned(Path(job.image), Path(job.mask), job.bins)
    import nyxus

    groups = [FAMILIES[family] for family in job.families]

    def work() -> Values:
        if not groups:  # it cannot read only
            return {}
        extractor = nyxus.Nyxus3D(
            groups,
            ibsi=True,
            neighbor_distance=1,
            coarse_gray_depth=job.bins or _PHANTOM_LEVELS,
            n_feature_calc_threads=threads,
        )
        table = extractor.featurize_files([str(image)], [job.mask], False)
        row = table.iloc[0]
        return {name: row[name] for name in table.columns if name.startswith("3")}

    return work


def _binned(image: Path, mask: Path, bins: int) -> Path:
    name = mask.name.removesuffix(".nii.gz")
    out = mask.with_name(f"{name}-in-{bins}-bins.nii.gz")
    if not out.exists():
        command = [sys.executable, "-c", _BIN, str(image), str(mask), str(out), str(bins)]
        subprocess.run(command, check=True)
    return out


if __name__ == "__main__":
    main(Runner("nyxus", "nyxus", tuple(FAMILIES), prepare))
