"""Figures for a paper: files that open, the right resolution, nothing in them but pixels."""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import numpy as np
from PIL import Image

from breastdce.report.exam_figures import exam_figures
from breastdce.report.view import BiasView

BIAS = BiasView(
    mean_log_field=(0.1, 0.1, 0.1),
    pe_percent=70.0,
    enhancing_before=5,
    enhancing_after=5,
    tissue_voxels=100,
    pe_change_sd=None,
    ser_change_sd=None,
)


def test_every_figure_opens(view):
    figures = exam_figures(replace(view, bias=BIAS))
    assert set(figures) == {
        *("phases.png", "maps.png", "mip.png", "outlines.png", "bias-field.png"),
        *("curve.svg", "histogram-before.svg", "histogram-after.svg"),
    }
    for name, data in figures.items():
        assert re.fullmatch(r"[a-z0-9-]+\.(svg|png)", name)
        if name.endswith("png"):
            image = Image.open(io.BytesIO(data))
            assert image.width == 2126
            assert image.info.keys() == {"dpi"}
            assert round(image.info["dpi"][0]) == 300
            assert np.asarray(image).std() > 1
        else:
            root = ET.fromstring(data)  # noqa: S314 - our own text
            assert root.tag == "{http://www.w3.org/2000/svg}svg"
            assert b"var(--" not in data  # few programs that draw SVG know variables


def test_equal_views_give_equal_bytes(view):
    assert exam_figures(view) == exam_figures(replace(view))


def test_outlines_are_drawn_in_their_colors(view):
    image = np.asarray(Image.open(io.BytesIO(exam_figures(view)["outlines.png"])))
    for color in ((53, 214, 240), (255, 176, 46)):
        assert (image == color).all(axis=2).sum() > 50


def test_an_exam_without_a_tumor_has_no_curve(view, emptied):
    figures = exam_figures(emptied(view))
    assert "curve.svg" not in figures
    assert "phases.png" in figures
