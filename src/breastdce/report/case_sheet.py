"""Pictures of slices as one image for a paper, 174 mm wide at 300 dpi."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from breastdce.report.color import RGB
from breastdce.report.figure import Picture
from breastdce.report.heat_map import PRINT_DPI
from breastdce.report.outline import border_loops

_SHEET_MM = 174.0
"""Two columns of a journal's page."""
_GAP_MM = 1.5
_BAR_MM = 20.0
_MM = PRINT_DPI / 25.4
_WIDE, _THIN = 8, 3  # pixels of an outline


class Line(NamedTuple):
    """How an outline is drawn."""

    name: str
    color: RGB


class _Stroke(NamedTuple):
    color: RGB
    thick: int
    halo: bool


LINES = {
    "ftv-line": Line("FTV", (53, 214, 240)),
    "stv-line": Line("STV", (255, 176, 46)),
    "voi-line": Line("Place of the finding", (246, 243, 107)),
}
"""Outlines by CSS class; the colors are those of style.css."""


def picture_sheet(rows: Sequence[Sequence[tuple[str, Picture]]]) -> bytes:
    """Lay out pictures, each with the letter of its case; at least one.

    Every picture has the same frame in mm, so that all have one scale; letters of the patient's
    directions are left out, captions are the paper's.
    """
    pictures = [picture for row in rows for _, picture in row]
    frame = max(max(picture.cut.size_mm) for picture in pictures)
    columns = max(len(row) for row in rows)
    gap = round(_GAP_MM * _MM)
    side = (round(_SHEET_MM * _MM) - (columns - 1) * gap) // columns
    side = min(side, round(_SHEET_MM * _MM) // 3)
    size = (columns * (side + gap) - gap, len(rows) * (side + gap) - gap)
    sheet = Image.new("RGB", size, (255, 255, 255))
    for y, row in enumerate(rows):
        last = ""
        for x, (letter, picture) in enumerate(row):
            shown = _drawn(picture, side, side / frame, letter if letter != last else "")
            sheet.paste(shown, (x * (side + gap), y * (side + gap)))
            last = letter
    buffer = io.BytesIO()
    sheet.save(buffer, "PNG", dpi=(PRINT_DPI, PRINT_DPI))
    return buffer.getvalue()


def _drawn(picture: Picture, side: int, scale: float, letter: str) -> Image.Image:
    """One picture in the middle of a black square; `scale` in pixels per mm."""
    width, height = (max(1, round(mm * scale)) for mm in picture.cut.size_mm)
    left, top = (side - width) // 2, (side - height) // 2
    square = Image.new("RGB", (side, side))
    for number, layer in enumerate(picture.layers):
        kind = Image.Resampling.NEAREST if number else Image.Resampling.BICUBIC
        shown = layer.convert("RGBA" if number else "RGB").resize((width, height), kind)
        square.paste(shown, (left, top), shown if number else None)
    draw = ImageDraw.Draw(square)
    for number, (name, mask) in enumerate(picture.outlines):
        # The first is the widest, so that it shows where a second one lies on it.
        thick = _WIDE if number == 0 and len(picture.outlines) > 1 else _THIN
        stroke = _Stroke(LINES[name].color, thick, halo=number == 0)
        _outline(draw, mask, stroke, (left, top), (width, height))
    inset = side // 30
    bar = round(_BAR_MM * scale)
    y = side - inset
    draw.line((inset, y, inset + bar, y), fill=(255, 255, 255), width=max(2, side // 150))
    if letter:
        font = ImageFont.load_default(side / 11)
        place = (inset, inset / 2)
        draw.text(place, letter, (255, 255, 255), font, stroke_width=2, stroke_fill=(0, 0, 0))
    return square


def _outline(
    draw: ImageDraw.ImageDraw,
    mask: NDArray[np.bool_],
    stroke: _Stroke,
    corner: tuple[int, int],
    size: tuple[int, int],
) -> None:
    rows, columns = mask.shape
    sx, sy = size[0] / columns, size[1] / rows
    for loop in border_loops(mask):
        points = [(corner[0] + c * sx, corner[1] + r * sy) for r, c in (*loop, loop[0])]
        if stroke.halo:
            draw.line(points, fill=(0, 0, 0), width=stroke.thick + 3, joint="curve")
        draw.line(points, fill=stroke.color, width=stroke.thick, joint="curve")
