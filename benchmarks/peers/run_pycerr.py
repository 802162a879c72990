"""pyCERR: calcRadiomicsForImgType on arrays that are cropped to the bounding box.

Its own entry point takes a plan container, not files. Option `average`: "texture" merges
directions, "feature" (ours here) averages over them.
"""

from __future__ import annotations

from typing import Any

from protocol import Job, Runner, Values, Work, main

FAMILIES = {
    "shape": "shape",
    "firstorder": "firstOrder",
    "glcm": "glcm",
    "glrlm": "glrlm",
    "glszm": "glszm",
    "ngtdm": "gtdm",
    "gldm": "gldm",
}
_MM_PER_CM = 10  # its grids are in cm


def prepare(job: Job, threads: int) -> Work:
    """Import and settle the parameters."""
    import numpy as np
    import SimpleITK as sitk
    from cerr.radiomics import ibsi1
    from cerr.utils.mask import computeBoundingBox

    sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(threads)
    parameters = _parameters(job)
    ours = {theirs: family for family, theirs in FAMILIES.items()}

    def read(path: str) -> tuple[Any, Any]:
        image = sitk.ReadImage(path)
        return image, np.transpose(sitk.GetArrayFromImage(image), (1, 2, 0))

    def work() -> Values:
        image, volume = read(job.image)
        mask = read(job.mask)[1] > 0
        first_r, last_r, first_c, last_c, first_s, last_s, _ = computeBoundingBox(mask)
        box = np.s_[first_r : last_r + 1, first_c : last_c + 1, first_s : last_s + 1]
        volume, mask = volume[box].astype(float, order="C"), mask[box].copy()
        if not job.families:
            return {}
        x, y, z = (spacing / _MM_PER_CM for spacing in image.GetSpacing())
        grid = {
            "xValsV": np.arange(volume.shape[1]) * x,
            "yValsV": np.arange(volume.shape[0]) * y,
            "zValsV": np.arange(volume.shape[2]) * z,
            "PixelSpacingV": np.array([x, y, z]),
        }
        found = ibsi1.calcRadiomicsForImgType(volume, mask, mask.copy(), grid, parameters)
        return {
            f"{ours[family]}_{name}": np.mean(value)
            for family, features in found.items()
            for name, value in features.items()
        }

    return work


def _parameters(job: Job) -> dict[str, Any]:
    texture = {
        "avgType": job.options.get("average", "feature"),
        "directionality": "3D",
        "voxelOffset": 1,
        "patchRadiusVox": [1, 1, 1],
        "imgDiffThresh": 0,
        **({"binNum": job.bins} if job.bins else {"binwidth": 1}),
    }
    first_order = {"binNumEntropy": job.bins} if job.bins else {"binWidthEntropy": 1}
    return {
        "settings": {"texture": texture, "firstOrder": first_order},
        "featureClass": {FAMILIES[family]: {"featureList": "all"} for family in job.families},
    }


if __name__ == "__main__":
    main(Runner("pycerr", "pyCERR", tuple(FAMILIES), prepare))
