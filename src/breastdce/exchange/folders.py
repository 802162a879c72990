"""Read folders of NIfTI files by their names, and put their masks on their images."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from breastdce.core.caveats import Caveat
from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError
from breastdce.core.grid import Grid
from breastdce.core.volume import Mask
from breastdce.formats.nifti import read_labels
from breastdce.imaging.index_match import by_index

_NIFTI = r"\.nii(?:\.gz)?"


def mask_on_image(
    path: Path, image: Grid, label: int | None = None
) -> tuple[Mask, tuple[Caveat, ...]]:
    """Read a mask onto the voxels of its image, index by index.

    Parameters
    ----------
    path
        A NIfTI label image: whole numbers, 0 outside.
    image
        Grid of the image that it belongs to.
    label
        Which region; when left out, the only one there is, whatever its number.

    Returns
    -------
    tuple
        The mask, empty where the file holds no label; and what must be said beside it.

    Raises
    ------
    InputError
        GRID_MISMATCH as `by_index`; IMAGE_INVALID for values that are no labels, and for several
        labels where none was chosen.
    """
    labels = read_labels(path)
    present = labels.present()
    if label is None and len(present) > 1:
        raise InputError(
            ErrorCode.IMAGE_INVALID,
            "A mask holds several labels, and none was chosen",
            evidence={"file": path.name, "labels": ", ".join(map(str, present[:12]))},
            remedy="Say which label is meant.",
        )
    chosen = label if label is not None else next(iter(present), 1)
    return by_index(labels.mask(chosen), image)


def phases(folder: Path, stem: str) -> dict[str, tuple[Path, ...]]:
    """Images of each case in a folder, in order of phase.

    Parameters
    ----------
    folder
        Files of all cases, or of one; an absent folder has none.
    stem
        Regular expression of a file's name without its suffix, case ignored, with the groups
        `case` and `phase`.

    Raises
    ------
    InputError
        IMAGE_INVALID when phases do not count from 0 without a gap, or one occurs twice.
    """
    found: dict[str, dict[int, Path]] = {}
    pattern = re.compile(stem + _NIFTI, re.IGNORECASE)
    for path in _files(folder):
        match = pattern.fullmatch(path.name)
        if match:
            images = found.setdefault(match["case"].upper(), {})
            _keep(images, int(match["phase"]), path)
    for case, images in found.items():
        if sorted(images) != list(range(len(images))):
            raise InputError(
                ErrorCode.IMAGE_INVALID,
                "The phases of a case do not count from 0 without a gap",
                evidence={"case": case, "phases": sorted(images)},
                remedy="Complete the download.",
            )
    return {case: tuple(images[n] for n in sorted(images)) for case, images in found.items()}


def phases_by_folder(folder: Path, stem: str) -> dict[str, tuple[Path, ...]]:
    """The same where each case has a folder of its own; errors as `phases`."""
    found: dict[str, tuple[Path, ...]] = {}
    for each in sorted(path for path in folder.glob("*") if path.is_dir()):
        for case, images in phases(each, stem).items():
            if case != each.name.upper() or case in found:
                raise InputError(
                    ErrorCode.IMAGE_INVALID,
                    "Images of one case lie in the folder of another",
                    evidence={"folder": each.name, "case": case},
                    remedy="Complete the download again.",
                )
            found[case] = images
    return found


def masks(folder: Path) -> dict[str, Path]:
    """Masks in a folder by the upper case of their names; an absent folder has none.

    Raises
    ------
    InputError
        IMAGE_INVALID when two files are named alike but for case or compression.
    """
    found: dict[str, Path] = {}
    for path in _files(folder):
        match = re.fullmatch(rf"(?P<case>.+?){_NIFTI}", path.name, re.IGNORECASE)
        if match:
            _keep(found, match["case"].upper(), path)
    return found


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*") if path.is_file())


def _keep(found: dict[Any, Path], key: int | str, path: Path) -> None:
    if key in found:
        raise InputError(
            ErrorCode.IMAGE_INVALID,
            "Two files stand for one image",
            evidence={"files": f"{found[key].name}, {path.name}"},
            remedy="Remove one of the two.",
        )
    found[key] = path
