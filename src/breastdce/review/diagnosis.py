"""What happened to a mask that was edited in another program: taken on the right grid alone.

Two witnesses are heard. The header says where the file's voxels lie. The voxels are compared with
the mask that the editor was given, in all 48 turns (`turns.py`). Where both say that nothing has
moved, the mask is taken; else the message says what happened, and nothing is mended silently.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from breastdce.core.codes import MaskCode
from breastdce.core.grid import Grid
from breastdce.imaging.alignment import Turn
from breastdce.review.header import Header, read_against, says_nothing
from breastdce.review.mask_values import odd_values
from breastdce.review.turns import CLEAR_FACTOR, STRAIGHT, in_words, overlaps, plausible

BoolArray = NDArray[np.bool_]
_NAMED = 4  # turns in a sentence
_TIE = 1e-6  # voxels; where a center falls between two voxels, rounding must not choose


class Diagnosis(msgspec.Struct, frozen=True, kw_only=True):
    """What an edited mask is, in words and numbers."""

    code: MaskCode
    what: str
    """What happened, in one or two sentences."""
    remedy: str
    confirmed: bool = False
    """Whether the voxels alone tell how the mask lies: every other turn would imply an edit at
    least twice as large."""
    dice: float | None = None
    """Of the mask and its parent, voxel by voxel as stored; None where the shapes differ."""
    dice_in_place: float | None = None
    """The same with the mask carried over by its header; None where that says nothing."""
    image: dict[str, object] | None = None
    """Grid of the image, where the header states another."""
    mask: dict[str, object] | None = None
    """Grid that the header states, where it states another."""

    @property
    def accepted(self) -> bool:
        """Whether the mask may be taken."""
        return self.code is MaskCode.RIGHT_GRID


def diagnose(
    image: Grid,
    parent: BoolArray,
    edited: NDArray[Any],
    claimed: Grid | None,
    names: Mapping[int, str] | None = None,
) -> Diagnosis:
    """Judge a mask that comes back from another program.

    Parameters
    ----------
    image
        Grid of the image that was drawn on.
    parent
        Mask that the editor was given, bool [i, j, k] on `image`; may be empty.
    edited
        Values as stored, [i, j, k], of any type of number.
    claimed
        Grid that the file states; None where it states none.
    names
        What the file calls its labels.
    """
    odd = odd_values(edited, names or {})
    if odd is not None:
        code, what = odd
        return Diagnosis(code=code, what=what, remedy=code.remedy)
    stated = None if claimed is None or says_nothing(claimed, image) else claimed
    return _Case(image, parent, edited != 0, stated).judge()


@dataclass(frozen=True, slots=True, eq=False)
class _Case:
    image: Grid
    parent: BoolArray
    edited: BoolArray
    claimed: Grid | None

    def judge(self) -> Diagnosis:
        found = overlaps(self.edited, self.parent)
        turns = plausible(found)
        straight = next((other.dice for other in found if other.turn == STRAIGHT), None)
        in_place = self._dice_in_place()
        header = read_against(self.claimed, self.image, self.edited.shape)
        code, what = self._verdict(header, turns)
        if code is MaskCode.SPACING_CHANGED:
            code, more = _whose_spacing(straight or 0.0, in_place or 0.0)
            what = f"{what} {more}"
        right, same = code is MaskCode.RIGHT_GRID, header.code is MaskCode.RIGHT_GRID
        best = found[0].dice if len(turns) == 1 and turns[0] != STRAIGHT else None
        return Diagnosis(
            code=code,
            what=what if right else what + _overlap_words(best, straight, in_place),
            remedy=code.remedy,
            confirmed=len(turns) == 1,
            dice=straight,
            dice_in_place=in_place,
            image=None if same else self.image.describe(),
            mask=None if same or self.claimed is None else self.claimed.describe(),
        )

    def _verdict(self, header: Header, turns: tuple[Turn, ...]) -> tuple[MaskCode, str]:
        """Code and words; `turns` are those that the voxels leave possible, none if none fits."""
        if not turns or header.turn in turns:
            return header.code, f"{header.what} {self._certainty(header, turns)}".rstrip()
        if turns == (STRAIGHT,):
            said = in_words(header.turn, self.image.direction)
            return MaskCode.HEADER_TURNED, (
                f"The voxels are in place, but by the header {said}; the two contradict each other."
            )
        also = "" if header.code is MaskCode.RIGHT_GRID else f" {header.what}"
        if len(turns) == 1:
            return MaskCode.VOXELS_TURNED, (
                f"The voxels of the mask are turned against the image:"
                f" {in_words(turns[0], self.image.direction)}.{also}"
            )
        return MaskCode.TURN_UNCLEAR, (
            f"The voxels do not lie as the header says, and which turn happened cannot be told:"
            f" {self._listed(turns)}.{also}"
        )

    def _certainty(self, header: Header, turns: tuple[Turn, ...]) -> str:
        """What the voxels say to the header's story."""
        if not turns:
            return ""
        if len(turns) == 1:
            return header.in_place if header.turn == STRAIGHT else header.agreed
        if not self.parent.any():
            return "Whether its voxels are turned cannot be told, since the start mask is empty."
        return (
            "Whether its voxels are turned cannot be told from them, since the start mask is too"
            f" symmetric or the edit too large: {self._listed(turns)}."
        )

    def _listed(self, turns: tuple[Turn, ...]) -> str:
        """Turns in words, or their number where they are many."""
        if len(turns) > _NAMED:
            return f"{len(turns)} turns remain possible"
        return "; or ".join(in_words(turn, self.image.direction) for turn in turns)

    def _dice_in_place(self) -> float | None:
        """Dice of the mask carried onto the image by its header, to the nearest voxel.

        Voxels of the parent are looked up in the mask, and the mask's size is scaled by the volume
        of its voxels, so that no image is resampled.
        """
        if self.claimed is None:
            return None
        ratio = self.claimed.voxel_ml / self.image.voxel_ml
        both = int(np.count_nonzero(self.parent)) + np.count_nonzero(self.edited) * ratio
        inside = np.argwhere(self.parent)
        lookup = np.linalg.inv(self.claimed.affine) @ self.image.affine
        place = np.floor(inside @ lookup[:3, :3].T + lookup[:3, 3] + 0.5 + _TIE).astype(np.intp)
        within = ((place >= 0) & (place < self.edited.shape)).all(axis=1)
        common = int(np.count_nonzero(self.edited[tuple(place[within].T)]))
        return min(1.0, 2 * common / float(both))


def _whose_spacing(straight: float, in_place: float) -> tuple[MaskCode, str]:
    """Whether voxels have moved with a spacing that is not the image's, by the rule of turns."""
    if CLEAR_FACTOR * (1 - in_place) <= 1 - straight:
        return MaskCode.GRID_RESAMPLED, "Its voxels have moved with it: it was resampled."
    if CLEAR_FACTOR * (1 - straight) <= 1 - in_place:
        return MaskCode.SPACING_CHANGED, "Its voxels are in place; the header alone is wrong."
    words = "Whether its voxels have moved with it cannot be told from them."
    return MaskCode.SPACING_CHANGED, words


def _overlap_words(turned: float | None, stored: float | None, placed: float | None) -> str:
    """What the overlaps with the start mask are, as far as they are known."""
    known = [
        f"{dice:.2f} {how}"
        for dice, how in (
            (turned, "if turned back"),
            (stored, "voxel by voxel as it is stored"),
            (placed, "where its header puts it"),
        )
        if dice is not None
    ]
    return f" Overlap with the start mask (Dice): {', '.join(known)}." if known else ""
