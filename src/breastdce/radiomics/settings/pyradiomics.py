"""PyRadiomics' parameter file: what it asks for, as a panel of the IBSI families.

Facts about the file: PyRadiomics 3.1, `radiomics/schemas/paramSchema.yaml` and its documentation
of settings; defaults are those of the program.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import RecipeError
from breastdce.radiomics.panel import Table
from breastdce.radiomics.settings._contract import SettingNote, Settings

_FAMILIES = {
    "firstorder": ("statistics", "intensity_histogram"),
    "shape": ("morphology",),
    "glcm": ("glcm",),
    "glrlm": ("glrlm",),
    "glszm": ("glszm",),
    "ngtdm": ("ngtdm",),
    "gldm": ("ngldm",),
}
"""Feature class to families."""
_SHARED = ("binning", "directions", "spaces")
"""Parameters of our families that the file decides for all of them."""
_DEFAULT_WIDTH = 25.0
_INTERPOLATIONS = {
    "sitklinear": "linear",
    "2": "linear",
    "sitkbspline": "cubic",
    "3": "cubic",
}
"""SimpleITK's name or number."""
_OFF: Mapping[str, tuple[object, str]] = {
    "normalize": (False, "normalize the image before"),
    "normalizeScale": (1, "normalize the image before"),
    "removeOutliers": (None, "it belongs to the normalization; resegmentMode sigma is known here"),
    "distances": ([1], "neighbors are at distance 1"),
    "symmetricalGLCM": (True, "co-occurrence is symmetrical"),
    "weightingNorm": (None, "directions are not weighted"),
    "gldm_a": (0, "dependence is between equal levels"),
    "voxelArrayShift": (0, "intensities are not shifted"),
    "resegmentShape": (False, "shape is that of the mask as it is"),
}
"""Setting, the value that is computed here, and what that is."""
_NO_EFFECT: Mapping[str, str] = {
    "additionalInfo": "it changes no feature",
    "preCrop": "it changes no feature",
    "padDistance": "it changes no feature here",
    "label_channel": "masks have one channel",
    "initValue": "it belongs to voxel-based maps",
}
_SMALL = "small regions have rows; what is undefined in them is NaN with a reason"
_OWN_RULE: Mapping[str, str] = {
    "minimumROIDimensions": _SMALL,
    "minimumROISize": _SMALL,
    "geometryTolerance": "image and mask may be a tenth of a voxel apart, with a note",
    "correctMask": "masks are turned onto the image's voxels, never resampled",
}


def from_pyradiomics(parsed: object, base: Table) -> Settings:
    """Turn a parsed parameter file into a panel.

    Parameters
    ----------
    parsed
        The YAML document.
    base
        The ibsi panel as it ships: its labels and order are kept.

    Raises
    ------
    RecipeError
        RECIPE_INVALID when it is no parameter file, or asks for nothing that can be computed.
    """
    file = _mapping(parsed, "the file")
    notes: list[SettingNote] = []
    setting = {**_mapping(file.get("setting"), "setting"), **_image_types(file, notes)}
    families = _families(file, base, notes)
    unknown = sorted(set(file) - {"setting", "imageType", "featureClass"})
    notes += [SettingNote(key, "", False, "there is nothing like it here") for key in unknown]
    processing = _resampling(setting, notes) | _resegmentation(setting, notes)
    binning = _binning(setting, notes)
    labels = _labels(setting, notes)
    notes += [_plain(key, value) for key, value in setting.items() if key not in _TAKEN]
    table = {
        **base,
        "name": "pyradiomics-parameters",
        "description": "IBSI's families with the parameters of a PyRadiomics parameter file",
        "processing": processing,
        "shared": {**base.get("shared", {}), "binning": binning, **_merging(setting, notes)},
        "family": [_without_own(entry) for entry in families],
    }
    return Settings(table, tuple(notes), labels)


