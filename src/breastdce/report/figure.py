"""Slices as pictures: lossless image data inside SVG in millimeters, outlines as paths over it.

The pixels are the data's own; the browser does the scaling, so physical proportions hold for any
voxel and outlines stay crisp. All pictures of one row share scale and frame.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray
from PIL import (
    Image,
    WebPImagePlugin,  # noqa: F401 - else Pillow loads seventy formats to find this one
)

from breastdce.core.volume import Mask, Volume
from breastdce.report.color import SER_CLASSES, Window, gray, pe_level, pe_ramp, ser_class
from breastdce.report.outline import border_loops, path_data
from breastdce.report.plane import Cut, Plane
from breastdce.report.slices import lesion_cuts
from breastdce.report.view import ExamView

_SCALE_BAR_MM = 20.0
_FRAME_SHARE = 0.3  # of the longer side: a thin slab still has room for its letters
_THUMBNAIL_PX = 112  # twice the size on the page, for screens of that density
_THUMBNAIL_COLORS = 64  # a fifth of the bytes: a page of 1,000 exams loads 5 MB of them


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """One slice to be shown: gray or color layers, bottom first, and outlines by CSS class."""

    cut: Cut
    layers: Sequence[Image.Image]
    alt: str
    caption: str
    outlines: Sequence[tuple[str, NDArray[np.bool_]]] = ()
    quality: int | None = None
    """Of WebP with loss, for overviews; None where every pixel is kept."""


def signal_layer(cut: Cut, volume: Volume, window: Window) -> Image.Image:
    """Signal in gray."""
    return Image.fromarray(gray(cut.take(volume.data), window))


def pe_layer(cut: Cut, pe: Volume) -> Image.Image:
    """Percent enhancement in the colors of `pe_ramp`."""
    return _indexed(pe_level(cut.take(pe.data)), [channel for c in pe_ramp() for channel in c])


def ser_layer(cut: Cut, ser: Volume, region: Mask) -> Image.Image:
    """SER classes inside a region, transparent elsewhere."""
    classes = np.where(cut.take(region.data), ser_class(cut.take(ser.data)), 0).astype(np.uint8)
    palette = [0, 0, 0, *(channel for entry in SER_CLASSES for channel in entry.color)]
    image = _indexed(classes, palette)
    image.info["transparency"] = 0
    return image.convert("RGBA")


def _indexed(levels: NDArray[np.uint8], palette: list[int]) -> Image.Image:
    image = Image.fromarray(np.ascontiguousarray(levels))
    image.putpalette(palette)  # turns the image from gray into indexed color
    return image


def picture_row(pictures: Sequence[Picture]) -> Markup:
    """Show pictures side by side in frames of equal size and scale, each with its caption."""
    frame = frame_of(pictures)
    figures = Markup("").join(_figure(picture, frame) for picture in pictures)
    return Markup('<div class="row">{}</div>').format(figures)


def frame_of(pictures: Sequence[Picture]) -> tuple[float, float]:
    """Width and height in mm that every one of the pictures fits in."""
    width = max(picture.cut.size_mm[0] for picture in pictures)
    height = max(picture.cut.size_mm[1] for picture in pictures)
    return max(width, _FRAME_SHARE * height), max(height, _FRAME_SHARE * width)


def _figure(picture: Picture, frame: tuple[float, float]) -> Markup:
    return Markup("<figure>{}<figcaption>{}</figcaption></figure>").format(
        picture_svg(picture, frame), picture.caption
    )


def picture_svg(picture: Picture, frame: tuple[float, float]) -> Markup:
    """Draw one picture in the middle of a frame of `frame` mm (width, height)."""
    cut = picture.cut
    (width, height), (sx, sy) = cut.size_mm, cut.pixel_mm
    left, top = (frame[0] - width) / 2, (frame[1] - height) / 2
    layers = Markup("").join(
        _image(data_uri(layer, picture.quality), width, height, base=number == 0)
        for number, layer in enumerate(picture.layers)
    )
    outlines = _outlines(picture.outlines)
    scaled = Markup('<g transform="scale({} {})">{}</g>').format(_mm(sx), _mm(sy), outlines)
    return Markup(
        '<svg class="picture" viewBox="0 0 {} {}" role="img" aria-label="{}">'
        '<g transform="translate({} {})">{}{}</g>{}{}</svg>'
    ).format(
        _mm(frame[0]),
        _mm(frame[1]),
        picture.alt,
        _mm(left),
        _mm(top),
        layers,
        scaled if outlines else "",
        _letters(cut.plane, frame),
        _scale_bar(frame),
    )


def _image(address: str, width: float, height: float, *, base: bool) -> Markup:
    return Markup(
        '<image class="{}" width="{}" height="{}" preserveAspectRatio="none" href="{}"/>'
    ).format("base" if base else "classes", _mm(width), _mm(height), address)


def _outlines(outlines: Sequence[tuple[str, NDArray[np.bool_]]]) -> Markup:
    """All dark rims first, so that none covers a line and equal outlines show through gaps."""
    paths = [(name, path_data(border_loops(mask))) for name, mask in outlines]
    drawn = [(name, path) for name, path in paths if path]
    halos = Markup("").join(Markup('<path class="halo" d="{}"/>').format(path) for _, path in drawn)
    lines = Markup("").join(
        Markup('<path class="{}" d="{}"/>').format(name, path) for name, path in drawn
    )
    return halos + lines


def _letters(plane: Plane, frame: tuple[float, float]) -> Markup:
    width, height = frame
    size = 0.055 * max(frame)
    places = (
        (0.6 * size, height / 2),
        (width - 0.6 * size, height / 2),
        (width / 2, 0.7 * size),
        (width / 2, height - 0.6 * size),
    )
    letters = Markup("").join(
        Markup('<text x="{}" y="{}" dy=".35em">{}</text>').format(_mm(x), _mm(y), letter)
        for (x, y), letter in zip(places, plane.edges, strict=True)
    )
    return Markup('<g class="letters" font-size="{}">{}</g>').format(_mm(size), letters)


def _scale_bar(frame: tuple[float, float]) -> Markup:
    inset = 0.03 * max(frame)
    return Markup('<path class="scale" d="M{} {}v-2v4v-2h{}v-2v4"/>').format(
        _mm(inset), _mm(frame[1] - inset), _mm(_SCALE_BAR_MM)
    )


def _mm(value: float) -> str:
    return f"{value:.4f}".rstrip("0").rstrip(".")


def data_uri(image: Image.Image, quality: int | None = None) -> str:
    """Embed an image, without loss unless a quality is given."""
    buffer = io.BytesIO()
    if quality is None:
        # Where nothing is lost, both mean effort: the most takes three times as long, saves 2 %.
        image.save(buffer, "WEBP", lossless=True, quality=20, method=2)
    else:
        image.save(buffer, "WEBP", quality=quality, method=4)
    return "data:image/webp;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")


def thumbnail(view: ExamView) -> bytes:
    """PNG for the index: the fullest slice in the acquired plane, SER classes over the signal.

    Proportions are physical; the longer side has 112 pixels, colors are a palette of 64.
    """
    cut = lesion_cuts(view.ftv, view.crop)[0]
    base = signal_layer(cut, view.post1.volume, view.window).convert("RGB")
    overlay = ser_layer(cut, view.ser, view.ftv)
    base.paste(overlay, mask=overlay.getchannel("A"))
    width, height = cut.size_mm
    scale = _THUMBNAIL_PX / max(width, height)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    buffer = io.BytesIO()
    small = base.resize(size, Image.Resampling.LANCZOS).quantize(_THUMBNAIL_COLORS)
    small.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()
