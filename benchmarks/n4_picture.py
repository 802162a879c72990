"""A picture of bias fields side by side, as SVG with the fields as gray PNG."""

from __future__ import annotations

import base64
import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_GAP, _TOP, _BOTTOM = 12, 30, 24
_SIGNAL = 60.0  # of a phantom: its fat has 180, its air some noise

Array = NDArray[np.float32]


def draw(image: Array, true: Array, theirs: Array, ours: Array) -> str:
    """Middle plane along k of three log fields and of the difference of the last two.

    A field is known but for a factor: each has mean 0 over the tissue of the plane. One gray scale
    for the fields, another for the difference.
    """
    middle = image.shape[2] // 2
    tissue = image[:, :, middle] > _SIGNAL
    fields = [field[:, :, middle] for field in (true, theirs, ours)]
    planes = [field - field[tissue].mean() for field in fields]
    apart = planes[2] - planes[1]
    planes.append(apart)
    widest = float(np.abs(planes[0][tissue]).max())
    largest = max(float(np.abs(apart).max()), 1e-9)
    titles = ("true", "SimpleITK", "ours", f"ours - SimpleITK, ±{largest:.0e}")
    limits = (widest, widest, widest, largest)
    width, height = image.shape[:2]
    panels = [
        _panel(plane, limit, tissue, title, _GAP + at * (width + _GAP))
        for at, (plane, limit, title) in enumerate(zip(planes, limits, titles, strict=True))
    ]
    whole = 4 * (width + _GAP) + _GAP, height + _TOP + _BOTTOM
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {whole[0]} {whole[1]}"'
            ' role="img" aria-label="Bias fields of a phantom">'
            "<style>text{font:14px system-ui,sans-serif;fill:#222}</style>"
            f'<rect width="{whole[0]}" height="{whole[1]}" fill="#fff"/>',
            *panels,
            f'<text x="{_GAP}" y="{whole[1] - 7}">log field in the middle slice, black to white '
            f"±{widest:.2f}; outside the tissue half as bright</text></svg>\n",
        ]
    )


def _panel(plane: Array, limit: float, tissue: NDArray[np.bool_], title: str, x: int) -> str:
    gray = np.clip(127.5 + 127.5 * plane / limit, 0, 255)
    pixels = np.where(tissue, gray, gray / 2).astype(np.uint8)
    width, height = plane.shape
    data = base64.b64encode(_png(np.ascontiguousarray(pixels.T))).decode("ascii")
    return (
        f'<text x="{x}" y="20">{title}</text><image x="{x}" y="{_TOP}" width="{width}" '
        f'height="{height}" href="data:image/png;base64,{data}"/>'
    )


def _png(gray: NDArray[np.uint8]) -> bytes:
    """Encode an image, shape (rows, columns)."""
    kept = io.BytesIO()
    Image.fromarray(gray).save(kept, "PNG", optimize=True)
    return kept.getvalue()