_TAKEN = (
    "binWidth",
    "binCount",
    "force2D",
    "force2Ddimension",
    "interpolator",
    "label",
    "resampledPixelSpacing",
    "resegmentMode",
    "resegmentRange",
)
"""Settings that have a function of their own below."""


def _mapping(value: object, where: str) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise _invalid(f"{where} is not a table of names")
    return dict(value)


def _invalid(why: str) -> RecipeError:
    return RecipeError(
        ErrorCode.RECIPE_INVALID,
        "The PyRadiomics settings cannot be used",
        evidence={"why": why},
        remedy="Compare with the examples of PyRadiomics.",
    )


def _image_types(file: Mapping[str, Any], notes: list[SettingNote]) -> dict[str, Any]:
    """Settings of the original image alone; other kinds of image are named."""
    kinds = _mapping(file.get("imageType"), "imageType") or {"Original": {}}
    if "Original" not in kinds:
        raise _invalid(f"imageType has no Original, only {', '.join(sorted(kinds))}")
    for kind in kinds:
        honored = kind == "Original"
        why = "the image as it is" if honored else "filtered images are not computed here"
        notes.append(SettingNote("imageType", kind, honored, why))
    return _mapping(kinds["Original"], "imageType Original")


def _families(
    file: Mapping[str, Any], base: Table, notes: list[SettingNote]
) -> list[dict[str, Any]]:
    classes = _mapping(file.get("featureClass"), "featureClass") or dict.fromkeys(_FAMILIES)
    there = {entry["name"] for entry in base["family"]}
    names: set[str] = set()
    for name, features in classes.items():
        found = [family for family in _FAMILIES.get(name, ()) if family in there]
        names.update(found)
        if not found:
            notes.append(SettingNote("featureClass", name, False, "there is no such family here"))
        elif features:
            why = f"in part: all features of {' and '.join(found)} are computed"
            notes.append(SettingNote("featureClass", name, False, why))
        else:
            why = f"{' and '.join(found)}, with IBSI's definitions and names"
            notes.append(SettingNote("featureClass", name, True, why))
    if not names:
        raise _invalid(f"featureClass names no family that is known here: {', '.join(classes)}")
    return [dict(entry) for entry in base["family"] if entry["name"] in names]


def _without_own(entry: Mapping[str, Any]) -> dict[str, Any]:
    """A family that takes from the shared parameters what the settings say."""
    params = {key: value for key, value in entry.get("params", {}).items() if key not in _SHARED}
    return {**entry, "params": params}


def _merging(setting: Mapping[str, Any], notes: list[SettingNote]) -> dict[str, Any]:
    """How matrices of several directions and slices become one value.

    The program counts a matrix for each direction over all slices and averages the features.
    """
    flat, axis = bool(setting.get("force2D", False)), setting.get("force2Ddimension", 0)
    words = "textures in the slices, slices merged" if flat else "textures in space"
    if "force2D" in setting:
        notes.append(SettingNote("force2D", str(flat), True, words))
    if "force2Ddimension" in setting:
        why = "slices are those of k" if flat else words
        notes.append(SettingNote("force2Ddimension", str(axis), not flat or axis == 0, why))
    if flat:
        return {"directions": ["2_5D_avg"], "spaces": ["2_5D"]}
    return {"directions": ["3D_avg"], "spaces": ["3D"]}


