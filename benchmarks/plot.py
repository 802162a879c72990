"""A plot with two logarithmic axes, as SVG. Standard library only."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple
from xml.sax.saxutils import escape

_WIDTH, _HEIGHT = 720.0, 440.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 78.0, 24.0, 48.0, 58.0
_COLORS = ("#0b6e99", "#b3541e", "#4c7a34", "#7d4a94")
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_STYLE = (
    "text{font:14px system-ui,sans-serif;fill:#222}"
    ".grid{stroke:#ddd;stroke-width:1}.guide{stroke:#888;stroke-dasharray:6 5;fill:none}"
    ".line{fill:none;stroke-width:2.5}.middle{text-anchor:middle}.end{text-anchor:end}"
)

Point = tuple[float, float]
Place = Callable[[float, float], Point]


class Line(NamedTuple):
    """Points joined by a line, and what the legend calls them."""

    title: str
    x: Sequence[float]
    y: Sequence[float]


def log_log(lines: Sequence[Line], x_title: str, y_title: str) -> str:
    """Draw lines over powers of ten, with a dashed guide of slope 1 through the last point."""
    x_low, x_high = _decades([x for line in lines for x in line.x])
    y_low, y_high = _decades([y for line in lines for y in line.y])

    def place(x: float, y: float) -> Point:
        along = (math.log10(x) - x_low) / (x_high - x_low)
        up = (math.log10(y) - y_low) / (y_high - y_low)
        return (
            _LEFT + along * (_WIDTH - _LEFT - _RIGHT),
            _HEIGHT - _BOTTOM - up * (_HEIGHT - _TOP - _BOTTOM),
        )

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH:g} {_HEIGHT:g}" role="img"'
        f' aria-label="{escape(y_title)} over {escape(x_title)}"><style>{_STYLE}</style>'
        f'<rect width="{_WIDTH:g}" height="{_HEIGHT:g}" fill="#fff"/>',
        *(_upright(place, power, y_low, y_high) for power in range(x_low, x_high + 1)),
        *(_level(place, power, x_low, x_high) for power in range(y_low, y_high + 1)),
        _guide(place, lines, y_low),
        *(_curve(place, line, color) for line, color in _colored(lines)),
        *(_legend(at, line, color) for at, (line, color) in enumerate(_colored(lines))),
        f'<text class="end" x="{_WIDTH - _RIGHT:g}" y="27">dashed: linear</text>',
        f'<text class="middle" x="{(_LEFT + _WIDTH - _RIGHT) / 2:g}" y="{_HEIGHT - 14:g}">'
        f"{escape(x_title)}</text>",
        f'<text class="middle" transform="translate(20 {(_TOP + _HEIGHT - _BOTTOM) / 2:g})'
        f' rotate(-90)">{escape(y_title)}</text></svg>\n',
    ]
    return "\n".join(parts)


def _colored(lines: Sequence[Line]) -> list[tuple[Line, str]]:
    return list(zip(lines, _COLORS, strict=False))


def _decades(values: Sequence[float]) -> tuple[int, int]:
    """Powers of ten that enclose values."""
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    return low, max(high, low + 1)


def _upright(place: Place, power: int, low: int, high: int) -> str:
    x, bottom = place(10.0**power, 10.0**low)
    top = place(10.0**power, 10.0**high)[1]
    return (
        f'<path class="grid" d="M{x:.1f} {bottom:.1f}V{top:.1f}"/>'
        f'<text class="middle" x="{x:.1f}" y="{bottom + 22:.1f}">{_ten_to(power)}</text>'
    )


def _level(place: Place, power: int, low: int, high: int) -> str:
    left, y = place(10.0**low, 10.0**power)
    right = place(10.0**high, 10.0**power)[0]
    return (
        f'<path class="grid" d="M{left:.1f} {y:.1f}H{right:.1f}"/>'
        f'<text class="end" x="{left - 8:.1f}" y="{y + 5:.1f}">{_ten_to(power)}</text>'
    )


def _ten_to(power: int) -> str:
    return f"10{str(power).translate(_SUPERSCRIPT)}"


def _guide(place: Place, lines: Sequence[Line], y_low: int) -> str:
    """Time in proportion to the number of voxels, down to the bottom of the plot."""
    x_last, y_last = lines[0].x[-1], max(line.y[-1] for line in lines)
    x_first = max(min(lines[0].x), x_last * 10.0**y_low / y_last)
    first, last = place(x_first, y_last * x_first / x_last), place(x_last, y_last)
    return f'<path class="guide" d="M{first[0]:.1f} {first[1]:.1f}L{last[0]:.1f} {last[1]:.1f}"/>'


def _curve(place: Place, line: Line, color: str) -> str:
    spots = [place(x, y) for x, y in zip(line.x, line.y, strict=True)]
    path = "L".join(f"{x:.1f} {y:.1f}" for x, y in spots)
    dots = "".join(
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4.5" fill="{color}"><title>{seconds:.3g} s</title>'
        "</circle>"
        for (x, y), seconds in zip(spots, line.y, strict=True)
    )
    return f'<path class="line" stroke="{color}" d="M{path}"/>{dots}'


def _legend(at: int, line: Line, color: str) -> str:
    x = _LEFT + at * (_WIDTH - _LEFT - _RIGHT) / 2
    return (
        f'<circle cx="{x + 6:.1f}" cy="22" r="5" fill="{color}"/>'
        f'<text x="{x + 18:.1f}" y="27">{escape(line.title)}</text>'
    )
