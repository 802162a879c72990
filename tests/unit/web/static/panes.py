"""A pane of an open editor: from places in the picture to pixels, and to voxels, independently."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.until import until


class Pane:
    """One pane of an open editor: where its pictures lie on the page."""

    def __init__(self, page: Any, at: int) -> None:
        self.page = page
        self.canvas = page.locator("#panes canvas").nth(at)
        box = self.canvas.bounding_box()
        self.left, self.top = box["x"], box["y"]
        pane = f"__editor.view.panes[{at}]"
        self.scale, center, size, self.slice = page.evaluate(
            f"[{pane}.scale, {pane}.center, [{pane}.width, {pane}.height], "
            f"__editor.view.sliceOf({pane})]"
        )
        self.shape, self.info = page.evaluate(
            f"[__editor.info.shape, __editor.info.planes[{pane}.plane.name]]"
        )
        self.shift = [size[a] / 2 - center["xy"[a]] * self.scale[a] for a in range(2)]

    def pixel(self, point: tuple[float, float]) -> tuple[int, int]:
        """Whole pixel of the page nearest to a place in the picture."""
        x, y = (point[a] * self.scale[a] + self.shift[a] for a in range(2))
        return round(self.left + x), round(self.top + y)

    def point(self, pixel: tuple[int, int]) -> tuple[float, float]:
        """Place in the picture below a pixel of the page."""
        inside = pixel[0] - self.left, pixel[1] - self.top
        x, y = ((inside[a] - self.shift[a]) / self.scale[a] for a in range(2))
        return x, y

    def drag(self, *points: tuple[float, float], button: str = "left") -> list[tuple[float, float]]:
        """Press at the first place, release at the last; gives the places that were hit."""
        pixels = [self.pixel(point) for point in points]
        self.page.mouse.move(*pixels[0])
        self.page.mouse.down(button=button)
        for pixel in pixels[1:]:
            self.page.mouse.move(*pixel)
        self.page.mouse.up(button=button)
        return [self.point(pixel) for pixel in pixels]

    def voxels(self, picture: Any) -> Any:
        """Mask [i, j, k] of a picture [y, x] of the slice that is shown."""
        mask = np.zeros(self.shape, bool, order="F")
        signed = [self.info[way] for way in ("slice", "down", "right")]
        view = mask.transpose(["ijk".index(axis[1]) for axis in signed])
        flips = tuple(slice(None, None, -1 if axis[0] == "-" else 1) for axis in signed)
        view[flips][self.slice] = picture
        return mask

    def _centers(self) -> tuple[Any, Any]:
        signed = [self.info[way] for way in ("down", "right")]
        rows, columns = (self.shape["ijk".index(axis[1])] for axis in signed)
        y, x = np.mgrid[:rows, :columns]
        return x + 0.5, y + 0.5

    def swept(self, points: list[tuple[float, float]], radius: float) -> Any:
        """Voxels within the radius of a path (voxels are 1 mm)."""
        x, y = self._centers()
        hit = np.zeros(x.shape, bool)
        for (ax, ay), (bx, by) in zip([points[0], *points], points, strict=False):
            length = (bx - ax) ** 2 + (by - ay) ** 2
            along = ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length if length else x * 0
            along = np.clip(along, 0, 1)
            near = (x - ax - along * (bx - ax)) ** 2 + (y - ay - along * (by - ay)) ** 2
            hit |= near <= radius**2
        return self.voxels(hit)

    def enclosed(self, points: list[tuple[float, float]]) -> Any:
        """Voxels inside an outline."""
        x, y = self._centers()
        inside = np.zeros(x.shape, bool)
        for (ax, ay), (bx, by) in zip(points, [*points[1:], points[0]], strict=True):
            if ay != by:
                crosses = (ay <= y) != (by <= y)
                inside ^= crosses & (x < ax + (y - ay) / (by - ay) * (bx - ax))
        return self.voxels(inside)


def saved(page: Any) -> None:
    """Wait until the server has everything."""
    until(page, "__editor.draft.state === 'saved' && !__editor.draft.queue.length")


def mask_of(page: Any) -> Any:
    """The mask as the page has it."""
    ones = page.evaluate("__editor.draft.mask.reduce((o, v, n) => (v && o.push(n), o), [])")
    shape = page.evaluate("__editor.info.shape")
    flat = np.zeros(np.prod(shape), bool)
    flat[ones] = True
    return flat.reshape(shape, order="F")
