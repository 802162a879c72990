"""The reliability curve of the trust score as SVG. Standard library only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

_SIZE, _LEFT, _TOP, _PANEL = 300.0, 52.0, 34.0, 236.0
_STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#222}.grid{stroke:#ddd}"
    ".even{stroke:#888;stroke-dasharray:6 5}.curve{fill:none;stroke:#0b6e99;stroke-width:2.5}"
    "circle{fill:#0b6e99}.middle{text-anchor:middle}.end{text-anchor:end}"
)
SHOWN = {"images+breast": "images, breasts", "images+breast+probability": "and probability"}


def reliability_svg(sets: Mapping[str, Mapping[str, Any]]) -> str:
    """Draw a panel for each of `SHOWN`: share of bad masks over the mean chance, by bin."""
    width, height = _SIZE * len(SHOWN) + 16, _TOP + _PANEL + 52
    panels = "\n".join(
        _panel(16 + _SIZE * n, title, sets[name]) for n, (name, title) in enumerate(SHOWN.items())
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" role="img"'
        f' aria-label="Share of bad masks over the chance that the score gives">'
        f'<style>{_STYLE}</style><rect width="{width:g}" height="{height:g}" fill="#fff"/>\n'
        f"{panels}\n</svg>\n"
    )


def _panel(left: float, title: str, found: Mapping[str, Any]) -> str:
    points = [(_x(left, mean), _y(share), n) for mean, share, n in found["reliability"]]
    curve = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y, _ in points)
    dots = "".join(
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4"><title>{n} masks</title></circle>'
        for x, y, n in points
    )
    return "\n".join(
        [
            f'<text class="middle" x="{_x(left, 0.5):g}" y="20">{title}: AUC {found["auc"]:.2f}'
            "</text>",
            *_axes(left),
            f'<path class="even" d="M{_x(left, 0):g} {_y(0):g}L{_x(left, 1):g} {_y(1):g}"/>',
            f'<path class="curve" d="{curve}"/>{dots}',
            f'<text class="middle" x="{_x(left, 0.5):g}" y="{_y(0) + 42:g}">chance given</text>',
            f'<text class="middle" transform="translate({left + 10:g} {_y(0.5):g}) rotate(-90)">'
            "share that is bad</text>",
        ]
    )


def _axes(left: float) -> Iterator[str]:
    for tick in (0.0, 0.25, 0.5, 0.75, 1.0):
        x, y = _x(left, tick), _y(tick)
        lines = f"M{x:g} {_y(0):g}V{_y(1):g}M{_x(left, 0):g} {y:g}h{_PANEL:g}"
        yield f'<path class="grid" d="{lines}"/>'
        yield f'<text class="middle" x="{x:g}" y="{_y(0) + 20:g}">{tick:g}</text>'
        yield f'<text class="end" x="{_x(left, 0) - 6:g}" y="{y + 4:g}">{tick:g}</text>'


def _x(left: float, value: float) -> float:
    return left + _LEFT + _PANEL * value


def _y(value: float) -> float:
    return _TOP + _PANEL * (1 - value)
