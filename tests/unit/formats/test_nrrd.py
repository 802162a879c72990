"""NRRD images lie where SimpleITK says that they lie, and damage is one kind of error."""

from __future__ import annotations

import bz2
import contextlib
import gzip
import itertools
import os
from pathlib import Path

import nrrd
import numpy as np
import pytest
import SimpleITK as sitk
from hypothesis import given, settings
from hypothesis import strategies as st

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError
from breastdce.formats.nrrd import read_nrrd, read_nrrd_labels

LPS_TO_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])
RNG = np.random.default_rng(7)
HEADER = {
    "space": "left-posterior-superior",
    "space directions": np.diag([0.7, 0.8, 2.5]),
    "space origin": np.array([1.0, 2.0, 3.0]),
}


def oblique(pixel=sitk.sitkFloat32) -> sitk.Image:
    """A rotated, left-handed image of three different sizes and spacings."""
    values = RNG.integers(0, 200, (4, 5, 6))  # [k, j, i]
    image = sitk.Cast(sitk.GetImageFromArray(values.astype(np.float64)), pixel)
    turn = sitk.Euler3DTransform()
    turn.SetRotation(0.3, -0.2, 0.5)
    direction = np.array(turn.GetMatrix()).reshape(3, 3) @ np.diag([1, -1, 1])
    image.SetDirection(direction.ravel().tolist())
    image.SetSpacing((0.7031, 0.9, 2.5))
    image.SetOrigin((-12.5, 30.25, 4.0))
    return image


def affine_of(image: sitk.Image) -> np.ndarray:
    affine = np.eye(4)
    affine[:3, :3] = np.array(image.GetDirection()).reshape(3, 3) * image.GetSpacing()
    affine[:3, 3] = image.GetOrigin()
    return LPS_TO_RAS @ affine


@pytest.mark.parametrize("compress", [False, True])
@pytest.mark.parametrize("pixel", [sitk.sitkFloat32, sitk.sitkInt16, sitk.sitkUInt8])
@pytest.mark.parametrize("suffix", [".nrrd", ".nhdr"])
def test_simpleitk_and_we_agree_about_values_and_geometry(tmp_path, suffix, pixel, compress):
    image = oblique(pixel)
    path = tmp_path / f"a{suffix}"
    sitk.WriteImage(image, os.fspath(path), compress)
    found = read_nrrd(path)
    assert np.array_equal(found.data, sitk.GetArrayFromImage(image).T)
    assert found.data.dtype == np.float32
    assert found.data.flags.f_contiguous
    # SimpleITK writes 17 digits.
    assert np.allclose(found.grid.affine, affine_of(image), rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    ("space", "signs"),
    [
        ("right-anterior-superior", (1, 1, 1)),
        ("RAS", (1, 1, 1)),
        ("left-anterior-superior", (-1, 1, 1)),
        ("LPS", (-1, -1, 1)),
    ],
)
def test_every_patient_space_becomes_ras(tmp_path, space, signs):
    nrrd.write(str(tmp_path / "a.nrrd"), np.zeros((2, 3, 4)), {**HEADER, "space": space})
    grid = read_nrrd(tmp_path / "a.nrrd").grid
    assert grid.shape == (2, 3, 4)
    assert grid.spacing_mm == (0.7, 0.8, 2.5)
    assert grid.origin_mm == tuple(np.multiply(signs, (1.0, 2.0, 3.0)))
    assert np.array_equal(grid.direction, np.diag(signs))


def test_big_endian_and_text_are_read(tmp_path):
    values = np.arange(24, dtype=">i2").reshape((2, 3, 4))
    for encoding in ("ascii", "bzip2", "raw"):
        path = tmp_path / f"{encoding}.nrrd"
        nrrd.write(str(path), values, {**HEADER, "encoding": encoding})
        assert np.array_equal(read_nrrd(path).data, values.astype(np.float32))


@pytest.mark.parametrize("key", ["space", "space directions", "space origin"])
def test_a_missing_place_is_refused_with_a_remedy(tmp_path, key):
    header = {name: value for name, value in HEADER.items() if name != key}
    lines = ["NRRD0004", "type: uint8", "dimension: 3", "sizes: 2 2 2", "encoding: raw"]
    if "space" not in header:
        lines.append("space dimension: 3")
    texts = {
        "space": "left-posterior-superior",
        "space directions": "(1,0,0) (0,1,0) (0,0,1)",
        "space origin": "(0,0,0)",
    }
    lines += [f"{name}: {texts[name]}" for name in header]
    path = tmp_path / "a.nrrd"
    path.write_bytes("\n".join([*lines, "", ""]).encode() + bytes(8))
    with pytest.raises(InputError) as caught:
        read_nrrd(path)
    assert caught.value.code is ErrorCode.IMAGE_INVALID
    assert "space" in caught.value.remedy


@pytest.mark.parametrize(
    "change",
    [
        {"space": "scanner-xyz"},
        {"space units": ["cm", "cm", "cm"]},
        {"space directions": np.array([[1.0, 0, 0], [0, 0, 0], [0, 0, 1.0]])},
        {"space directions": np.array([[1.0, 0, 0], [np.nan, np.nan, np.nan], [0, 0, 1.0]])},
    ],
)
def test_odd_spaces_are_refused(tmp_path, change):
    nrrd.write(str(tmp_path / "a.nrrd"), np.zeros((2, 3, 4)), {**HEADER, **change})
    with pytest.raises(InputError, match="IMAGE_INVALID"):
        read_nrrd(tmp_path / "a.nrrd")


