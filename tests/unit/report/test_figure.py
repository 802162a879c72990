"""Pictures: pixels survive, proportions are physical, thumbnails are small PNG files."""

from __future__ import annotations

import base64
import io
import re

import numpy as np
from PIL import Image

from breastdce.report.figure import Picture, data_uri, picture_row, ser_layer, thumbnail
from breastdce.report.slices import lesion_cuts


def test_embedded_pixels_are_exact():
    pixels = np.random.default_rng(0).integers(0, 256, (9, 7)).astype(np.uint8)
    code = data_uri(Image.fromarray(pixels)).split(",")[1]
    back = Image.open(io.BytesIO(base64.b64decode(code)))
    np.testing.assert_array_equal(np.asarray(back.convert("L")), pixels)


def test_a_row_shares_one_frame_in_millimeters(view):
    cuts = lesion_cuts(view.ftv, view.crop)
    blank = Image.new("L", (2, 2))
    row = picture_row([Picture(cut, (blank,), "alt", "caption") for cut in cuts])
    frames = set(re.findall(r'viewBox="([^"]+)"', row))
    width = max(cut.size_mm[0] for cut in cuts)
    height = max(cut.size_mm[1] for cut in cuts)
    assert frames == {f"0 0 {width:g} {height:g}"}
    for cut in cuts:
        assert f'width="{cut.size_mm[0]:g}" height="{cut.size_mm[1]:g}"' in row


def test_outlines_are_drawn_in_voxels_of_the_cut(view):
    cut = lesion_cuts(view.ftv, view.crop)[1]
    outline = ("ftv-line", cut.take(view.ftv.data))
    picture = Picture(cut, (Image.new("L", (2, 2)),), "alt", "caption", (outline,))
    row = picture_row([picture])
    assert 'transform="scale(2 0.7)"' in row  # axial pixels: 2 mm across slices, 0.7 mm down
    path = re.search(r'class="ftv-line" d="([^"]+)"', row)
    assert path is not None
    assert sorted(re.findall(r"[hv](\d+)", path[1])) == ["3", "6"]  # slices 4 to 6, i 10 to 15


def test_ser_is_colored_inside_the_region_only(view):
    cut = lesion_cuts(view.ftv, view.crop)[0]
    layer = np.asarray(ser_layer(cut, view.ser, view.ftv))
    inside = cut.take(view.ftv.data)
    assert (layer[..., 3] == np.where(inside, 255, 0)).all()
    assert (layer[inside][:, :3] == (70, 205, 120)).all()  # SER 1.27 is green


def test_the_thumbnail_is_a_small_png_in_proportion(view):
    image = Image.open(io.BytesIO(thumbnail(view)))
    width, height = lesion_cuts(view.ftv, view.crop)[0].size_mm
    assert image.format == "PNG"
    assert max(image.size) == 112
    assert image.size == (112, round(112 * height / width))
