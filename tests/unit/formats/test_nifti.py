"""NIfTI files say one geometry, hold exact values, and nothing else."""

from __future__ import annotations

import gzip
import hashlib
import os
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import pytest
import SimpleITK as sitk

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError
from breastdce.core.grid import Grid
from breastdce.core.volume import Mask, Volume
from breastdce.formats.nifti import read_mask, read_volume, scaled, write_mask, write_volume
from breastdce.formats.nifti_strict import inspect

SAGITTAL = np.array([[0.0, 0.0, 1.0], [-1.0, 0.0, 0.0], [0.0, -1.0, 0.0]])
GRID = Grid((4, 5, 6), (0.7031, 0.7, 2.2), SAGITTAL, (-10.5, 20.25, 3.0))
RNG = np.random.default_rng(1)


def volume(values: np.ndarray | None = None, grid: Grid = GRID) -> Volume:
    data = RNG.normal(size=grid.shape) if values is None else values
    return Volume(np.asfortranarray(data, dtype=np.float32), grid)


def load(path: Path) -> Any:
    return nib.load(path)


def whole(low: int, high: int) -> np.ndarray:
    values = RNG.integers(low, high, GRID.shape)
    values.flat[:2] = low, high
    return values


def test_an_image_comes_back_bit_for_bit(tmp_path):
    image = volume()
    write_volume(tmp_path / "a.nii.gz", image)
    again = read_volume(tmp_path / "a.nii.gz")
    assert np.array_equal(again.data, image.data)
    assert again.data.dtype == np.float32
    assert again.data.flags.f_contiguous
    assert again.grid.spacing_mm == GRID.spacing_mm
    assert again.grid.matches(GRID)


@pytest.mark.parametrize(
    ("values", "stored"),
    [
        (whole(-32768, 32767), "int16"),
        (whole(0, 65535), "uint16"),
        (whole(-1, 65535), "int32"),
        (whole(0, 65535) + 0.5, "float32"),
        (np.full(GRID.shape, 3e9), "float32"),
        (np.full(GRID.shape, np.nan), "float32"),
    ],
)
def test_native_phases_take_the_smallest_type_that_is_exact(tmp_path, values, stored):
    write_volume(tmp_path / "a.nii.gz", volume(values), dtype="exact-integer")
    assert load(tmp_path / "a.nii.gz").get_data_dtype() == np.dtype(stored)
    again = read_volume(tmp_path / "a.nii.gz").data
    assert np.array_equal(again, values.astype(np.float32), equal_nan=True)


@pytest.mark.parametrize("value", [0.5, 32768.0, np.nan])
def test_values_that_an_integer_cannot_hold_are_refused(tmp_path, value):
    with pytest.raises(InputError, match="IMAGE_INVALID"):
        write_volume(tmp_path / "a.nii.gz", volume(np.full(GRID.shape, value)), dtype="int16")
    assert not list(tmp_path.iterdir())


def test_a_slope_scales_what_is_read_and_not_what_is_stored(tmp_path):
    write_volume(tmp_path / "a.nii.gz", volume(whole(0, 3000)), dtype="int16", slope=0.001)
    stored = np.asarray(load(tmp_path / "a.nii.gz").dataobj.get_unscaled())
    expected = (stored * np.float64(np.float32(0.001))).astype(np.float32)
    assert np.array_equal(read_volume(tmp_path / "a.nii.gz").data, expected)


def test_a_mask_comes_back(tmp_path):
    mask = Mask(RNG.random(GRID.shape) > 0.5, GRID)
    write_mask(tmp_path / "m.nii.gz", mask)
    assert np.array_equal(read_mask(tmp_path / "m.nii.gz").data, mask.data)
    assert load(tmp_path / "m.nii.gz").get_data_dtype() == np.uint8


def test_a_mask_with_other_values_is_refused(tmp_path):
    write_volume(tmp_path / "m.nii.gz", volume(whole(0, 2)), dtype="int16")
    with pytest.raises(InputError, match="0 and 1"):
        read_mask(tmp_path / "m.nii.gz")