def test_a_sheared_grid_is_refused(tmp_path):
    sheared = np.array([[1.0, 0, 0], [0.2, 1.0, 0], [0, 0, 1.0]])
    nrrd.write(
        str(tmp_path / "a.nrrd"), np.zeros((2, 3, 4)), {**HEADER, "space directions": sheared}
    )
    with pytest.raises(InputError, match="GRID_INVALID"):
        read_nrrd(tmp_path / "a.nrrd")


def test_four_dimensions_are_refused(tmp_path):
    directions = np.vstack([np.full(3, np.nan), np.eye(3)])
    header = {**HEADER, "space directions": directions}
    nrrd.write(str(tmp_path / "a.nrrd"), np.zeros((2, 3, 4, 5)), header)
    with pytest.raises(InputError, match="not one three-dimensional image"):
        read_nrrd(tmp_path / "a.nrrd")


def test_a_header_that_claims_to_be_huge_is_refused_unread(tmp_path):
    lines = ["NRRD0004", "type: uint8", "dimension: 3", "sizes: 99999 99999 99999", "encoding: raw"]
    (tmp_path / "a.nrrd").write_bytes("\n".join([*lines, "", ""]).encode())
    with pytest.raises(InputError, match="99999"):
        read_nrrd(tmp_path / "a.nrrd")


@pytest.mark.parametrize("name", ["gone.raw", "LIST", "part%02d.raw 1 3 1", "../pipe"])
def test_data_files_that_cannot_be_had_are_refused(tmp_path, name):
    os.mkfifo(tmp_path / "pipe")
    folder = tmp_path / "in"
    folder.mkdir()
    sitk.WriteImage(oblique(), os.fspath(folder / "a.nhdr"), False)
    text = (folder / "a.nhdr").read_text(encoding="utf-8")
    (folder / "a.nhdr").write_text(text.replace("data file: a.raw", f"data file: {name}"))
    with pytest.raises(InputError, match="data file"):
        read_nrrd(folder / "a.nhdr")


@pytest.mark.parametrize("suffix", [".nrrd", ".nhdr"])
def test_truncation_is_an_error_at_every_length(tmp_path, suffix):
    sitk.WriteImage(oblique(), os.fspath(tmp_path / f"whole{suffix}"), True)
    whole = (tmp_path / f"whole{suffix}").read_bytes()
    for length in itertools.chain(range(0, len(whole) - 40, 37), [len(whole) - 25]):
        (tmp_path / f"cut{suffix}").write_bytes(whole[:length])
        with pytest.raises(InputError):
            read_nrrd(tmp_path / f"cut{suffix}")


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> bytes:
    path = tmp_path_factory.mktemp("nrrd") / "a.nrrd"
    sitk.WriteImage(oblique(sitk.sitkInt16), os.fspath(path), True)
    return path.read_bytes()


@settings(max_examples=200, deadline=None)
@given(place=st.integers(0, 10**6), value=st.integers(0, 255))
def test_no_byte_can_make_it_raise_anything_else(tmp_path_factory, whole, place, value):
    damaged = bytearray(whole)
    damaged[place % len(damaged)] = value
    path: Path = tmp_path_factory.getbasetemp() / "damaged.nrrd"
    path.write_bytes(damaged)
    with contextlib.suppress(InputError):
        read_nrrd(path)


def test_labels_are_whole_numbers(tmp_path):
    values = np.zeros((3, 3, 3), np.uint8)
    values[0, 1, 2], values[2, 1, 0] = 7, 2
    nrrd.write(str(tmp_path / "a.nrrd"), values, HEADER)
    found = read_nrrd_labels(tmp_path / "a.nrrd")
    assert found.present() == (2, 7)
    assert np.argwhere(found.mask(7).data).tolist() == [[0, 1, 2]]
    nrrd.write(str(tmp_path / "b.nrrd"), values / 2, HEADER)
    with pytest.raises(InputError, match=r"3\.5"):
        read_nrrd_labels(tmp_path / "b.nrrd")


HEAD = (
    "NRRD0004\ntype: uint8\ndimension: 3\nspace: left-posterior-superior\nsizes: 2 2 2\n"
    "space directions: (1,0,0) (0,1,0) (0,0,1)\nspace origin: (0,0,0)\n"
)


@pytest.mark.parametrize(("encoding", "pack"), [("gzip", gzip.compress), ("bzip2", bz2.compress)])
def test_a_file_that_unpacks_to_more_than_its_image_is_refused(tmp_path, encoding, pack):
    path = tmp_path / "bomb.nrrd"
    head = f"{HEAD}encoding: {encoding}\n\n".encode()
    path.write_bytes(head + pack(bytes(64 << 20)))
    with pytest.raises(InputError) as caught:
        read_nrrd(path)
    assert caught.value.evidence["why"] == "it unpacks to more than its image"
    path.write_bytes(head + pack(bytes(8)))
    assert not read_nrrd(path).data.any()


def test_a_skip_of_more_lines_than_there_are_is_not_counted_through(tmp_path):
    path = tmp_path / "skip.nrrd"
    path.write_bytes(f"{HEAD}encoding: raw\nline skip: 99999999999\n\n".encode() + bytes(8))
    with pytest.raises(InputError) as caught:
        read_nrrd(path)
    assert "skips of" in str(caught.value.evidence["why"])
