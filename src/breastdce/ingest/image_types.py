"""What the words of ImageType (0008,0008) say: defined terms only, never descriptions."""

from __future__ import annotations

import re

from breastdce.core.codes import SeriesCode

# Terms of DICOM PS3.3 (MR and enhanced MR image type values) and of the makers' own values as met
# in headers of GE, Siemens and Philips and in the maps of UCSF's analysis.
_TERMS: tuple[tuple[SeriesCode, frozenset[str]], ...] = (
    (
        SeriesCode.SECONDARY,
        frozenset({"SCREEN", "SCREENSAVE", "SCREENSHOT", "SCREENCAPTURE", "CAPTURE"}),
    ),
    (
        SeriesCode.SUBTRACTION,
        frozenset({"SUBTRACTION", "SUBTRACT", "SUBTRACTED", "SUB"}),
    ),
    (
        SeriesCode.PROJECTION,
        frozenset(
            {"PROJECTION", "PROJECTION IMAGE", "MIP", "MINIP", "MIN IP", "VOLREN", "MAXIMUM"}
            | {"MINIMUM", "MNIP"}
        ),
    ),
    (
        SeriesCode.REFORMAT,
        frozenset({"MPR", "CPR", "REFORMATTED", "REFORMAT", "RESAMPLED", "CSAMPR", "CSAPARALLEL"}),
    ),
    (
        SeriesCode.DERIVED_MAP,
        frozenset(
            {"SER", "PE", "PE1", "PE2", "ADC", "EADC", "TRACEW", "KTRANS", "WASHIN", "WASHOUT"}
            | {
                "TTP",
                "PEI",
                "MTT",
                "RCBF",
                "RCBV",
                "STD_DEVIATION",
                "T1_MAP",
                "T2_MAP",
                "T2STAR_MAP",
            }
            | {"T1 MAP", "T2 MAP", "R2 MAP", "R2STAR_MAP", "PROTON_DENSITY_MAP", "FIELD_MAP"}
            | {"METABOLITE_MAP", "VELOCITY_MAP", "ADDITION", "DIVISION", "MULTIPLICATION"}
            | {"MASKED", "STDDEV", "PHASE MAP", "B0 MAP", "B1 MAP"}
        ),
    ),
)
_PARTS = {
    "phase": frozenset({"P", "PHASE", "PHASE MAP"}),
    "real": frozenset({"R", "REAL"}),
    "imaginary": frozenset({"I", "IMAGINARY"}),
    "water": frozenset({"W", "WATER"}),
    "fat": frozenset({"F", "FAT"}),
    "in phase": frozenset({"IP", "IN_PHASE", "IN-PHASE", "INPHASE"}),
    "out of phase": frozenset({"OP", "OPP", "OPP_PHASE", "OUT_PHASE", "OUT-PHASE", "OPP-PHASE"}),
}
ANALYSIS_TERMS = frozenset({"SER", "PE", "PE1", "PE2"})
"""Maps that a producer's DCE analysis leaves beside the images."""


def terms(image_type: tuple[str, ...]) -> frozenset[str]:
    """All values in upper case, and the words that underscores and blanks join in them."""
    values = [value.strip().upper() for value in image_type]
    words = [word for value in values for word in re.split(r"[_\s]+", value)]
    return frozenset(values) | frozenset(words)


def computed_kind(image_type: tuple[str, ...]) -> SeriesCode | None:
    """Why ImageType says that this is no acquired image; None where it does not say so."""
    found = terms(image_type)
    return next((code for code, words in _TERMS if words & found), None)


def image_part(image_type: tuple[str, ...]) -> str:
    """Which of several images of one acquisition: magnitude, phase, real, water, ..."""
    values = {value.strip().upper() for value in image_type[2:]}
    return next((part for part, words in _PARTS.items() if words & values), "magnitude")


def is_derived(image_type: tuple[str, ...]) -> bool:
    """Whether value 1 is DERIVED, which alone is no reason to leave an image out."""
    return image_type[:1] != () and image_type[0].strip().upper() == "DERIVED"


def is_analysis(image_type: tuple[str, ...]) -> bool:
    """Whether this is a PE or SER map."""
    return bool(ANALYSIS_TERMS & terms(image_type))
