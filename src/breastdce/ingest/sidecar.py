"""The de-identified record of a phase: an allow-list, nothing else leaves a header.

Keys are BIDS names where BIDS has one; a key is absent when its value is unknown or not on the
closed lists below.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from breastdce import __version__
from breastdce.core.caveats import Caveat
from breastdce.core.exam import TimeZero
from breastdce.formats.dicom.header import Header
from breastdce.ingest.records import STEP_DECIMALS, ExamSource, PhaseSource

_MANUFACTURERS = (
    ("GE", "GE"),
    ("SIEMENS", "Siemens"),
    ("PHILIPS", "Philips"),
    ("CANON", "Canon"),
    ("TOSHIBA", "Canon"),
)
"""Beginning of the header's name, in capitals, to the published name."""

_MODELS = (
    *("Genesis Signa", "Signa Excite", "Signa HDx", "Signa HDxt", "Signa HDe", "Signa Horizon"),
    *("Signa Premier", "Signa Artist", "Signa Architect", "Signa Pioneer", "Signa Voyager"),
    *("Discovery MR450", "Discovery MR750", "Discovery MR750w", "Optima MR360", "Optima MR450w"),
    *("Vision", "Vision plus", "Harmony", "Symphony", "SymphonyTim", "Sonata", "SonataVision"),
    *("Avanto", "Avanto fit", "Aera", "Espree", "Trio", "TrioTim", "Verio", "Skyra", "Skyra fit"),
    *("Prisma", "Prisma fit", "Vida", "Sola", "Lumina", "Altea", "Biograph mMR"),
    *("Intera", "Gyroscan Intera", "Gyroscan NT", "Achieva", "Achieva dStream", "Ingenia"),
    *("Ingenia Ambition X", "Ingenia Elition X", "Panorama HFO", "Multiva", "Prodiva"),
    *("Vantage Titan", "Vantage Galan", "Vantage Orian"),
)
"""Models of the public breast MRI collections, and the successors of their makers; others read
`Other`. Siemens' may be preceded by MAGNETOM."""

_SEQUENCES = frozenset(("SE", "IR", "GR", "EP", "RM"))
_VARIANTS = frozenset(("SK", "MTC", "SS", "TRSS", "SP", "MP", "OSP", "TOF", "NONE"))
_OPTIONS = frozenset(
    ("PER", "RG", "CG", "PPG", "FC", "PFF", "PFP", "SP", "FS")  # DICOM PS3.3 C.8.3.1
)
_ACQUISITIONS = frozenset(("2D", "3D"))
_AGENTS = {"IODINE", "GADOLINIUM", "CARBON DIOXIDE", "BARIUM", "XENON"}
"""BIDS' list for ContrastBolusIngredient."""
_TRANSFER_SYNTAX = re.compile(r"1\.2\.840\.10008\.1\.2(\.[0-9]{1,3}){0,2}")
"""Root of all transfer syntaxes of the standard, PS3.6 table A-1; a private UID may name a site."""
_GAUSS_ABOVE = 100.0
"""No magnet has 100 tesla: such a number is in gauss."""


def _plain(model: str) -> str:
    """Return a spelling that versions of a name share."""
    return re.sub("[ _-]", "", model.upper()).removeprefix("MAGNETOM")


_KNOWN_MODELS = {_plain(name): name for name in _MODELS}


def manufacturer_of(header: Header) -> str:
    """One of GE, Siemens, Philips, Canon, Other."""
    name = header.manufacturer.upper()
    return next((ours for theirs, ours in _MANUFACTURERS if name.startswith(theirs)), "Other")


def model_of(header: Header) -> str:
    """A model of the package's table, else `Other`."""
    return _KNOWN_MODELS.get(_plain(header.model), "Other")


def field_strength_t(header: Header) -> float | None:
    """Tesla, rounded to 0.1; None where unknown."""
    value = header.field_strength
    if value is None or value <= 0:
        return None
    return round(value / 10_000 if value > _GAUSS_ABOVE else value, 1)


def sidecar(
    exam: ExamSource, index: int, *, rescaled: bool, caveats: Iterable[Caveat]
) -> dict[str, object]:
    """Build the record of one phase; `caveats` are the exam's."""
    phase = exam.phases[index]
    record: dict[str, object | None] = {
        "Modality": "MR",
        "Manufacturer": manufacturer_of(phase.header),
        "ManufacturersModelName": model_of(phase.header),
        "MagneticFieldStrength": field_strength_t(phase.header),
        **_protocol(phase.header),
        "SliceThickness": phase.header.frames[0].slice_thickness_mm,
        "SpacingBetweenSlices": round(exam.grid.spacing_mm[2], STEP_DECIMALS),
        "ImageOrientationPatientDICOM": list(phase.header.frames[0].orientation),
        "Units": "arbitrary",
        "BodyPart": "BREAST",
        "Laterality": _laterality(exam, phase),
        **_times(exam, phase, index),
        "PhaseKey": exam.phase_key,
        "RescaleApplied": rescaled,
        "SourceTransferSyntax": _standard_uid(phase.header.transfer_syntax_uid),
        "Caveats": sorted({str(caveat.code) for caveat in caveats}) or None,
        "GeneratedBy": f"breastdce {__version__}",
    }
    return {key: value for key, value in record.items() if value is not None}


def _protocol(header: Header) -> dict[str, object | None]:
    frame = header.frames[0]
    return {
        "MRAcquisitionType": _one_of(header.mr_acquisition_type, _ACQUISITIONS),
        "ScanningSequence": _terms(header.scanning_sequence, _SEQUENCES),
        "SequenceVariant": _terms(header.sequence_variant, _VARIANTS),
        "ScanOptions": _terms(header.scan_options, _OPTIONS),
        "RepetitionTime": _seconds(frame.repetition_time_ms),
        "EchoTime": _seconds(frame.echo_time_ms),
        "InversionTime": _seconds(frame.inversion_time_ms),
        "FlipAngle": frame.flip_angle_deg,
        "PixelBandwidth": header.pixel_bandwidth_hz,
        "AcquisitionDuration": _duration_s(header),
        "ContrastBolusIngredient": _one_of(header.contrast_agent.upper(), _AGENTS),
    }


def _times(exam: ExamSource, phase: PhaseSource, index: int) -> dict[str, object | None]:
    known = exam.time_zero is not TimeZero.UNKNOWN
    return {
        "PhaseIndex": index,
        "PhaseRole": phase.role.value,
        "PhaseStart": None if phase.start_s is None else round(phase.start_s, 3),
        "PhaseEffectiveTime": None if phase.effective_s is None else round(phase.effective_s, 3),
        "TimeZero": exam.time_zero.value if known else None,
    }


def _laterality(exam: ExamSource, phase: PhaseSource) -> str | None:
    return _one_of(exam.side or phase.header.laterality, frozenset("LRB"))


def _duration_s(header: Header) -> float | None:
    if header.ge_duration_us:
        return round(header.ge_duration_us / 1e6, 3)
    return header.acquisition_duration_s


def _seconds(milliseconds: float | None) -> float | None:
    return None if milliseconds is None else round(milliseconds / 1000, 7)


def _standard_uid(uid: str) -> str | None:
    return uid if _TRANSFER_SYNTAX.fullmatch(uid) else None


def _one_of(term: str, allowed: Iterable[str]) -> str | None:
    return term if term in allowed else None


def _terms(terms: Iterable[str], allowed: frozenset[str]) -> list[str] | None:
    return [term for term in terms if term in allowed] or None
