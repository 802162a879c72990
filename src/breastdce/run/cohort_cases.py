"""Exams that the first page shows in pictures, chosen by rule and read from the data set."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np

from breastdce.core.exam import ExamId
from breastdce.core.volume import Mask
from breastdce.dataset.layout import STV_BEST_FIRST, MaskName
from breastdce.report.closeup import closeup_cut
from breastdce.report.color import shared_window
from breastdce.report.dataset_view import Case, Pair
from breastdce.report.figure import Picture, ser_layer, signal_layer
from breastdce.report.plane import Cut, fullest_slice, planes
from breastdce.report.slices import body_crop
from breastdce.report.words import decimal
from breastdce.run.agreement import mask_kind, on_fine_grid
from breastdce.run.pages import StoredImages

_GALLERY = (0.125, 0.375, 0.625, 0.875)  # places in the order of FTV: the middles of its quarters
_EXTREMES = 2  # best and worst cases each
_MARK_MM = 12.0
_KINDS = 8


class Finding(msgspec.Struct, frozen=True):
    """What the stage of quality control says of one kind of artifact; other keys do not matter."""

    detector: str
    score: float
    threshold: float
    phases: tuple[int, ...] = ()
    voxel: tuple[int, int, int] | None = None
    words: str = ""


class Lesion(NamedTuple):
    """What the choice of the gallery needs of an exam."""

    ftv_ml: float
    exam: ExamId
    early: int
    """Native phase that is the first after contrast."""


def gallery(out: Path, exams: Sequence[Lesion]) -> list[Case]:
    """Cases of the exams that `small_to_large` chooses."""
    return [_lesion(out, lesion) for lesion in small_to_large(exams)]


def small_to_large(exams: Sequence[Lesion]) -> list[Lesion]:
    """Four exams with a lesion: the middles of the quarters of all FTV; fewer where they are."""
    found = [exam for exam in exams if math.isfinite(exam.ftv_ml) and exam.ftv_ml > 0]
    ordered = sorted(found, key=lambda one: (one.ftv_ml, str(one.exam)))
    if not ordered:
        return []
    return list(dict.fromkeys(ordered[int(part * len(ordered))] for part in _GALLERY))


def _lesion(out: Path, lesion: Lesion) -> Case:
    ml, exam, early = lesion
    images = StoredImages(out, exam)
    ftv = images.mask(MaskName.FTV)
    assert ftv is not None  # noqa: S101 - the exam has an FTV
    found = (images.mask(name) for name in STV_BEST_FIRST)
    stv = next((mask for mask in found if mask is not None and mask.data.any()), None)
    fine = on_fine_grid(out, exam, MaskName.FTV)
    words = f"FTV {decimal(ml)} mL" + ("" if stv is None else f", STV {decimal(stv.volume_ml)} mL")
    pictures = [_classes(images, ftv, early)]
    if fine is not None and fine.data.any():
        pictures = [*_signals(images, fine, stv), *pictures]
    return Case(exam=str(exam), link=f"exams/{exam}.html", words=words, pictures=pictures)


def _signals(images: StoredImages, ftv: Mask, stv: Mask | None) -> list[Picture]:
    """Before and after contrast, and after it with outlines, of one slice of the 1 mm grid."""
    pre, post = images.image(0), images.image(1)
    lines = [("ftv-line", ftv)]
    if stv is not None and stv.grid.matches(ftv.grid):
        lines.append(("stv-line", stv))
    cut = closeup_cut(Mask(lines[-1][1].data, post.grid))
    window = shared_window([pre, post])
    outlines = tuple((kind, cut.take(mask.data)) for kind, mask in lines)
    shown = ((pre, "before contrast", ()), (post, "first after contrast", ()))
    return [
        Picture(cut, (signal_layer(cut, image, window),), f"{words}. {cut.label}", words, some)
        for image, words, some in (*shown, (post, "with outlines", outlines))
    ]


def _classes(images: StoredImages, ftv: Mask, early: int) -> Picture:
    cut = closeup_cut(ftv)
    post = images.native(early)
    layers = (
        signal_layer(cut, post, shared_window([post])),
        ser_layer(cut, images.ser(), ftv),
    )
    return Picture(cut, layers, f"Classes of SER. {cut.label}", "classes of SER, native grid")


def agreement_cases(out: Path, exams: Sequence[ExamId], pairs: Sequence[Pair]) -> list[Case]:
    """The exams in which the masks of the first pair agree least and most."""
    if not pairs:
        return []
    pair = pairs[0]
    ordered = sorted(
        (float(dice), place) for place, dice in enumerate(pair.dice) if math.isfinite(dice)
    )
    chosen = dict.fromkeys([*ordered[:_EXTREMES], *ordered[-_EXTREMES:]])
    cases = (_compared(out, exams[place], pair, dice) for dice, place in chosen)
    return [case for case in cases if case is not None]


def _compared(out: Path, exam: ExamId, pair: Pair, dice: float) -> Case | None:
    masks = [on_fine_grid(out, exam, mask_kind(name)) for name in (pair.first, pair.second)]
    first, second = masks
    if first is None or second is None or not (first.data | second.data).any():
        return None
    post = StoredImages(out, exam).image(1)
    cut = closeup_cut(Mask(first.data | second.data, post.grid))
    outlines = tuple(
        (kind, cut.take(mask.data)) for kind, mask in (("ftv-line", first), ("stv-line", second))
    )
    layer = signal_layer(cut, post, shared_window([post]))
    picture = Picture(cut, (layer,), f"Both outlines. {cut.label}", cut.label, outlines)
    words = (
        f"Dice {decimal(dice, 3)}; {decimal(first.volume_ml)} and {decimal(second.volume_ml)} mL"
    )
    return Case(exam=str(exam), link=f"exams/{exam}.html", words=words, pictures=[picture])


def artifact_cases(
    out: Path, exams: Sequence[ExamId], reports: Sequence[Mapping[str, object]]
) -> list[Case]:
    """Of each kind of artifact that was found, the exam with the highest score."""
    worst: dict[str, tuple[float, int, Finding]] = {}
    for place, report in enumerate(reports):
        for found in _findings(report.get("qc")):
            over = found.score / found.threshold if found.threshold > 0 else math.inf
            if found.score >= found.threshold and over > worst.get(found.detector, (0.0,))[0]:
                worst[found.detector] = (over, place, found)
    strongest = sorted(worst.values(), key=lambda item: (-item[0], item[2].detector))[:_KINDS]
    return [_artifact(out, exams[place], found) for _, place, found in strongest]


def _findings(report: object) -> tuple[Finding, ...]:
    if not isinstance(report, Mapping):
        return ()
    return msgspec.convert(report.get("findings", ()), tuple[Finding, ...])


def _artifact(out: Path, exam: ExamId, found: Finding) -> Case:
    phase = found.phases[0] if found.phases else 0
    volume = StoredImages(out, exam).native(phase)
    window = shared_window([volume])
    plane = planes(volume.grid)[0]
    mark = np.zeros(volume.grid.shape, np.bool_)
    if found.voxel is not None:
        mark[_around(found.voxel, volume.grid.spacing_mm)] = True
    index = fullest_slice(mark, plane.normal) if found.voxel is None else found.voxel[plane.normal]
    middle = volume.grid.shape[plane.normal] // 2
    cut = Cut(plane, volume.grid, middle if index is None else index, body_crop(volume, window))
    outlines = (("voi-line", cut.take(mark)),) if found.voxel is not None else ()
    title = found.detector.replace("_", " ")
    picture = Picture(
        cut,
        (signal_layer(cut, volume, window),),
        f"Artifact: {title}. {cut.label}",
        f"Phase {phase}. {cut.label}",
        outlines,
    )
    words = (
        f"{title.capitalize()}: score {decimal(found.score)}, threshold {decimal(found.threshold)}"
    )
    words += f"; {found.words}" if found.words else ""
    return Case(exam=str(exam), link=f"exams/{exam}.html", words=words, pictures=[picture])


def _around(voxel: tuple[int, int, int], spacing_mm: Sequence[float]) -> tuple[slice, ...]:
    half = [round(_MARK_MM / spacing / 2) for spacing in spacing_mm]
    return tuple(slice(max(0, v - h), v + h + 1) for v, h in zip(voxel, half, strict=True))
