"""CaPTk's parameter file: families, bins, radii and ranges become a panel of the captk families.

Facts about the file: CaPTk 1.8.1 (de8ad436), `src/applications/FeatureExtraction/data` and
`src/FeatureExtraction.hxx`, SetFeatureParam: the value is in the column Default (or Value), a
family is computed where it has a row, `a:b:c` is a range, a radius with a decimal point is in mm.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from breastdce.radiomics.panel import Table
from breastdce.radiomics.settings._contract import SettingNote, Settings

Row = Mapping[str, str]
_FAMILIES = {
    "Intensity": "intensity",
    "Histogram": "histogram",
    "Volumetric": "volumetric",
    "Morphologic": "morphologic",
    "GLCM": "glcm",
    "GLRLM": "glrlm",
    "GLSZM": "glszm",
    "NGTDM": "ngtdm",
    "LBP": "lbp",
}
_NUMBERS = {
    ("Histogram", "Bins"): "bins",
    ("GLCM", "Bins"): "bins",
    ("GLCM", "Radius"): "radius",
    ("GLRLM", "Bins"): "bins",
    ("GLRLM", "Radius"): "radius",
    ("GLSZM", "Bins"): "bins",
    ("GLSZM", "Radius"): "radius",
    ("NGTDM", "Bins"): "bins",
    ("NGTDM", "Range"): "half_width",
    ("LBP", "Radius"): "radius",
}
"""Family and parameter of the file, to the parameter of our family."""
_ONLY = {
    "Quantization_Extent": ("roi", "bins are made over the region"),
    "Quantization_Type": ("fixedbinnumber", "bins are of a fixed number"),
    "SliceComputation": ("0", "features are computed in the volume"),
    "NaN-Handling": ("keep", "columns are always the same; what is undefined is NaN"),
    "Range": ("0", "the largest component is described"),
    "Feret": ("0", "there is no Feret diameter"),
    "Dimension": ("3d", "features are computed in the volume"),
    "Bins_Min": ("-666", "bins begin at the smallest intensity of the region"),
    "Offset": ("average", "features are averaged over the offsets"),
}
"""The one value that is computed here, in small letters, and what that is."""
_UNUSED = {
    ("NGTDM", "Radius"): "the program itself takes NGTDM's Range instead",
    ("LBP", "Neighborhood"): "the program itself does not use it",
    ("LBP", "Type"): "the program itself does not use it",
}
_SIZES = "fixedbinsize"
_INTERPOLATIONS = {"linear": "linear", "bspline": "cubic"}


class _Entry(NamedTuple):
    family: str
    param: str
    value: str

    @property
    def key(self) -> str:
        return f"{self.family},{self.param}"


def from_captk(rows: Iterable[Row], base: Table) -> Settings:
    """Turn the rows of a parameter file into a panel.

    Parameters
    ----------
    rows
        Column name to cell.
    base
        The captk panel as it ships: its labels and order are kept.
    """
    entries = _entries(rows)
    wanted = {entry.family for entry in entries}
    resampling, notes = _resampling([entry for entry in entries if entry.family == "Generic"])
    params: dict[str, dict[str, Any]] = {}
    sizes = any(e.param == "Quantization_Type" and e.value.lower() == _SIZES for e in entries)
    for entry in entries:
        if entry.family not in (*_FAMILIES, "Generic") or not entry.param:
            continue
        if entry.param == "Bins" and sizes:
            why = "it is the size of a bin there; the panel's own number of bins is used"
            notes.append(SettingNote(entry.key, entry.value, False, why))
        elif (entry.family, entry.param) in _NUMBERS:
            notes.append(_take_number(entry, params.setdefault(entry.family, {})))
        elif not entry.param.startswith("Resampling"):
            notes.append(_fixed(entry))
    notes += _unknown_families(wanted)
    notes += _left_to_the_program(entries, params, base)
    families = []
    for shipped in base["family"]:
        family = next(key for key, name in _FAMILIES.items() if name == shipped["name"])
        if family in wanted:
            own = {**shipped.get("params", {}), **params.get(family, {})}
            families.append({**shipped, "params": own})
    notes += _without_entry(wanted, base)
    description = "CaPTk's families with the parameters of a CaPTk parameter file"
    table = {**base, "name": "captk-parameters", "description": description, "family": families}
    return Settings({**table, "processing": resampling}, tuple(notes))


def _entries(rows: Iterable[Row]) -> list[_Entry]:
    entries: list[_Entry] = []
    for row in rows:
        value = row.get("Default") or row.get("Value") or ""
        family = row.get("FeatureName", "").strip() or (entries[-1].family if entries else "")
        entries.append(_Entry(family, row.get("ParamName", "").strip(), value.strip()))
    return entries


def _take_number(entry: _Entry, params: dict[str, Any]) -> SettingNote:
    """Put the number of an entry among a family's parameters."""
    first = entry.value.split(":")[0]
    try:
        number = round(float(first))
    except (ValueError, OverflowError):
        return SettingNote(entry.key, entry.value, False, "not a number; the panel's own is used")
    params[_NUMBERS[entry.family, entry.param]] = number
    if ":" in entry.value:
        return SettingNote(entry.key, entry.value, False, f"a range; {number} alone is used")
    if entry.param == "Radius" and "." in first:
        why = f"with a decimal point it is in mm; {number} voxels are used"
        return SettingNote(entry.key, entry.value, False, why)
    return SettingNote(entry.key, entry.value, float(first) == number, f"{number} is used")


