"""What an acquisition record beside a native image may hold: keys, and values of each key."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from breastdce.core.codes import CaveatCode
from breastdce.core.exam import PhaseRole, TimeZero

Rule = Callable[[object], bool]


def _one_of(*values: str) -> Rule:
    return lambda value: value in values


def _text(pattern: str) -> Rule:
    whole = re.compile(pattern)
    return lambda value: isinstance(value, str) and whole.fullmatch(value) is not None


def _list_of(rule: Rule) -> Rule:
    return lambda value: isinstance(value, list) and all(rule(item) for item in value)


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _truth(value: object) -> bool:
    return isinstance(value, bool)


# DICOM PS3.3 C.8.3.1.1: defined terms are capitals, digits and underscores, at most 16.
_terms = _list_of(_text("[A-Z0-9_]{1,16}"))
_RULES: Mapping[str, Rule] = {
    "Modality": _one_of("MR"),
    "Manufacturer": _one_of("GE", "Siemens", "Philips", "Canon", "Other"),
    "ManufacturersModelName": _text(r"[A-Za-z0-9][A-Za-z0-9 .+/_-]{0,39}"),
    "SoftwareVersions": _text(r"[ -~]{1,64}"),
    "MagneticFieldStrength": _number,
    "MRAcquisitionType": _one_of("2D", "3D"),
    "ScanningSequence": _terms,
    "SequenceVariant": _terms,
    "ScanOptions": _terms,
    **dict.fromkeys(("RepetitionTime", "EchoTime", "InversionTime", "FlipAngle"), _number),
    **dict.fromkeys(("PixelBandwidth", "AcquisitionDuration"), _number),
    **dict.fromkeys(("SliceThickness", "SpacingBetweenSlices"), _number),
    "ImageOrientationPatientDICOM": _list_of(_number),
    "ContrastBolusIngredient": _one_of("IODINE", "GADOLINIUM", "CARBON DIOXIDE", "BARIUM", "XENON"),
    "Units": _one_of("arbitrary"),
    "BodyPart": _one_of("BREAST"),
    "Laterality": _one_of("L", "R", "B"),
    "PhaseIndex": _number,
    "PhaseRole": _one_of(*PhaseRole),
    **dict.fromkeys(("PhaseStart", "PhaseEffectiveTime"), _number),
    "TimeZero": _one_of(*TimeZero),
    "PhaseKey": _text("[A-Za-z0-9_ +-]{1,64}"),
    "RescaleApplied": _truth,
    "SourceTransferSyntax": _text(r"1\.2\.840\.10008\.1\.2(\.[0-9]+)*|1\.2\.840\.113619\.5\.2"),
    "Caveats": _list_of(_one_of(*CaveatCode)),
    "GeneratedBy": _text(r"breastdce [0-9A-Za-z.+-]{1,40}"),
}
"""Key to what its value may be; the sidecar has these keys and no other."""
_ANY_OTHER = "a key that is not on the list"


def departures(record: Mapping[str, object]) -> list[tuple[str, str]]:
    """Keys of a record that may not be there, or whose value may not, with the reason."""
    wrong = [(key, _ANY_OTHER) for key in record if key not in _RULES]
    for key, rule in _RULES.items():
        if key in record and not rule(record[key]):
            wrong.append((key, f"a value that may not be there: {str(record[key])[:60]}"))
    return wrong
