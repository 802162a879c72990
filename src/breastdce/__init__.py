"""breastdce: raw breast DCE-MRI in, a curated data set out.

The names below are the public face; everything else may move. They are loaded on first use, so
that importing the package costs nothing.
"""

from __future__ import annotations

import importlib
from typing import Any

__version__ = "0.1.0"

_PUBLIC = {
    "BreastDceError": "breastdce.core.errors",
    "Grid": "breastdce.core.grid",
    "Mask": "breastdce.core.volume",
    "Region": "breastdce.core.exam",
    "Triple": "breastdce.core.exam",
    "Volume": "breastdce.core.volume",
    "FtvParams": "breastdce.kinetics.thresholds",
    "StvParams": "breastdce.segment.stv_rule",
    "extract": "breastdce.radiomics.frame",
    "extract_features": "breastdce.radiomics.extract",
    "functional_tumor_volume": "breastdce.kinetics.ftv",
    "load_panel": "breastdce.radiomics.panel",
    "percent_enhancement": "breastdce.kinetics.enhancement",
    "read_mask": "breastdce.formats.nifti",
    "read_nrrd": "breastdce.formats.nrrd",
    "read_volume": "breastdce.formats.nifti",
    "ring": "breastdce.radiomics.rings",
    "signal_enhancement_ratio": "breastdce.kinetics.enhancement",
    "stv_candidate": "breastdce.segment.stv_rule",
    "validate": "breastdce.dataset.validate",
    "write_mask": "breastdce.formats.nifti",
    "write_volume": "breastdce.formats.nifti",
}

__all__ = sorted(_PUBLIC)  # noqa: PLE0605 - a list of names, made from the table


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        raise AttributeError(f"module 'breastdce' has no attribute {name!r}")
    return getattr(importlib.import_module(_PUBLIC[name]), name)
