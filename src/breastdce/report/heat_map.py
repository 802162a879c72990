"""A matrix of correlations as a picture: blue for -1, white for 0, red for 1."""

from __future__ import annotations

import io

import numpy as np
from markupsafe import Markup
from PIL import Image

from breastdce.core.grid import FloatArray

PRINT_DPI = 300
_STEPS = 100  # of the colors to either side of white
# Ends of a diverging scale that those who see no red or green tell apart, too (ColorBrewer RdBu).
_BLUE, _WHITE, _RED = (33, 102, 172), (247, 247, 247), (178, 24, 43)
_CELLS = 41  # of the key


def heat_png(correlation: FloatArray, *, least_px: int) -> bytes:
    """Draw a square matrix, -1 to 1, as PNG with whole pixels, at least `least_px` wide."""
    levels = np.rint(np.clip(correlation, -1, 1) * _STEPS + _STEPS).astype(np.uint8)
    factor = -(-least_px // len(levels))
    image = Image.fromarray(np.kron(levels, np.ones((factor, factor), np.uint8)))
    image.putpalette([c for step in range(2 * _STEPS + 1) for c in _color(step / _STEPS - 1)])
    buffer = io.BytesIO()
    image.save(buffer, "PNG", optimize=True, dpi=(PRINT_DPI, PRINT_DPI))
    return buffer.getvalue()


def heat_key() -> Markup:
    """Scale of the colors, 240 wide."""
    width = 200 / _CELLS
    cells = Markup("").join(
        Markup('<rect x="{}" y="2" width="{}" height="12" fill="rgb{}"/>').format(
            f"{20 + n * width:.2f}", f"{width + 0.3:.2f}", _color(2 * n / (_CELLS - 1) - 1)
        )
        for n in range(_CELLS)
    )
    labels = Markup("").join(
        Markup('<text x="{}" y="30">{}</text>').format(f"{x:g}", words)
        for x, words in ((20, "\N{MINUS SIGN}1"), (120, "0"), (220, "1"))
    )
    return cells + labels


def _color(value: float) -> tuple[int, int, int]:
    end = _RED if value > 0 else _BLUE
    red, green, blue = (round(w + abs(value) * (e - w)) for w, e in zip(_WHITE, end, strict=True))
    return red, green, blue
