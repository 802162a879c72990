"""A softer image."""

from __future__ import annotations

import numpy as np

from breastdce.segment.augment._contract import Chance, Range, Sample, Transform, between


class BlurParams(Chance, frozen=True):
    """How soft."""

    sigma_mm: Range = (0.3, 1.0)
    """SD of the Gaussian; nnU-Net: 0.5 to 1 voxel; GaNDLF 0.0.14: 0 to 1, per axis."""
    per_axis: bool = False
    """Whether each axis has a draw of its own, as TorchIO has it."""


def apply(sample: Sample, params: BlurParams, rng: np.random.Generator) -> Sample:
    """Smooth every phase with the same Gaussian; voxels are of 1 mm."""
    from scipy.ndimage import gaussian_filter

    sigma = [between(rng, params.sigma_mm) for _ in range(3 if params.per_axis else 1)]
    sigma = sigma if params.per_axis else sigma * 3
    soft = gaussian_filter(sample.images, (0, *sigma), mode="nearest", truncate=3.0)
    return sample._replace(images=np.asarray(soft, np.float32))


TRANSFORM = Transform("blur", BlurParams, apply)
