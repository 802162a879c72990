"""The exam's figures as files for a paper: charts as SVG, pictures as PNG at 300 dots per inch."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence

import numpy as np
from markupsafe import Markup
from PIL import Image, ImageDraw, ImageFont, PngImagePlugin

from breastdce.report.agreement import on_image_grid
from breastdce.report.figure import Picture, frame_of
from breastdce.report.html import source
from breastdce.report.outline import border_loops
from breastdce.report.panels.agreement import outline_pictures
from breastdce.report.panels.bias import field_pictures
from breastdce.report.panels.curve import curve_chart
from breastdce.report.panels.histograms import histogram_charts
from breastdce.report.panels.maps import pe_pictures, ser_pictures
from breastdce.report.panels.mip import mip_pictures
from breastdce.report.panels.phases import phase_pictures
from breastdce.report.view import ExamView

_DPI = 300
_WIDTH_PX = 2126  # 180 mm, a page of most journals
_GAP_PX = 24
_INK, _RIM, _PAPER = (255, 255, 255), (0, 0, 0), (255, 255, 255)
_LINES = {  # as in style.css: color, and dashes in points of the outline
    "ftv-line": ((53, 214, 240), (1, 0)),
    "stv-line": ((255, 176, 46), (10, 6)),
    "auto-line": ((255, 122, 217), (3, 5)),
    "expert-line": ((255, 255, 255), (16, 4)),
}
_LINE_PX = 5
_CHART_RULES = (".chart", ".curve", ".line", ".ser-")
"""How the lines of style.css begin that charts need."""


def exam_figures(view: ExamView) -> dict[str, bytes]:
    """Draw all figures that the exam has; names have an ending and no exam. Same view, same bytes.

    In pictures the patient's right is on the left; letters and a bar of 20 mm are drawn in.
    """
    made: dict[str, bytes] = {
        "phases.png": _sheet(phase_pictures(view)),
        "maps.png": _sheet(pe_pictures(view), ser_pictures(view)),
        "mip.png": _sheet(mip_pictures(view)),
    }
    for name, draw in _OPTIONAL.items():
        found = draw(view)
        if found is not None:
            made[name] = found
    return made


def _outlines(view: ExamView) -> bytes | None:
    if view.image is None:
        return None
    masks = on_image_grid(view.masks, view.image.grid)
    return _sheet(outline_pictures(view.image, masks)) if masks else None


def _field(view: ExamView) -> bytes | None:
    found = field_pictures(view)
    return None if found is None else _sheet(found[0][:3])


def _curve(view: ExamView) -> bytes | None:
    chart = curve_chart(view) if view.ftv.data.any() else None
    return None if chart is None else _alone(chart)


def _histogram(view: ExamView, which: int) -> bytes | None:
    if view.image_pre is None or view.image is None or view.image_late is None:
        return None
    return _alone(histogram_charts(view)[which])


_OPTIONAL: dict[str, Callable[[ExamView], bytes | None]] = {
    "outlines.png": _outlines,
    "bias-field.png": _field,
    "curve.svg": _curve,
    "histogram-before.svg": lambda view: _histogram(view, 0),
    "histogram-after.svg": lambda view: _histogram(view, 1),
}


def _alone(chart: Markup) -> bytes:
    """A chart as a file of its own: name space, size, the page's light style, a white ground."""
    sheet = source("style.css")
    colors = dict(re.findall(r"(--[a-z-]+): ([^;]+);", sheet.partition("@media")[0]))
    rules = [line for line in sheet.splitlines() if line.startswith(_CHART_RULES)]
    # Programs that draw SVG seldom know variables.
    style = re.sub(r"var\((--[a-z-]+)\)", lambda name: colors[name[1]], "\n".join(rules))
    style += "\ntext { font-family: sans-serif; }"
    head = '<svg xmlns="http://www.w3.org/2000/svg" '
    ground = Markup('><style>{}</style><rect width="100%" height="100%" fill="#fff"/>').format(
        Markup(style)  # noqa: S704  # the package's own file
    )
    text = str(chart).replace("<svg ", head, 1).replace(">", str(ground), 1)
    return f"{text}\n".encode()


