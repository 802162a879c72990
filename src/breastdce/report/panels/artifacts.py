"""Artifacts that the detectors found, each with its reason, its place and a picture."""

from __future__ import annotations

import msgspec
import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from breastdce.core.codes import CaveatCode
from breastdce.core.volume import Volume
from breastdce.report.color import Window, shared_window
from breastdce.report.figure import Picture, picture_row, signal_layer
from breastdce.report.html import fill
from breastdce.report.panels._contract import Panel
from breastdce.report.plane import Cut, planes
from breastdce.report.view import ExamView
from breastdce.report.words import decimal

_RING_MM = 12.0  # radius of the mark
_DARK = 0.35  # of the shared window: ghosts, stripes and folded tissue are faint
_WINDOW = ("spike", "ghost", "wrap", "zipper")
_LOOKED_FOR = {
    "bright_outside": "bright structures outside the breast",
    "clipping": "clipped intensities",
    "ghost": "ghosts",
    "laterality": "left and right exchanged",
    "phase_copy": "repeated phases",
    "phase_order": "phases in the wrong order",
    "slice_copy": "repeated slices",
    "slice_gap": "missing slices",
    "slice_order": "slices out of order",
    "spike": "spikes in k-space",
    "wrap": "wrap-around",
    "zipper": "zippers",
}


class _Finding(msgspec.Struct):
    """What the page needs of a detector's finding."""

    detector: str
    code: str
    score: float
    threshold: float
    phases: list[int] = []
    voxel: tuple[int, int, int] | None = None
    words: str = ""

    @property
    def is_found(self) -> bool:
        return self.score >= self.threshold

    @property
    def kind(self) -> str:
        return _LOOKED_FOR.get(self.detector, self.detector.replace("_", " "))


def render(view: ExamView) -> Markup:
    findings = _findings(view)
    found = [one for one in findings if one.is_found]
    return fill(
        "artifacts.html",
        found=[
            (
                one.kind[:1].upper() + one.kind[1:],
                CaveatCode[one.code],
                one.words,
                _place(one),
                f"{decimal(one.score, 2)}, threshold {decimal(one.threshold, 2)}",
                _pictures(view, one),
            )
            for one in found
        ],
        missed=", ".join(one.kind for one in findings if not one.is_found),
        unseen=[one.words for one in findings if not one.is_found and one.words],
    )


def _findings(view: ExamView) -> list[_Finding]:
    return [msgspec.convert(one, _Finding) for one in view.findings]


def _place(one: _Finding) -> str:
    parts = []
    if one.voxel is not None:
        parts.append("voxel {}, {}, {}".format(*one.voxel))
    if one.phases:
        parts.append(f"phase {', '.join(map(str, one.phases))}")
    return "; ".join(parts)


def _pictures(view: ExamView, one: _Finding) -> Markup:
    """The acquired slice of the place, and the plane across it that shows the stack."""
    if one.voxel is None:
        return Markup("")
    shown = [number for number in one.phases if number < len(view.phases)]
    volume = view.phases[shown[0] if shown else view.phase_indices[1]].volume
    window = _window(view, one, volume)
    whole = tuple(slice(0, size) for size in volume.grid.shape)
    crop = (whole[0], whole[1], whole[2])  # artifacts lie at the edges that a crop would hide
    mark = _ball(volume, one.voxel)
    cuts = [Cut(plane, volume.grid, one.voxel[plane.normal], crop) for plane in planes(volume.grid)]
    return picture_row(
        [
            Picture(
                cut,
                (signal_layer(cut, volume, window),),
                alt=f"{one.kind}, marked with a ring. {cut.label}.",
                caption=cut.label,
                outlines=[("voi-line", cut.take(mark))],
            )
            for cut in (cuts[0], _across(cuts, one))
        ]
    )


def _across(cuts: list[Cut], one: _Finding) -> Cut:
    """Second plane: faults of the stack show where slices are seen from the side."""
    return cuts[1] if one.detector.startswith("slice") else cuts[-1]


def _window(view: ExamView, one: _Finding, volume: Volume) -> Window:
    if one.detector == "clipping":
        return Window(0.0, float(volume.data.max()))
    window = shared_window([phase.volume for phase in view.phases])
    if one.detector in _WINDOW:
        return Window(window.low, window.low + _DARK * (window.high - window.low))
    return window


def _ball(volume: Volume, voxel: tuple[int, int, int]) -> NDArray[np.bool_]:
    """A ball around a voxel, of which the page draws the outline."""
    grid = volume.grid
    far = sum(
        np.square((np.arange(size) - center) * step).reshape(
            [-1 if a == n else 1 for a in range(3)]
        )
        for n, (size, center, step) in enumerate(
            zip(grid.shape, voxel, grid.spacing_mm, strict=True)
        )
    )
    return np.asarray(far <= _RING_MM**2)


PANEL = Panel("artifacts", "Artifacts", ("findings",), "", render)
