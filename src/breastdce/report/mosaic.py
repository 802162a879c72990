"""Many slices of one plane side by side, small, with outlines; one of them can be shown large."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup
from PIL import Image

from breastdce.core.volume import Volume
from breastdce.report.color import Window
from breastdce.report.figure import Picture, frame_of, picture_svg, signal_layer
from breastdce.report.html import fill
from breastdce.report.plane import Crop, Cut, Plane
from breastdce.report.view import ExamView

TILES = 20
"""Most slices of a plane: enough to follow a lesion, few enough to print on a page."""
_LONGEST_PX = 224  # of a tile: an overview, stepped through at twice its size
_QUALITY = 70  # of WebP: edges stay, noise in air goes


def shown_slices(plane: Plane, crop: Crop, fullest: int | None) -> list[int]:
    """Slices of the crop at even steps, the fullest of the lesion among them."""
    span = crop[plane.normal]
    step = max(1, -(-(span.stop - span.start) // TILES))
    first = span.start + (span.stop - span.start - 1) % step // 2
    if fullest is not None:
        first = span.start + (fullest - span.start) % step
    return list(range(first, span.stop, step))


def mosaic(view: ExamView, plane: Plane, slices: list[int]) -> Markup:
    """Draw the slices over the first post-contrast phase, the FTV outlined."""
    pictures = list(_pictures(view, plane, slices))
    frame = frame_of(pictures)
    tiles = [
        (picture_svg(picture, frame), picture.caption, picture.cut.index + 1)
        for picture in pictures
    ]
    step = slices[1] - slices[0] if len(slices) > 1 else 1
    count = view.ftv.grid.shape[plane.normal]
    return fill("mosaic_plane.html", name=plane.name, tiles=tiles, step=step, count=count)


def _pictures(view: ExamView, plane: Plane, slices: list[int]) -> Iterator[Picture]:
    for index in slices:
        cut = Cut(plane, view.ftv.grid, index, view.crop)
        inside = cut.take(view.ftv.data)
        words = ", FTV outlined" if inside.any() else ""
        yield Picture(
            cut,
            (small_layer(cut, view.post1.volume, view.window),),
            alt=f"First post-contrast phase{words}. {cut.label}.",
            caption=cut.label,
            outlines=(("ftv-line", inside),),
            quality=_QUALITY,
        )


def small_layer(cut: Cut, volume: Volume, window: Window) -> Image.Image:
    """Signal in gray, with no more pixels than a tile needs."""
    layer = signal_layer(cut, volume, window)
    (width, height), longest = cut.size_mm, max(cut.size_mm)
    size = (
        min(layer.width, max(1, round(_LONGEST_PX * width / longest))),
        min(layer.height, max(1, round(_LONGEST_PX * height / longest))),
    )
    return layer if size == layer.size else layer.resize(size, Image.Resampling.BOX)
