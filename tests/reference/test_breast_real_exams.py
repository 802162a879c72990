"""The mask of two real exams holds what the producer and the eye see; tolerances chosen before."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pydicom
import pytest

from breastdce.core.exam import Triple
from breastdce.core.grid import Grid
from breastdce.core.volume import Volume
from breastdce.formats.dicom.seg import read_seg
from breastdce.kinetics.proposal import ProposalParams, propose
from breastdce.prepare.breast_mask import BreastParams, breast_mask

pytestmark = [pytest.mark.data, pytest.mark.slow]
Data = Callable[[str], Path]