def rotation(x: float, y: float, z: float) -> np.ndarray:
    """Turns about the axes in degrees, on the direction of an axial series."""
    a, b, c = np.radians((x, y, z))
    about_x = [[1, 0, 0], [0, np.cos(a), -np.sin(a)], [0, np.sin(a), np.cos(a)]]
    about_y = [[np.cos(b), 0, np.sin(b)], [0, 1, 0], [-np.sin(b), 0, np.cos(b)]]
    about_z = [[np.cos(c), -np.sin(c), 0], [np.sin(c), np.cos(c), 0], [0, 0, 1]]
    turn: np.ndarray = np.array(about_x) @ about_y @ about_z @ np.diag([-1.0, -1.0, 1.0])
    return turn


@pytest.mark.parametrize("left_handed", [False, True])
@pytest.mark.parametrize("turn", [(0, 0, 0), (5, 0, 0), (0, 0.2, 0), (11, -7, 3), (90, 0, 30)])
def test_readers_see_the_affine_by_either_form(tmp_path, turn, left_handed):
    direction = rotation(*turn) @ np.diag([1, 1, -1 if left_handed else 1])
    grid = Grid((40, 50, 60), (0.7031, 0.7, 2.2), direction, (-110.5, 120.25, 33.0))
    write_volume(tmp_path / "a.nii.gz", volume(grid=grid))
    header = load(tmp_path / "a.nii.gz").header
    sform, code = header.get_sform(coded=True)
    qform, other = header.get_qform(coded=True)
    assert (code, other) == (1, 1)
    corner = np.array([39, 49, 59, 1])
    # float32 rounding of coordinates up to 250 mm
    assert np.abs((sform - grid.affine) @ corner).max() < 1e-4
    # The turn that the quaternion's rounding can make, 3e-4 rad at most here, over 135 mm.
    assert np.abs((sform - qform) @ corner).max() < 0.05
    image = sitk.ReadImage(str(tmp_path / "a.nii.gz"))
    seen = np.array(image.TransformIndexToPhysicalPoint((39, 49, 59))) * (-1, -1, 1)
    assert np.abs(seen - (grid.affine @ corner)[:3]).max() < 1e-3
    assert np.allclose(image.GetSpacing(), grid.spacing_mm, rtol=1e-6)


@pytest.mark.parametrize("turn", [(10, 0.5, 0), (5, 1, 0), (0.03, 0.02, 0)])
def test_a_turn_that_no_quaternion_can_say_is_exact_in_the_sform(tmp_path, turn):
    grid = Grid((40, 50, 60), (0.7, 0.7, 2.2), rotation(*turn), (0.0, 0.0, 0.0))
    write_volume(tmp_path / "a.nii.gz", volume(grid=grid))
    assert read_volume(tmp_path / "a.nii.gz").grid.matches(grid, tolerance_mm=1e-4)
    image = sitk.ReadImage(str(tmp_path / "a.nii.gz"))
    seen = np.array(image.TransformIndexToPhysicalPoint((39, 49, 59))) * (-1, -1, 1)
    assert np.abs(seen - (grid.affine @ [39, 49, 59, 1])[:3]).max() < 1e-3
    assert inspect(tmp_path / "a.nii.gz").geometry == ()


def test_the_file_holds_its_image_and_nothing_else(tmp_path):
    write_volume(tmp_path / "a.nii.gz", volume())
    seen = inspect(tmp_path / "a.nii.gz")
    assert (seen.hidden, seen.geometry) == ((), ())
    header = load(tmp_path / "a.nii.gz").header
    for field in ("descrip", "aux_file", "intent_name", "db_name"):
        assert header[field].tobytes().strip(b"\0") == b""
    assert header.get_xyzt_units()[0] == "mm"
    assert not header.extensions