def _number(setting: Mapping[str, Any], key: str, kind: Callable[[Any], Any]) -> Any:
    """A positive number, or None where the setting is absent or empty."""
    value = setting.get(key)
    if value is None:
        return None
    try:
        number = kind(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise _invalid(f"{key} is {value!r}, not a number") from error
    if not (math.isfinite(number) and number > 0):
        raise _invalid(f"{key} is {value!r}, not above 0")
    return number


def _binning(setting: Mapping[str, Any], notes: list[SettingNote]) -> dict[str, Any]:
    count = _number(setting, "binCount", int)
    width = _number(setting, "binWidth", float)
    if count is not None:  # the program prefers it, too
        notes.append(SettingNote("binCount", str(count), True, "bins of a fixed number"))
        if width is not None:
            notes.append(SettingNote("binWidth", str(width), True, "binCount wins, as there"))
        return {"method": "number", "bins": count}
    said = "not given" if width is None else str(width)
    width = _DEFAULT_WIDTH if width is None else width
    why = f"bins are {width:g} wide and begin at a multiple of the width"
    notes.append(SettingNote("binWidth", said, True, why))
    return {"method": "width", "width": width, "origin": "multiple"}


def _resampling(setting: Mapping[str, Any], notes: list[SettingNote]) -> dict[str, Any]:
    spacing = setting.get("resampledPixelSpacing")
    named = str(setting.get("interpolator", "sitkBSpline"))
    if not spacing:
        if "resampledPixelSpacing" in setting:
            notes.append(SettingNote("resampledPixelSpacing", "none", True, "nothing is resampled"))
        if "interpolator" in setting:
            notes.append(SettingNote("interpolator", named, True, "nothing is resampled"))
        return {}
    steps = [float(step) for step in spacing] if _are_numbers(spacing) else []
    if len(steps) != 3 or not all(0 <= step < math.inf for step in steps):
        raise _invalid(f"resampledPixelSpacing is {spacing!r}, not three lengths")
    why = (
        "in part: voxels of this size, but on the grid of IBSI, which shares its center with the "
        "image's; the mask is interpolated linearly and cut at one half"
    )
    notes.append(SettingNote("resampledPixelSpacing", str(spacing), False, why))
    known = _INTERPOLATIONS.get(named.lower())
    used = known or "cubic"
    why = f"interpolation is {used}"
    notes.append(SettingNote("interpolator", named, known is not None, why))
    return {"spacing_mm": steps, "image_interpolation": used}


def _are_numbers(value: object) -> bool:
    return isinstance(value, list) and all(
        isinstance(part, int | float) and not isinstance(part, bool) for part in value
    )


def _resegmentation(setting: Mapping[str, Any], notes: list[SettingNote]) -> dict[str, Any]:
    limits, mode = setting.get("resegmentRange"), setting.get("resegmentMode", "absolute")
    if limits is None:
        if "resegmentRange" in setting or "resegmentMode" in setting:
            notes.append(SettingNote("resegmentRange", "none", True, "no range is applied"))
        return {}
    if not _are_numbers(limits) or len(limits) not in (1, 2):
        raise _invalid(f"resegmentRange is {limits!r}, not one or two numbers")
    low, high = float(limits[0]), float(limits[1]) if len(limits) == 2 else math.inf
    said = f"{limits}, {mode}"
    if mode == "absolute":
        notes.append(SettingNote("resegmentRange", said, True, "intensities in this range"))
        return {"range": [low, high]}
    if mode == "sigma" and len(limits) == 2 and -low == high > 0:
        why = f"intensities within {high:g} standard deviations of the mean"
        notes.append(SettingNote("resegmentRange", said, True, why))
        return {"outlier_sigma": high}
    why = "no range is applied: it must be absolute, or in standard deviations to both sides alike"
    notes.append(SettingNote("resegmentRange", said, False, why))
    return {}


def _labels(setting: Mapping[str, Any], notes: list[SettingNote]) -> tuple[int, ...]:
    label = _number(setting, "label", int)
    if label is None:
        return ()
    notes.append(SettingNote("label", str(label), True, "this label of the mask"))
    return (int(label),)


def _plain(key: str, value: object) -> SettingNote:
    if key in _OFF:
        only, why = _OFF[key]
        return SettingNote(key, str(value), value == only, why)
    if key in _NO_EFFECT:
        return SettingNote(key, str(value), True, _NO_EFFECT[key])
    why = _OWN_RULE.get(key, "there is nothing like it here")
    return SettingNote(key, str(value), False, why)
