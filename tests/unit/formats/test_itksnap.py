"""Label file and workspace say what ITK-SNAP's own reader looks for."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree as ET

from breastdce.formats.itksnap import Label, Layer, LayerRole, label_file, workspace

LABEL = Label("tumor", (255, 96, 48))
FOLDER = Path('/data/case & "more" <é>')
LAYERS = (
    Layer(FOLDER / "post1.nii.gz", LayerRole.MAIN, "First post-contrast"),
    Layer(FOLDER / "mask.nii.gz", LayerRole.SEGMENTATION),
    Layer(FOLDER / "pre.nii.gz", LayerRole.OVERLAY, "Pre-contrast"),
)


def parsed():
    return ET.fromstring(workspace(FOLDER, LAYERS, LABEL, (180, 170, 120)))  # noqa: S314 - ours


def entries(element, prefix=""):
    """The tree as dotted keys; within a folder, entries come before folders."""
    kinds = [child.tag for child in element]
    assert kinds == sorted(kinds)
    found = {f"{prefix}{e.get('key')}": e.get("value") for e in element.findall("entry")}
    for folder in element.findall("folder"):
        found |= entries(folder, f"{prefix}{folder.get('key')}.")
    return found


def test_the_label_file_is_known_by_its_second_line():
    lines = label_file(LABEL).decode().split("\n")
    assert lines[1] == "# ITK-SnAP Label Description File"
    assert lines[-1] == ""


def test_labels_are_seven_numbers_and_a_name():
    pattern = r'\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s+([\d.]+)\s+([01])\s+([01])\s+"([^"]*)"'
    rows = [line for line in label_file(LABEL).decode().split("\n") if line[:1] not in ("", "#")]
    found = [re.fullmatch(pattern, row) for row in rows]
    assert [match and match.groups() for match in found] == [
        ("0", "0", "0", "0", "0", "0", "0", "Clear Label"),
        ("1", "255", "96", "48", "1", "1", "1", "tumor"),
    ]


def test_the_workspace_lists_its_layers_the_main_image_first():
    root = parsed()
    found = entries(root)
    assert root.tag == "registry"
    assert found["SaveLocation"] == str(FOLDER)
    assert found["Version"].isdigit()
    for number, layer in enumerate(LAYERS):
        assert found[f"Layers.Layer[{number:03d}].AbsolutePath"] == str(layer.path)
        assert found[f"Layers.Layer[{number:03d}].Role"] == layer.role
    assert found["Layers.Layer[000].Role"] == "MainRole"
    assert found["Layers.Layer[002].LayerMetaData.CustomNickName"] == "Pre-contrast"


def test_the_workspace_holds_the_label_to_draw_with():
    found = entries(parsed())
    project = "Layers.Layer[000].ProjectMetaData"
    assert found[f"{project}.Files.Grey.Dimensions"] == "180 170 120"
    assert found[f"{project}.IRIS.LabelState.DrawingLabel"] == "1"
    table = f"{project}.IRIS.LabelTable"
    assert found[f"{table}.NumberOfElements"] == "1"
    assert found[f"{table}.Element[0].Index"] == "1"
    assert found[f"{table}.Element[0].Label"] == "tumor"
    assert found[f"{table}.Element[0].Color"] == "255 96 48"