SCRIPT = """
import numpy as np, sys
from pathlib import Path
from breastdce.core.grid import Grid
from breastdce.core.volume import Mask, Volume
from breastdce.formats.nifti import write_mask, write_volume
grid = Grid((20, 21, 22), (0.7, 0.7, 2.0), np.eye(3), (1.0, 2.0, 3.0))
data = np.random.default_rng(3).normal(0, 100, grid.shape).astype(np.float32)
folder = Path(sys.argv[1])
write_volume(folder / "f.nii.gz", Volume(data, grid))
write_volume(folder / "i.nii.gz", Volume(np.rint(data), grid), dtype="exact-integer")
write_mask(folder / "m.nii.gz", Mask(data > 0, grid))
"""


def test_equal_content_gives_equal_bytes_in_another_process_at_another_time(tmp_path):
    digests = []
    for name, hash_seed in (("one", "1"), ("two", "2")):
        folder = tmp_path / name
        folder.mkdir()
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "TZ": f"UTC-{hash_seed}"}
        command = [sys.executable, "-c", SCRIPT, str(folder)]
        subprocess.run(command, check=True, env=environment)
        digests.append([hashlib.sha256(p.read_bytes()).digest() for p in sorted(folder.iterdir())])
    assert digests[0] == digests[1]
    assert len(set(digests[0])) == 3


# --- hostile and foreign files


def patched(path: Path, place: int, content: bytes) -> Path:
    write_volume(path, volume())
    raw = bytearray(gzip.decompress(path.read_bytes()))
    raw[place : place + len(content)] = content
    path.write_bytes(gzip.compress(bytes(raw)))
    return path


@pytest.mark.parametrize(
    ("place", "content"),
    [
        pytest.param(344, b"nope", id="mark"),
        pytest.param(40, struct.pack("<h", 0), id="no axes"),
        pytest.param(40, struct.pack("<h", 32767), id="many axes"),
        pytest.param(40, struct.pack("<hhhhh", 4, 4, 5, 2, 3), id="four axes"),
        pytest.param(42, struct.pack("<hhh", 32767, 32767, 32767), id="huge"),
        pytest.param(42, struct.pack("<h", -4), id="negative size"),
        pytest.param(42, struct.pack("<h", 5), id="more voxels than there are"),
        pytest.param(70, struct.pack("<h", 999), id="unknown type"),
        pytest.param(70, struct.pack("<h", 128), id="colors"),
        pytest.param(70, struct.pack("<h", 32), id="complex"),
        pytest.param(280, struct.pack("<f", np.nan), id="orientation not finite"),
        pytest.param(108, struct.pack("<f", np.inf), id="image starts at infinity"),
        pytest.param(116, struct.pack("<f", np.inf), id="infinite intercept"),
    ],
)
def test_a_hostile_header_is_refused(tmp_path, place, content):
    with pytest.raises(InputError, match="IMAGE_INVALID"):
        read_volume(patched(tmp_path / "a.nii.gz", place, content))


@pytest.mark.parametrize(
    ("place", "content"),
    [
        pytest.param(256, struct.pack("<f", 5.0), id="no unit quaternion"),
        pytest.param(256, struct.pack("<f", np.nan), id="quaternion not finite"),
        pytest.param(80, struct.pack("<f", 0.0), id="no spacing"),
        pytest.param(268, struct.pack("<f", np.nan), id="origin not finite"),
        pytest.param(76, struct.pack("<f", 0.5), id="no handedness"),
    ],
)
def test_a_qform_that_says_nothing_is_found_and_does_not_stop_the_check(tmp_path, place, content):
    try:
        assert inspect(patched(tmp_path / "a.nii.gz", place, content)).geometry
    except InputError as error:
        assert error.code == ErrorCode.IMAGE_INVALID  # noqa: PT017 - either answer will do


def test_a_sheared_grid_is_refused(tmp_path):
    with pytest.raises(InputError, match="GRID_INVALID"):
        read_volume(patched(tmp_path / "a.nii.gz", 280, struct.pack("<f", 0.7)))


@pytest.mark.parametrize("content", [b"", b"\x1f\x8b", b"\x1f\x8b\x08rubbish", b"text" * 200])
def test_what_is_no_image_is_refused(tmp_path, content):
    (tmp_path / "a.nii.gz").write_bytes(content)
    with pytest.raises(InputError, match="IMAGE_INVALID"):
        read_volume(tmp_path / "a.nii.gz")
    with pytest.raises(InputError, match="IMAGE_INVALID"):
        inspect(tmp_path / "a.nii.gz")