def _fixed(entry: _Entry) -> SettingNote:
    unused = _UNUSED.get((entry.family, entry.param))
    if unused is not None:
        return SettingNote(entry.key, entry.value, True, unused)
    if entry.param not in _ONLY:
        return SettingNote(entry.key, entry.value, False, "there is nothing like it here")
    only, why = _ONLY[entry.param]
    return SettingNote(entry.key, entry.value, entry.value.lower() == only, why)


def _resampling(entries: Sequence[_Entry]) -> tuple[dict[str, Any], list[SettingNote]]:
    """Image processing that the generic entries ask for."""
    by_name = {entry.param: entry for entry in entries if entry.param.startswith("Resampling")}
    if not by_name:
        return {}, []
    try:
        spacing = float(by_name["Resampling"].value)
    except (KeyError, ValueError):
        spacing = 0.0
    if not spacing > 0:
        why = "nothing is resampled"
        return {}, [SettingNote(e.key, e.value, True, why) for e in by_name.values()]
    image = by_name.get("ResamplingInterpolator_Image")
    known = _INTERPOLATIONS.get(image.value.lower() if image else "linear")
    interpolation = known or "linear"
    words = {
        "Resampling": f"in part: voxels of {spacing:g} mm, but on the grid of IBSI, which shares "
        "its center with the image's",
        "ResamplingInterpolator_Image": f"interpolation is {interpolation}",
        "ResamplingInterpolator_Mask": "the mask is interpolated linearly and cut at one half",
    }
    notes = [
        SettingNote(
            e.key, e.value, name.endswith("Image") and known is not None, words.get(name, "")
        )
        for name, e in by_name.items()
    ]
    return {"spacing_mm": [spacing] * 3, "image_interpolation": interpolation}, notes


def _unknown_families(wanted: Iterable[str]) -> list[SettingNote]:
    unknown = sorted(set(wanted) - set(_FAMILIES) - {"Generic"})
    return [SettingNote(name, "", False, "there is no such family here") for name in unknown]


def _without_entry(wanted: Iterable[str], base: Table) -> list[SettingNote]:
    there = {entry["name"] for entry in base["family"]}
    missing = sorted(name for name in wanted if _FAMILIES.get(name, "") not in {*there, ""})
    return [SettingNote(name, "", False, "the captk panel does not hold it") for name in missing]


def _left_to_the_program(
    entries: Sequence[_Entry], params: dict[str, dict[str, Any]], base: Table
) -> list[SettingNote]:
    """Parameters that the file leaves out, as the program (NGTDM, LBP) or the panel has them."""
    notes: list[SettingNote] = []
    given = {(entry.family, entry.param): entry.value for entry in entries if entry.param}
    wanted = {entry.family for entry in entries}
    if "NGTDM" in wanted and ("NGTDM", "Range") not in given:
        # FeatureExtraction.hxx:340, 351: the half-width is what Morphologic's Range left behind.
        left = given.get(("Morphologic", "Range"), "0")
        params.setdefault("NGTDM", {})["half_width"] = int(left) if left.isdigit() else 0
        why = f"{params['NGTDM']['half_width']}, as the program has it from Morphologic's Range"
        notes.append(SettingNote("NGTDM,Range", "not given", True, why))
    bins = [params[name]["bins"] for name in _FAMILIES if "bins" in params.get(name, {})]
    if "LBP" in wanted and bins:
        params.setdefault("LBP", {})["bins"] = bins[-1]  # part of its name only
    shipped = {entry["name"]: entry.get("params", {}) for entry in base["family"]}
    for (family, param), own in _NUMBERS.items():
        value = shipped.get(_FAMILIES[family], {}).get(own)
        taken = (family, param) in given or own in params.get(family, {})
        if family in wanted and value is not None and not taken:
            why = f"the panel's own {value} is used"
            notes.append(SettingNote(f"{family},{param}", "not given", False, why))
    return notes
