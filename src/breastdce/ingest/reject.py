"""What can be no phase of a DCE: an ordered list of small named rules, the first hit counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from breastdce.core.codes import SeriesCode
from breastdce.core.counted import counted
from breastdce.core.errors import InputError
from breastdce.formats.dicom.geometry import axes, cluster_positions, is_pixel_spacing
from breastdce.ingest.image_types import computed_kind, image_part, terms
from breastdce.ingest.series import SAME_PROTOCOL, Part
from breastdce.ingest.signal import value_fault
from breastdce.ingest.volumes import LEAST_SLICES, ReadPixels, words

LARGEST_STEP_MM = 8.0
LARGEST_ECHO_MS = 12.0
LARGEST_REPETITION_MS = 60.0
"""Of a 3D gradient echo; 2D ones repeat more slowly. Own rules."""

LARGEST_SLOPE = 1e9
"""Of RescaleSlope; its reciprocal is the least. Squares of what comes out must fit into float32."""
LARGEST_INTERCEPT = 2.0**24
"""Of RescaleIntercept, in slopes: beyond it float32 cannot tell neighboring stored values apart."""

_SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"  # PS3.4: and its multi-frame kinds .1 to .4
_CAPTURES = frozenset({"DV", "DI", "DF", "WSD", "SD", "SI", "DRW"})
"""Terms of ConversionType, PS3.3 C.8.6.1, but SYN: video, film, paper, workstation, drawing."""
Verdict = tuple[SeriesCode, str] | None


@dataclass(frozen=True, slots=True)
class Rule:
    """A reason why a part of a series is no phase."""

    name: str
    test: Callable[[Part, ReadPixels | None], Verdict]


def verdict(part: Part, read: ReadPixels | None, rules: Iterable[Rule]) -> Verdict:
    """Code and evidence by the first rule that applies; None for a possible phase."""
    return next((found for rule in rules if (found := rule.test(part, read))), None)


def _secondary(part: Part, read: ReadPixels | None) -> Verdict:
    kinds = {item.header.sop_class_uid for item in part.series.slices}
    if any(f"{kind}.".startswith(f"{_SECONDARY_CAPTURE}.") for kind in kinds):
        return SeriesCode.SECONDARY, "the SOP class is secondary capture"
    if any(item.header.conversion_type.upper() in _CAPTURES for item in part.series.slices):
        return SeriesCode.SECONDARY, "ConversionType says video, film, paper or workstation"
    return None


def _computed(part: Part, read: ReadPixels | None) -> Verdict:
    code = computed_kind(part.image_type)
    return (code, "ImageType says so") if code else None


def _image_part(part: Part, read: ReadPixels | None) -> Verdict:
    kind = image_part(part.image_type)
    if kind in ("phase", "real", "imaginary"):
        return SeriesCode.DERIVED_MAP, f"ImageType: {kind} image, not magnitude"
    if kind in ("fat", "in phase", "out of phase") and _has_water(part):
        return SeriesCode.OTHER_PROTOCOL, f"ImageType: {kind} image beside water images"
    return None


def _has_water(part: Part) -> bool:
    return any(image_part(item.image_type) == "water" for item in part.series.slices)


def _geometry(part: Part, read: ReadPixels | None) -> Verdict:
    spacing = part.frame.pixel_spacing_mm
    if not is_pixel_spacing(spacing):
        return SeriesCode.GEOMETRY_BAD, f"pixel spacing {spacing[0]} x {spacing[1]} mm"
    try:
        axes(part.frame.orientation)
    except InputError as error:
        return SeriesCode.GEOMETRY_BAD, words(error.evidence)
    return None


def _rescale(part: Part, read: ReadPixels | None) -> Verdict:
    pairs = [(item.frame.rescale_slope, item.frame.rescale_intercept) for item in part.slices]
    wrong = sum(not _is_usable(1.0 if a is None else a, b or 0.0) for a, b in pairs)
    if wrong:
        return SeriesCode.PIXELS_BAD, f"RescaleSlope or RescaleIntercept absurd in {wrong} images"
    without = sum(slope is None for slope, _ in pairs)
    if 0 < without < len(pairs):
        return SeriesCode.PIXELS_BAD, f"no RescaleSlope in {without} of {len(pairs)} images"
    return None


def _is_usable(slope: float, intercept: float) -> bool:
    """Whether a magnitude can have such a modality LUT."""
    in_bounds = 1 / LARGEST_SLOPE <= slope <= LARGEST_SLOPE
    return in_bounds and abs(intercept) <= LARGEST_INTERCEPT * slope


def _values(part: Part, read: ReadPixels | None) -> Verdict:
    fault = value_fault(part, read) if read else ""
    return (SeriesCode.PIXELS_BAD, fault) if fault else None


def _diffusion(part: Part, read: ReadPixels | None) -> Verdict:
    weights = {item.frame.b_value for item in part.slices} - {None, 0.0}
    if weights:
        return SeriesCode.DIFFUSION, f"{len(weights)} b-values above 0"
    if "DIFFUSION" in terms(part.image_type):
        return SeriesCode.DIFFUSION, "ImageType says diffusion"
    return None


def _echo_planar(part: Part, read: ReadPixels | None) -> Verdict:
    if part.header.echo_planar or "EP" in part.header.scanning_sequence:
        return SeriesCode.NOT_T1_GRE, f"echo-planar, TE {part.frame.echo_time_ms} ms"
    if "MOSAIC" in terms(part.image_type):
        return SeriesCode.NOT_T1_GRE, "slices packed into mosaics, as echo-planar series are"
    return None


def _localizer(part: Part, read: ReadPixels | None) -> Verdict:
    if _orthogonal_views(part):
        return SeriesCode.LOCALIZER, "three orthogonal orientations in one series"
    normal = axes(part.frame.orientation)[:, 2]
    _, centers = cluster_positions(part.positions() @ normal)
    if centers.size < LEAST_SLICES:
        return (
            SeriesCode.LOCALIZER,
            f"{counted(centers.size, 'position')}, {LEAST_SLICES} are the least",
        )
    step = float(np.median(np.diff(centers)))
    if step > LARGEST_STEP_MM:
        return SeriesCode.LOCALIZER, f"steps of {step:.1f} mm"
    return None


def _orthogonal_views(part: Part) -> bool:
    """Whether the series has three normals that are nearly at right angles."""
    seen = {item.frame.orientation for item in part.series.slices}
    normals = [np.cross(o[:3], o[3:]) for o in sorted(seen)]
    apart: list[object] = []
    for normal in normals:
        if all(abs(float(normal @ other)) < 0.3 for other in apart):
            apart.append(normal)
    return len(apart) >= 3


def _sequence(part: Part, read: ReadPixels | None) -> Verdict:
    kinds = set(part.header.scanning_sequence)
    if kinds and not kinds & {"GR", "RM"}:
        return SeriesCode.NOT_T1_GRE, "ScanningSequence is no gradient echo"
    return None


def _contrast_weighting(part: Part, read: ReadPixels | None) -> Verdict:
    echo, repetition = part.frame.echo_time_ms, part.frame.repetition_time_ms
    if echo is not None and echo > LARGEST_ECHO_MS:
        return SeriesCode.NOT_T1_GRE, f"TE {echo:g} ms, at most {LARGEST_ECHO_MS:g}"
    slow = repetition is not None and repetition > LARGEST_REPETITION_MS
    if slow and part.header.mr_acquisition_type != "2D":
        return SeriesCode.NOT_T1_GRE, f"TR {repetition:g} ms, at most {LARGEST_REPETITION_MS:g}"
    return None


def _copies_differ(part: Part, read: ReadPixels | None) -> Verdict:
    measured = {
        "flip angle": [item.frame.flip_angle_deg for item in part.slices],
        "inversion time": [item.frame.inversion_time_ms for item in part.slices],
        "repetition time": [item.frame.repetition_time_ms for item in part.slices],
    }
    for name, values in measured.items():
        low, high = _range(values)
        if high - low > SAME_PROTOCOL * high:
            return SeriesCode.OTHER_PROTOCOL, f"{name} from {low:g} to {high:g} in one series"
    return None


def _burned_in(part: Part, read: ReadPixels | None) -> Verdict:
    marked = sum(item.header.burned_in for item in part.series.slices)
    if marked:
        return SeriesCode.BURNED_IN_TEXT, f"{marked} of {len(part.series.slices)} images say so"
    return None


def _range(values: Iterable[float | None]) -> tuple[float, float]:
    known = [value for value in values if value is not None]
    return (min(known), max(known)) if known else (0.0, 0.0)


BURNED_IN = Rule("burned-in text", _burned_in)
RULES: tuple[Rule, ...] = (
    Rule("secondary capture", _secondary),
    Rule("computed image", _computed),
    Rule("image part", _image_part),
    Rule("geometry", _geometry),
    Rule("rescale", _rescale),
    Rule("values", _values),
    Rule("diffusion", _diffusion),
    Rule("echo-planar", _echo_planar),
    Rule("localizer", _localizer),
    Rule("sequence", _sequence),
    Rule("weighting", _contrast_weighting),
    Rule("copies differ", _copies_differ),
    BURNED_IN,
)
"""The last one comes last so that its code says: this would have been a phase."""
