"""The border of a mask as SVG path: along voxel edges, exact at any magnification."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Corner = tuple[int, int]
"""A voxel corner, (row, column), counted from the image's top left corner."""
_Edges = dict[Corner, list[Corner]]


def border_loops(mask: NDArray[np.bool_]) -> list[list[Corner]]:
    """Closed loops around the true pixels of an image, clockwise, holes counter-clockwise.

    Parameters
    ----------
    mask
        Shape (rows, columns).

    Returns
    -------
    list[list[Corner]]
        The corners at which each loop turns; the last is followed by the first. Pixels that
        touch at a corner only get loops of their own.
    """
    edges = _directed_edges(mask)
    loops = []
    while edges:
        start = next(iter(edges))
        loops.append(_only_turns(list(_follow(edges, start))))
    return loops


def path_data(loops: list[list[Corner]]) -> str:
    """Write loops as the `d` attribute of a path, in units of pixels (x column, y row)."""
    return "".join(_loop_data(loop) for loop in loops)


def _directed_edges(mask: NDArray[np.bool_]) -> _Edges:
    """Pixel edges between inside and outside, keyed by start, inside always to the right."""
    inside = np.pad(mask, 1)
    core = inside[1:-1, 1:-1]
    sides = (  # neighbor image, start and end corner relative to the pixel's top left
        (inside[:-2, 1:-1], (0, 0), (0, 1)),
        (inside[1:-1, 2:], (0, 1), (1, 1)),
        (inside[2:, 1:-1], (1, 1), (1, 0)),
        (inside[1:-1, :-2], (1, 0), (0, 0)),
    )
    edges: _Edges = defaultdict(list)
    for neighbor, (r0, c0), (r1, c1) in sides:
        for r, c in np.argwhere(core & ~neighbor).tolist():
            edges[r + r0, c + c0].append((r + r1, c + c1))
    return edges


def _follow(edges: _Edges, start: Corner) -> Iterator[Corner]:
    """Walk one loop from `start`, using up its edges."""
    here, came = start, (0, 0)
    while True:
        yield here
        ahead = edges[here]
        # Where two loops touch, the sharp right turn stays at the same pixel.
        right = (here[0] + came[1], here[1] - came[0])
        there = right if right in ahead else ahead[0]
        ahead.remove(there)
        if not ahead:
            del edges[here]
        here, came = there, (there[0] - here[0], there[1] - here[1])
        if here == start:
            return


def _only_turns(loop: list[Corner]) -> list[Corner]:
    before, after = [loop[-1], *loop[:-1]], [*loop[1:], loop[0]]
    return [
        here
        for last, here, following in zip(before, loop, after, strict=True)
        if last[0] != following[0] and last[1] != following[1]
    ]


def _loop_data(loop: list[Corner]) -> str:
    (row, column), *rest = loop
    words = [f"M{column} {row}"]
    for r, c in rest:
        words.append(f"h{c - column}" if r == row else f"v{r - row}")
        row, column = r, c
    return "".join([*words, "z"])
