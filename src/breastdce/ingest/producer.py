"""The producer's own analysis of an exam: maps, segmentations, and the parameters they carry.

No single object has all parameters; they are gathered over the objects that lie on the exam's
grid, and two that disagree are refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import msgspec
import numpy as np

from breastdce.core.caveats import Caveat, Fact
from breastdce.core.codes import CaveatCode, ExamCode
from breastdce.core.errors import ExamRefused, InputError
from breastdce.core.exam import Box, Polygon, ProducerAnalysis, Region, VoiSource
from breastdce.core.grid import Grid
from breastdce.core.volume import Mask, Volume
from breastdce.formats.dicom.maps import AnalysisFile, AnalysisKind, identify, read_map
from breastdce.formats.dicom.placement import SAME_SHIFT_PIXELS
from breastdce.formats.dicom.seg import Segmentation, place_segment
from breastdce.formats.dicom.ucsf import BoxMm, UcsfTags, read_ucsf_seg, read_ucsf_tags
from breastdce.ingest.producer_region import ProducerVoi, box_from_mm, mirror_polygon, place_voi
from breastdce.ingest.records import ExamSource

T = TypeVar("T")
_TISSUE, _TISSUE_VOI, _FTV = "PE_MASK", "PE_VOIMASK", "SER_VOIMASK"  # ContentLabel
_TIME_DECIMALS = 3  # the same time may be printed with more or fewer digits


@dataclass(frozen=True, slots=True, eq=False)
class Analysis:
    """What the producer's objects say about an exam."""

    region: Region
    """VOI, omit regions and thresholds; all None, source BREAST, where there are no objects."""
    analysis: ProducerAnalysis
    effective_s: tuple[float, ...] | None
    """Effective time of each phase after injection, in s."""
    phase_indices: tuple[int, int, int] | None
    """Pre, early and late phase."""
    duration_s: float | None
    """Duration of a phase, in s."""
    caveats: tuple[Caveat, ...]


@dataclass(slots=True)
class _Found:
    """Objects on the exam's grid, collected one by one."""

    tags: list[UcsfTags] = field(default_factory=list)
    masks: dict[str, Mask] = field(default_factory=dict)
    maps: dict[AnalysisKind, Volume] = field(default_factory=dict)
    caveats: list[Caveat] = field(default_factory=list)


def read_analysis(source: ExamSource, grid: Grid) -> Analysis:
    """Read what the producer left with an exam.

    Parameters
    ----------
    source
        The exam with the files that may hold an analysis.
    grid
        Native grid of its phases, RAS+ mm.

    Returns
    -------
    Analysis
        Objects that are not the producer's or not on this grid are left out with SEG_UNUSED.

    Raises
    ------
    ExamRefused
        PRODUCER_CONFLICT when two objects give different parameters; VOI_EMPTY when the region of
        interest lies outside the images.
    """
    found = _Found()
    for files in _by_series(source):
        _read_series(files, grid, found)
    voi = _voi(found.tags, grid)
    region = _region(found.tags, voi, grid)
    phases = len(source.phases)
    indices = _agreed(found.tags, "phase_indices", lambda tags: tags.phase_indices or None)
    times = _agreed(found.tags, "effective_s", lambda tags: _rounded(tags.effective_s))
    return Analysis(
        region=region,
        analysis=_comparison(found, region),
        effective_s=times if times and len(times) == phases else None,
        phase_indices=_three(indices, phases),
        duration_s=_agreed(found.tags, "duration_s", lambda tags: tags.duration_s),
        caveats=(
            *found.caveats,
            *(voi.caveats if voi else ()),
            *_units(source, region),
        ),
    )


def _by_series(source: ExamSource) -> Iterator[tuple[AnalysisFile, ...]]:
    """Files of the same frame of reference, series by series, in order of series number."""
    frames = {phase.header.frame_of_reference_uid for phase in source.phases}
    series: dict[tuple[int, str, AnalysisKind], list[AnalysisFile]] = {}
    for name in source.analysis_paths:
        try:
            file = identify(Path(name))
        except InputError:  # the scan has a code for it already
            continue
        foreign = file.frame_of_reference_uid and file.frame_of_reference_uid not in frames
        if file.kind is not AnalysisKind.OTHER and not foreign:
            key = (file.series_number, file.series_uid, file.kind)
            series.setdefault(key, []).append(file)
    yield from (tuple(series[key]) for key in sorted(series))


def _read_series(files: tuple[AnalysisFile, ...], grid: Grid, found: _Found) -> None:
    if files[0].kind is AnalysisKind.SEG:
        for file in files:
            _read_seg(file.path, grid, found)
        return
    try:
        image = read_map(tuple(file.path for file in files), grid)
        tags = read_ucsf_tags(files[0].path)
    except InputError as error:
        found.caveats.append(_unused(files[0].kind.value, str(error.code), files=len(files)))
        return
    found.maps.setdefault(files[0].kind, image)
    if tags is not None:
        found.tags.append(tags)


