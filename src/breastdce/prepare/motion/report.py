"""What motion correction found and did, one record a phase."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Verdict(StrEnum):
    """What became of a phase."""

    REFERENCE = "reference"
    """The phase that the others are brought onto."""
    STILL = "still"
    """No motion worth a correction; the bytes are those of the input."""
    RIGID = "rigid"
    """Resampled through the rigid move."""
    DEFORMED = "deformed"
    """Resampled through a deformation, after a rigid move where that helped."""
    REVERTED = "reverted"
    """Motion was found whose correction failed its test; the bytes are those of the input."""


class Fit(msgspec.Struct, frozen=True):
    """How well a phase lies on the reference; None where undefined."""

    residual: float | None
    """Median absolute difference at edges of tissue that does not enhance, relative to its median
    signal."""
    information_nats: float | None
    """Mutual information inside the mask."""
    enhancing_ml: float
    """Volume inside the mask whose smoothed signal enhances by the PE threshold or more."""


class Change(msgspec.Struct, frozen=True):
    """What a transform does inside the mask."""

    displacement_median_mm: float
    displacement_p99_mm: float
    jacobian_p1: float
    jacobian_p99: float
    jacobian_min: float
    jacobian_max: float
    lesion_change: float
    """Relative change of the volume of enhancing tissue by the transform; 0 where none enhances."""


class Reason(StrEnum):
    """Why a step was kept or not."""

    HELPED = "helped"
    """Kept: the residual fell and every bound held."""
    STILL = "still"
    """It moves next to nothing."""
    NO_GAIN = "no_gain"
    """The residual did not fall by the margin."""
    LOST = "lost"
    """It moves more than a voxel and the residual did not fall by the margin."""
    JACOBIAN = "jacobian"
    """The residual fell, but tissue is compressed or stretched beyond the bounds."""
    LESION = "lesion"
    """The residual fell, but enhancing tissue changes its volume beyond the bound."""
    FAILED = "failed"
    """No transform was found."""


class Try(msgspec.Struct, frozen=True):
    """One step that was tried on a phase, and what came of it."""

    step: str
    """`rigid` or `spline`."""
    reason: Reason
    residual_before: float | None = None
    residual_after: float | None = None
    """Both over the same voxels; None where undefined."""
    change: Change | None = None
    """Of the step together with the steps kept before it."""

    @property
    def kept(self) -> bool:
        """Whether the step is part of the correction."""
        return self.reason is Reason.HELPED


class PhaseMotion(msgspec.Struct, frozen=True):
    """What was found of one phase and what was done."""

    phase: int
    verdict: Verdict
    before: Fit | None = None
    after: Fit | None = None
    """Equals `before` unless the phase was resampled."""
    change: Change | None = None
    """Of the transform that was kept; None where there is none."""
    tries: tuple[Try, ...] = ()


class MotionReport(msgspec.Struct, frozen=True):
    """Motion of an exam."""

    reference: int
    """The phase that the others were brought onto."""
    mask_source: str
    """`breast` or `body`: where motion was looked for."""
    mask_ml: float
    phases: tuple[PhaseMotion, ...]
    """In order of time."""
