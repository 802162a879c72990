"""Contrast never arrived: every phase looks like the first, but for noise."""

from __future__ import annotations

import numpy as np

from breastdce.core.codes import ExamCode, SeriesCode
from breastdce.testing.archive.defects._contract import Defect, Phases

_NOISE_SD = 5.0


def phases(images: Phases) -> Phases:
    """The first phase again and again with noise of its own."""
    rng = np.random.default_rng(0)
    noise = [rng.normal(0, _NOISE_SD, images[0].shape).astype(np.float32) for _ in images[1:]]
    return (images[0], *(np.abs(images[0] + one) for one in noise))


DEFECT = Defect(
    name="no_contrast",
    makers=("ge", "philips", "canon", "hitachi"),
    code=ExamCode.NO_ENHANCEMENT,
    phases=phases,
    dynamic_codes=dict.fromkeys(("ge", "philips", "canon", "hitachi"), (SeriesCode.NOT_DCE,)),
)
