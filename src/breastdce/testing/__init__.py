"""Digital breast phantoms as arrays and as genuine DICOM, with everything true of them."""

from __future__ import annotations

from breastdce.testing.cohort import phantom_grid, write_cohort
from breastdce.testing.curves import Tissue
from breastdce.testing.params import PhantomParams
from breastdce.testing.phantom import Phantom, Truth, make_phantom
from breastdce.testing.record import CohortTruth, ExamTruth, load_arrays, load_truth

__all__ = [
    "CohortTruth",
    "ExamTruth",
    "Phantom",
    "PhantomParams",
    "Tissue",
    "Truth",
    "load_arrays",
    "load_truth",
    "make_phantom",
    "phantom_grid",
    "write_cohort",
]