def test_a_file_cut_short_is_refused(tmp_path):
    write_volume(tmp_path / "a.nii.gz", volume())
    content = (tmp_path / "a.nii.gz").read_bytes()
    for length in range(0, len(content) - 8, 37):
        (tmp_path / "a.nii.gz").write_bytes(content[:length])
        with pytest.raises(InputError, match="IMAGE_INVALID"):
            read_volume(tmp_path / "a.nii.gz")


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(InputError, match="IMAGE_INVALID") as caught:
        read_volume(tmp_path / "none.nii.gz")
    assert caught.value.evidence["why"] == "no such file"
    assert caught.value.remedy == "Check the name and the folder."


@pytest.mark.parametrize("suffix", [".nii", ".nii.gz"])
@pytest.mark.parametrize("dtype", [">i2", "<f8", "u1"])
def test_files_of_other_programs_are_read(tmp_path, suffix, dtype):
    values = whole(0, 200)
    image = nib.Nifti1Image(values.astype(dtype), GRID.affine)
    image.header.set_slope_inter(2.0, 1.0)
    image.header["descrip"] = b"another program"
    nib.save(image, tmp_path / f"a{suffix}")
    again = read_volume(tmp_path / f"a{suffix}")
    assert again.grid.matches(GRID)
    assert again.grid.spacing_mm == GRID.spacing_mm
    reference = load(tmp_path / f"a{suffix}").get_fdata(dtype=np.float32)
    assert np.array_equal(again.data, reference)


def test_a_trailing_axis_of_one_is_no_time_axis(tmp_path):
    nib.save(nib.Nifti1Image(np.ones((4, 5, 6, 1), np.uint8), GRID.affine), tmp_path / "a.nii.gz")
    assert read_mask(tmp_path / "a.nii.gz").data.shape == (4, 5, 6)


def test_spacing_that_contradicts_the_matrix_comes_from_the_matrix(tmp_path):
    path = patched(tmp_path / "a.nii.gz", 80, struct.pack("<f", 5.0))
    assert read_volume(path).grid.spacing_mm == pytest.approx(GRID.spacing_mm, rel=1e-6)


@pytest.mark.parametrize("slope", [1.0, 0.001])
def test_scaled_values_are_those_that_are_read(tmp_path, slope):
    stored = np.arange(-6000, 6000, dtype=np.int16).reshape((10, 20, 60))
    volume = Volume(
        np.asfortranarray(stored, np.float32),
        Grid(stored.shape, (1.0, 1.0, 2.0), np.eye(3), (0.0, 0.0, 0.0)),
    )
    write_volume(tmp_path / "a.nii.gz", volume, dtype="int16", slope=slope)
    read = read_volume(tmp_path / "a.nii.gz").data
    np.testing.assert_array_equal(scaled(stored, slope), read)
    assert scaled(stored, slope).flags.f_contiguous


def test_an_image_that_does_not_fit_into_memory_is_refused(tmp_path):
    path = tmp_path / "large.nii.gz"
    write_volume(path, volume())
    header = bytearray(gzip.decompress(path.read_bytes())[:352])
    struct.pack_into("<4h", header, 40, 3, 1024, 1024, 384)  # float32: 1.5 GiB
    path.write_bytes(gzip.compress(bytes(header)) + gzip.compress(bytes(64 << 20)) * 24)
    program = (
        "import resource, sys; from pathlib import Path; "
        "from breastdce.core.errors import InputError; from breastdce.formats.nifti import *\n"
        "resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))\n"
        "try: read_volume(Path(sys.argv[1]))\n"
        "except InputError as error: print(error.code)"
    )
    call = [sys.executable, "-c", program, str(path)]
    done = subprocess.run(call, capture_output=True, text=True, check=True)
    assert done.stdout == "IMAGE_INVALID\n"