def _read_seg(path: Path, grid: Grid, found: _Found) -> None:
    try:
        seg, tags = read_ucsf_seg(path)
    except InputError as error:
        found.caveats.append(_unused("seg", str(error.code)))
        return
    counts = {"segments": len(seg.segments), "frames": seg.frame_count}
    try:
        mask, outside, shift = _placed(seg, grid)
    except InputError as error:
        found.caveats.append(_unused("seg", str(error.code), **counts))
        return
    if tags is None:
        found.caveats.append(_unused("seg", "not_producer", **counts, frames_outside=outside))
        return
    found.tags.append(tags)
    if not seg.bits:  # I-SPY2's: any value above 0 is outside there
        found.masks.setdefault(seg.content_label, mask)
    if shift > SAME_SHIFT_PIXELS:
        found.caveats.append(Caveat(CaveatCode.SEG_SHIFTED, {"pixels": round(shift, 3)}))
    if outside:
        found.caveats.append(Caveat(CaveatCode.SEG_OUTSIDE, {"frames": outside}))


def _placed(seg: Segmentation, grid: Grid) -> tuple[Mask, int, float]:
    """First segment on the grid; frames outside and largest shift over all segments."""
    placed = [place_segment(segment, grid) for segment in seg.segments]
    first = placed[0].mask if placed else Mask(np.zeros(grid.shape, np.bool_, order="F"), grid)
    outside = sum(item.frames_outside for item in placed)
    return first, outside, max((item.shift_pixels for item in placed), default=0.0)


def _unused(kind: str, why: str, **counts: int) -> Caveat:
    detail: dict[str, Fact] = {"object": kind, "why": why, **counts}
    return Caveat(CaveatCode.SEG_UNUSED, detail)


def _agreed(
    objects: Iterable[UcsfTags], name: str, get: Callable[[UcsfTags], T | None]
) -> T | None:
    """The value that all objects which have one share."""
    values: list[T] = []
    for tags in objects:
        value = get(tags)
        if value is not None and value not in values:
            values.append(value)
    if len(values) > 1:
        raise ExamRefused(ExamCode.PRODUCER_CONFLICT, evidence={name: msgspec.to_builtins(values)})
    return values[0] if values else None


def _rounded(times: tuple[float, ...]) -> tuple[float, ...] | None:
    return tuple(round(time, _TIME_DECIMALS) for time in times) or None


def _number(objects: Iterable[UcsfTags], name: str) -> float | None:
    def get(tags: UcsfTags) -> float | None:
        value = tags.parameters.get(name)
        return value if isinstance(value, float) else None

    return _agreed(objects, name, get)


def _voi(objects: list[UcsfTags], grid: Grid) -> ProducerVoi | None:
    index = _agreed(objects, "voi_index", _index_box)
    mm = next((tags.voi_mm for tags in objects if tags.voi_mm is not None), None)
    return place_voi(index, mm, grid)


def _index_box(tags: UcsfTags) -> Box | None:
    if tags.voi_first is None or tags.voi_last is None:
        return None
    return Box(tags.voi_first, tags.voi_last)


def _region(objects: list[UcsfTags], voi: ProducerVoi | None, grid: Grid) -> Region:
    background = _number(objects, "pre_contrast_threshold")
    neighbors = _number(objects, "minimum_neighbor_count")
    omit = _agreed(objects, "omit", lambda tags: tags.omit) or ()
    turned = voi is not None and voi.reversed_slices
    return Region(
        source=VoiSource.BREAST if voi is None else VoiSource.PRODUCER,
        voi=None if voi is None else voi.box,
        omit=tuple(_omitted(shape, grid, turned=turned) for shape in omit),
        background=None if background is None else int(background),
        pe_percent=_number(objects, "PE_threshold"),
        min_neighbors=None if neighbors is None else int(neighbors),
    )


def _omitted(shape: BoxMm | Polygon, grid: Grid, *, turned: bool) -> Box | Polygon:
    if isinstance(shape, BoxMm):
        return box_from_mm(shape, grid)
    return mirror_polygon(shape, grid) if turned else shape


def _comparison(found: _Found, region: Region) -> ProducerAnalysis:
    tissue = found.masks.get(_TISSUE_VOI, found.masks.get(_TISSUE))
    ftv = next((tags.ftv for tags in found.tags if tags.ftv is not None), None)
    with_voi = region.voi is not None
    return ProducerAnalysis(
        pe=found.maps.get(AnalysisKind.PE),
        ser=found.maps.get(AnalysisKind.SER),
        tissue=tissue if with_voi else None,
        ftv=found.masks.get(_FTV) if with_voi else None,
        ftv_voxels=None if ftv is None else ftv.voxels,
        ftv_ml=None if ftv is None else ftv.ml,
    )


def _three(indices: tuple[int, ...] | None, phases: int) -> tuple[int, int, int] | None:
    if (
        indices is None
        or len(indices) != 3
        or not 0 <= indices[0] < indices[1] < indices[2] < phases
    ):
        return None
    return indices[0], indices[1], indices[2]


def _units(source: ExamSource, region: Region) -> Iterator[Caveat]:
    slopes = {frame.rescale_slope for phase in source.phases for frame in phase.header.frames}
    if region.background is not None and slopes - {None, 1.0}:
        yield Caveat(CaveatCode.THRESHOLD_UNITS, {"background": region.background})
