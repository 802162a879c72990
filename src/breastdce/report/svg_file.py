"""Charts of the pages as SVG files of their own, in plain colors that any program can draw."""

from __future__ import annotations

import re

from markupsafe import Markup

from breastdce.report.html import source

_NAMESPACE = "http://www.w3.org/2000/svg"
_VARIABLE = re.compile(r"(--[a-z-]+): (#[0-9a-f]+);")
_USE = re.compile(r"var\((--[a-z-]+)\)")
_OPEN = re.compile(r'<svg class="([^"]*)" viewBox="([-0-9.]+) ([-0-9.]+) ([0-9.]+) ([0-9.]+)"')


def plain_colors(drawing: Markup) -> bytes:
    """Make a file of a drawing that has its style inside: light colors in place of variables."""
    text = str(drawing)
    colors = dict(reversed(_VARIABLE.findall(text)))  # the first, which are the light ones
    return _USE.sub(lambda use: colors[use[1]], text).encode()


def svg_file(drawing: Markup) -> bytes:
    """Make a file of one drawing: namespace, size, a style without variables, a white ground."""

    def head(found: re.Match[str]) -> str:
        name, x, y, width, height = found.groups()
        return (
            f'<svg class="{name}" xmlns="{_NAMESPACE}" width="{width}" height="{height}" '
            f'viewBox="{x} {y} {width} {height}"'
        )

    opened, times = _OPEN.subn(head, str(drawing), count=1)
    if not times:
        raise ValueError("not a drawing with a class and a viewBox")
    end = opened.index(">") + 1
    ground = '<rect class="ground" x="-10000" y="-10000" width="20000" height="20000"/>'
    style = f"<style>{source('paper.css')}</style>"
    return (opened[:end] + style + ground + opened[end:] + "\n").encode()