def _sheet(*rows: Sequence[Picture]) -> bytes:
    """Rows of pictures under each other, as wide as a page."""
    drawn = [_row(row) for row in rows if row]
    height = sum(image.height for image in drawn) + _GAP_PX * (len(drawn) - 1)
    sheet = Image.new("RGB", (_WIDTH_PX, height), _PAPER)
    top = 0
    for image in drawn:
        sheet.paste(image, (0, top))
        top += image.height + _GAP_PX
    buffer = io.BytesIO()
    sheet.save(buffer, "PNG", dpi=(_DPI, _DPI), pnginfo=PngImagePlugin.PngInfo())
    return buffer.getvalue()


def _row(pictures: Sequence[Picture]) -> Image.Image:
    frame = frame_of(pictures)
    width = (_WIDTH_PX - _GAP_PX * (len(pictures) - 1)) // len(pictures)
    height = max(1, round(width * frame[1] / frame[0]))
    row = Image.new("RGB", (_WIDTH_PX, height), _PAPER)
    for number, picture in enumerate(pictures):
        row.paste(_raster(picture, frame, (width, height)), (number * (width + _GAP_PX), 0))
    return row


def _raster(picture: Picture, frame: tuple[float, float], size: tuple[int, int]) -> Image.Image:
    """One picture in its frame, with outlines, letters and bar; pixels of the data stay square."""
    scale = size[0] / frame[0]
    (width, height), canvas = picture.cut.size_mm, Image.new("RGB", size, _RIM)
    inner = (max(1, round(width * scale)), max(1, round(height * scale)))
    left, top = (size[0] - inner[0]) // 2, (size[1] - inner[1]) // 2
    for number, layer in enumerate(picture.layers):
        smooth = Image.Resampling.BICUBIC if number == 0 else Image.Resampling.NEAREST
        image = layer.convert("RGBA").resize(inner, smooth)
        canvas.paste(image, (left, top), image)
    draw = ImageDraw.Draw(canvas)
    steps = tuple(mm * scale for mm in picture.cut.pixel_mm)
    for css, inside in picture.outlines:
        for loop in border_loops(inside):
            corners = [(left + c * steps[0], top + r * steps[1]) for r, c in [*loop, loop[0]]]
            _line(draw, corners, *_LINES[css])
    _marks(draw, picture, size, scale)
    return canvas


def _line(
    draw: ImageDraw.ImageDraw,
    corners: Sequence[tuple[float, float]],
    color: tuple[int, int, int],
    dashes: tuple[int, int],
) -> None:
    """A closed outline; where it is dashed, along its whole length without a break at corners."""
    if not dashes[1]:
        draw.line(corners, fill=color, width=_LINE_PX, joint="curve")
        return
    points = np.asarray(corners)
    lengths = np.concatenate([[0.0], np.cumsum(np.abs(np.diff(points, axis=0)).sum(axis=1))])
    on, off = (part * _LINE_PX / 2 for part in dashes)
    for start in np.arange(0.0, lengths[-1], on + off):
        stop = min(start + on, lengths[-1])
        at = [start, *lengths[(lengths > start) & (lengths < stop)], stop]
        along = [
            (np.interp(x, lengths, points[:, 0]), np.interp(x, lengths, points[:, 1])) for x in at
        ]
        draw.line(along, fill=color, width=_LINE_PX)


def _marks(
    draw: ImageDraw.ImageDraw, picture: Picture, size: tuple[int, int], scale: float
) -> None:
    """Letters of the patient's sides, and a bar of 20 mm."""
    font = ImageFont.load_default(0.055 * max(size))
    edge = 0.035 * max(size)
    middle_x, middle_y = size[0] / 2, size[1] / 2
    places = (
        *((edge, middle_y), (size[0] - edge, middle_y)),
        *((middle_x, edge), (middle_x, size[1] - edge)),
    )
    for place, letter in zip(places, picture.cut.plane.edges, strict=True):
        draw.text(
            place, letter, font=font, fill=_INK, anchor="mm", stroke_width=3, stroke_fill=_RIM
        )
    left, low = edge, size[1] - edge
    draw.line([(left, low), (left + 20 * scale, low)], fill=_INK, width=_LINE_PX)
    for x in (left, left + 20 * scale):
        draw.line([(x, low - 8), (x, low + 8)], fill=_INK, width=_LINE_PX)
