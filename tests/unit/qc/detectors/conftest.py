"""A clean exam for the detectors, made once."""

from __future__ import annotations

import numpy as np
import pytest

from tests.unit.qc.detectors.made_up import body_phases


@pytest.fixture(scope="session")
def clean() -> tuple[np.ndarray, ...]:
    """Phases without an artifact; not to be written to."""
    phases = body_phases()
    for phase in phases:
        phase.setflags(write=False)
    return phases
