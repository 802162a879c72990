"""What ITK-SNAP and 3D Slicer are given of a case, and how they are started."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from breastdce.core.volume import Mask
from breastdce.formats.atomic import write_bytes
from breastdce.formats.itksnap import Label, Layer, LayerRole, label_file, workspace
from breastdce.formats.nifti import write_mask
from breastdce.formats.seg_nrrd import Segment, write_seg_nrrd

_NAME = "tumor"
_COLOR = (255, 96, 48)


class Program(StrEnum):
    """An editor that masks can be given to."""

    ITKSNAP = "itksnap"
    SLICER = "slicer"


_EXECUTABLES = {Program.ITKSNAP: ("itksnap", "ITK-SNAP"), Program.SLICER: ("Slicer",)}


class Picture(NamedTuple):
    """An image of the case."""

    path: Path
    label: str


def mask_path(program: Program, folder: Path, name: str) -> Path:
    """File that the reader edits."""
    ending = "nii.gz" if program is Program.ITKSNAP else "seg.nrrd"
    return folder / f"{name}_mask.{ending}"


def write_for(
    program: Program, folder: Path, name: str, mask: Mask, pictures: Sequence[Picture]
) -> list[str]:
    """Write the mask and what else a program opens; return what follows its name in a call.

    Parameters
    ----------
    folder
        Absolute; holds the pictures already.
    name
        First part of the files' names.
    pictures
        The image to draw on first.
    """
    path = mask_path(program, folder, name)
    if program is Program.SLICER:
        red, green, blue = (round(part / 255, 3) for part in _COLOR)
        write_seg_nrrd(path, mask, Segment(_NAME, (red, green, blue)))
        # The last image is shown first, so the one to draw on comes last.
        return [*(str(picture.path) for picture in reversed(pictures)), str(path)]
    label, labels = Label(_NAME, _COLOR), folder / f"{name}_labels.txt"
    write_mask(path, mask)
    write_bytes(labels, label_file(label))
    main, *others = pictures
    layers = [
        Layer(main.path, LayerRole.MAIN, main.label),
        Layer(path, LayerRole.SEGMENTATION),
        *(Layer(other.path, LayerRole.OVERLAY, other.label) for other in others),
    ]
    content = workspace(folder, layers, label, mask.grid.shape)
    write_bytes(folder / f"{name}.itksnap", content)
    overlays = [str(other.path) for other in others]
    return ["-g", str(main.path), "-s", str(path), "-l", str(labels), "-o", *overlays]


def start(program: Program, words: Sequence[str], folder: Path) -> subprocess.Popen[bytes] | None:
    """Start a program beside this one; None where it is not on the path for programs.

    It goes on when this program ends. No shell sees the words.
    """
    found = next(filter(None, map(shutil.which, _EXECUTABLES[program])), None)
    if found is None:
        return None
    return subprocess.Popen(  # noqa: S603 - a list of arguments, the first from PATH
        [found, *words],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C in our terminal is not for it
    )
