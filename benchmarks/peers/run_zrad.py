"""Z-Rad: cropped with 8 voxels of margin by its own RoiCropper; 3D, averaged.

Option `aggregation`: "2D:AVER" and so on, for the digital phantom.
"""

from __future__ import annotations

import dataclasses

from protocol import Job, Runner, Values, Work, main

FAMILIES = {
    "shape": "morphology",
    "firstorder": "intensity_statistics",
    "glcm": "glcm",
    "glrlm": "glrlm",
    "glszm": "glszm",
    "ngtdm": "ngtdm",
    "gldm": "ngldm",
    "gldzm": "gldzm",
    "ivh": "ivh",
    "local": "local_intensity",
    "histogram": "intensity_histogram",
}
_LEVELS = {"glcm", "glrlm", "glszm", "ngtdm", "gldm", "gldzm", "histogram"}
_MARGIN = 8  # voxels: what its documentation crops with


def prepare(job: Job, threads: int) -> Work:  # noqa: ARG001 -- threads are in the environment
    """Import; discretization is inside the clock, where a family needs it."""
    from zrad.image import Image
    from zrad.preprocessing import (
        IntensityMaskBuilder,
        IVHIntensityDiscretizer,
        RoiCropper,
        RoiData,
        TextureDiscretizer,
    )
    from zrad.radiomics import Radiomics

    dimension, method = job.options.get("aggregation", "3D:AVER").split(":")

    def levels(roi: RoiData) -> RoiData:
        if job.bins:
            return TextureDiscretizer(number_of_bins=job.bins).apply(roi)
        return dataclasses.replace(roi, texture_discretized_image=roi.intensity_mask.copy())

    def steps(roi: RoiData) -> RoiData:
        if job.bins:
            return IVHIntensityDiscretizer("fixed_bin_number", number_of_bins=1000).apply(roi)
        return IVHIntensityDiscretizer("direct").apply(roi)

    def work() -> Values:
        image = Image.from_nifti(job.image)
        mask = Image.from_nifti_mask(job.mask, reference=image)
        roi = IntensityMaskBuilder().apply(RoiData(image=image, morphological_mask=mask))
        roi = RoiCropper(_MARGIN).apply(roi)
        if _LEVELS & set(job.families):
            roi = levels(roi)
        if "ivh" in job.families:
            roi = steps(roi)
        if not job.families:
            return {}
        return Radiomics(aggr_dim=dimension, aggr_method=method).extract_features(
            roi_data=roi, families=[FAMILIES[family] for family in job.families]
        )

    return work


if __name__ == "__main__":
    main(Runner("zrad", "z-rad", tuple(FAMILIES), prepare))
