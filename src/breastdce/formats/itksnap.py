"""Files of ITK-SNAP: the label descriptions (.txt) and the workspace (.itksnap).

Written as its own code reads them: Logic/Common/ColorLabelTable.cxx for the labels, and for the
workspace Common/Registry.cxx with the entries that its tool itksnap-wt writes
(Logic/WorkspaceAPI/WorkspaceAPI.cxx); ITK-SNAP 4, commit b107ab02.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from html import escape
from pathlib import Path

_LABEL_HEADER = (
    "################################################",
    "# ITK-SnAP Label Description File",  # its second line is how the program knows the file
    "# index, red, green, blue (0-255), opacity (0-1), visible, visible in 3D, name",
    "################################################",
)
_CLEAR = '    0     0    0    0        0  0  0    "Clear Label"'
_VERSION = "20190101"  # any date: it is written by the program, and never compared


class LayerRole(StrEnum):
    """What an image is in a workspace."""

    MAIN = "MainRole"
    SEGMENTATION = "SegmentationRole"
    OVERLAY = "OverlayRole"


@dataclass(frozen=True, slots=True)
class Label:
    """How the one label is shown; its index is 1."""

    name: str
    color: tuple[int, int, int]
    """Red, green, blue from 0 to 255."""


@dataclass(frozen=True, slots=True)
class Layer:
    """An image of a workspace."""

    path: Path
    role: LayerRole
    nickname: str = ""


def label_file(label: Label) -> bytes:
    """Content of a label description file with one label beside the background."""
    red, green, blue = label.color
    line = f'    1   {red:3d}  {green:3d}  {blue:3d}        1  1  1    "{label.name}"'
    return "\n".join((*_LABEL_HEADER, _CLEAR, line, "")).encode()


def workspace(
    folder: Path, layers: Sequence[Layer], label: Label, shape: tuple[int, int, int]
) -> bytes:
    """Content of a workspace file.

    Parameters
    ----------
    folder
        Where the workspace will lie, absolute. It may be moved later together with its images.
    layers
        The main image first; paths are absolute.
    label
        The label to draw with.
    shape
        Of the main image, without which older versions do not take the label.
    """
    entries: dict[str, str] = {"SaveLocation": str(folder), "Version": _VERSION}
    for number, layer in enumerate(layers):
        key = f"Layers.Layer[{number:03d}]"
        entries[f"{key}.AbsolutePath"] = str(layer.path)
        entries[f"{key}.Role"] = layer.role
        if layer.nickname:
            entries[f"{key}.LayerMetaData.CustomNickName"] = layer.nickname
    project = "Layers.Layer[000].ProjectMetaData"
    table = f"{project}.IRIS.LabelTable"
    entries |= {
        f"{project}.Files.Grey.Dimensions": " ".join(map(str, shape)),
        f"{project}.IRIS.LabelState.DrawingLabel": "1",
        f"{table}.NumberOfElements": "1",
        f"{table}.Element[0].Index": "1",
        f"{table}.Element[0].Alpha": "255",
        f"{table}.Element[0].Label": label.name,
        f"{table}.Element[0].Color": " ".join(map(str, label.color)),
        f"{table}.Element[0].Flags": "1 1",
    }
    return _registry(entries)


def _registry(entries: Mapping[str, str]) -> bytes:
    """The program's tree of entries as XML; a dot in a key leads into a folder."""
    tree: dict[str, object] = {}
    for key, value in entries.items():
        *folders, name = key.split(".")
        inner = tree
        for folder in folders:
            inner = inner.setdefault(folder, {})  # type: ignore[assignment]  # a dict by its key
        inner[name] = value
    lines = ('<?xml version="1.0" encoding="UTF-8" ?>', "<registry>", *_lines(tree), "</registry>")
    return "\n".join((*lines, "")).encode()


def _lines(tree: Mapping[str, object], depth: int = 1) -> Iterator[str]:
    """Entries of a folder, then the folders in it, as the program's own DTD demands."""
    space = "  " * depth
    for key, value in tree.items():
        if isinstance(value, str):
            yield f'{space}<entry key="{escape(key)}" value="{escape(value)}" />'
    for key, value in tree.items():
        if isinstance(value, Mapping):
            yield f'{space}<folder key="{escape(key)}" >'
            yield from _lines(value, depth + 1)
            yield f"{space}</folder>"
