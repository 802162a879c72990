"""Files from outside are read whole, bounded and strictly, or refused with a reason."""

from __future__ import annotations

import gzip
import os
import tracemalloc
from pathlib import Path

import nibabel as nib
import nrrd
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from breastdce.core.codes import ErrorCode, MaskCode
from breastdce.core.errors import InputError
from breastdce.core.volume import Mask
from breastdce.formats.edited_mask import read_edited_mask
from breastdce.formats.nifti import mask_bytes, write_mask
from breastdce.formats.seg_nrrd import Segment, write_seg_nrrd
from tests.unit.review.lesions import grid, lesion

GRID = grid()
MASK = Mask(np.asfortranarray(lesion()), GRID)
WHOLE = mask_bytes(MASK, Path("mask.nii.gz"))
MOST = 20_000
SEGMENT = Segment("tumor", (1.0, 0.4, 0.2))


def refused(path, most=MOST):
    with pytest.raises(InputError) as error:
        read_edited_mask(path, most)
    return error.value


def written(tmp_path, header=(), data=None):
    """A NIfTI file by nibabel, with fields of its header changed."""
    data = MASK.data.astype(np.uint8) if data is None else data
    path = tmp_path / "mask.nii"
    nib.save(nib.Nifti1Image(data, GRID.affine), path)
    content = bytearray(path.read_bytes())
    block = nib.Nifti1Header(bytes(content[:348]))
    block.set_qform(GRID.affine, code=1)
    block.set_sform(GRID.affine, code=1)
    for name, value in dict(header).items():
        block[name] = value
    content[:348] = block.binaryblock
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("packed", [False, True])
def test_nifti_comes_as_it_is_stored(tmp_path, packed):
    data = (MASK.data * 2.5).astype(np.float32)
    path = written(tmp_path, data=data)
    if packed:
        content = gzip.compress(path.read_bytes())
        path = tmp_path / "mask.nii.gz"
        path.write_bytes(content)
    found = read_edited_mask(path, MOST)
    assert np.array_equal(found.values, data)
    assert found.grid is not None
    assert found.grid.apart_mm(GRID) < 1e-4  # float32 of numbers up to 60
    assert found.names == {}


def test_a_slope_is_applied(tmp_path):
    path = written(tmp_path, {"scl_slope": 0.5, "scl_inter": 1.0})
    assert set(np.unique(read_edited_mask(path, MOST).values)) == {1.0, 1.5}


def test_extensions_are_passed_over(tmp_path):
    image = nib.Nifti1Image(MASK.data.astype(np.uint8), GRID.affine)
    image.header.extensions.append(nib.nifti1.Nifti1Extension("comment", b"drawn by hand"))
    nib.save(image, tmp_path / "mask.nii.gz")
    assert np.array_equal(read_edited_mask(tmp_path / "mask.nii.gz", MOST).values, MASK.data)


def test_a_header_without_codes_states_no_place(tmp_path):
    assert (
        read_edited_mask(written(tmp_path, {"qform_code": 0, "sform_code": 0}), MOST).grid is None
    )


@pytest.mark.parametrize("code", ["qform_code", "sform_code"])
def test_one_form_is_enough(tmp_path, code):
    found = read_edited_mask(written(tmp_path, {code: 0}), MOST).grid
    assert found is not None
    assert found.apart_mm(GRID) < 1e-3  # a quaternion of float32


@pytest.mark.parametrize(
    "header",
    [{"qoffset_x": -50.0}, {"srow_x": (1, 0, 0, 0)}, {"pixdim": [1, 1, 1, 3, 0, 0, 0, 0]}],
)
def test_two_forms_that_contradict_each_other_are_told(tmp_path, header):
    assert refused(written(tmp_path, header)).code is MaskCode.HEADER_DIVIDED


def test_other_units_are_refused(tmp_path):
    error = refused(written(tmp_path, {"xyzt_units": 1}))
    assert error.code is ErrorCode.IMAGE_INVALID
    assert "millimeter" in error.evidence["why"]


def test_a_segmentation_names_its_labels(tmp_path):
    write_seg_nrrd(tmp_path / "mask.seg.nrrd", MASK, SEGMENT)
    found = read_edited_mask(tmp_path / "mask.seg.nrrd", MOST)
    assert found.names == {1: "tumor"}
    assert np.array_equal(found.values, MASK.data)
    assert found.grid is not None
    assert found.grid.apart_mm(GRID) < 1e-12  # 17 digits


@pytest.mark.parametrize("lost", ["space", "space directions", "space origin"])
def test_a_nrrd_that_does_not_say_where_it_is_states_no_place(tmp_path, lost):
    header: dict[str, object] = {
        "space": "left-posterior-superior",
        "space directions": np.eye(3),
        "space origin": np.zeros(3),
    }
    del header[lost]
    if lost == "space":
        header["space dimension"] = 3
    nrrd.write(os.fspath(tmp_path / "mask.nrrd"), MASK.data.astype(np.uint8), header)
    found = read_edited_mask(tmp_path / "mask.nrrd", MOST)
    assert found.grid is None
    assert np.array_equal(found.values, MASK.data)


def test_values_that_are_no_gzip_stream_are_refused(tmp_path):
    path = tmp_path / "mask.seg.nrrd"
    write_seg_nrrd(path, MASK, SEGMENT)
    header, _, packed = path.read_bytes().partition(b"\n\n")
    path.write_bytes(header + b"\n\n" + packed.replace(b"\x1f\x8b", b"\x1f\x80", 1))
    assert refused(path).code is ErrorCode.IMAGE_INVALID


def test_values_that_look_like_gzip_are_values(tmp_path):
    data = np.zeros((4, 4, 4), np.uint8)
    data[:2, 0, 0] = 0x1F, 0x8B
    nrrd.write(os.fspath(tmp_path / "mask.nrrd"), data, {"encoding": "raw"})
    assert np.array_equal(read_edited_mask(tmp_path / "mask.nrrd", MOST).values, data)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "not a single NIfTI-1 file"),
        (b"\x1f\x8b", ""),
        (b"NRRD0004\n", ""),
        (b"P5 3 3 255 ", "not a single NIfTI-1 file"),
        (WHOLE[:-9], ""),
        (WHOLE + b"more", "bytes after"),
        (gzip.compress(gzip.decompress(WHOLE) + b"more", mtime=0), "bytes after"),
    ],
    ids=["empty", "magic of gzip", "NRRD", "PGM", "cut", "more after", "more inside"],
)
def test_what_is_no_whole_file_is_refused(tmp_path, content, why):
    path = tmp_path / "mask.nii.gz"
    path.write_bytes(content)
    error = refused(path)
    assert error.code is ErrorCode.IMAGE_INVALID
    assert why in error.evidence["why"]


def test_a_wrong_checksum_is_refused(tmp_path):
    content = bytearray(mask_bytes(MASK, tmp_path))
    content[-5] ^= 1
    (tmp_path / "mask.nii.gz").write_bytes(content)
    assert refused(tmp_path / "mask.nii.gz").code is ErrorCode.IMAGE_INVALID


def nrrd_of(tmp_path, **fields):
    """A NRRD file with lines replaced or added."""
    write_seg_nrrd(tmp_path / "a.nrrd", MASK, SEGMENT)
    head, _, data = (tmp_path / "a.nrrd").read_bytes().partition(b"\n\n")
    lines = [line for line in head.decode().split("\n") if line.split(":")[0] not in fields]
    lines += [f"{key}: {value}" for key, value in fields.items() if value is not None]
    path = tmp_path / "b.nrrd"
    path.write_bytes("\n".join(lines).encode() + b"\n\n" + data)
    return path


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"data file": "/etc/passwd"}, "in another file"),
        ({"datafile": "other.raw"}, "in another file"),
        ({"encoding": "bzip2"}, "save it with gzip"),
        ({"encoding": "ascii"}, "save it with gzip"),
        ({"byte skip": -1}, "before the values"),
        ({"line skip": 2}, "before the values"),
        ({"sizes": "20 24 29"}, ""),
        ({"sizes": "20 24 27"}, "bytes follow"),
        ({"sizes": "2000 2400 2700"}, "at most 20000 voxels"),
        ({"sizes": "0 24 28"}, "at most"),
        ({"sizes": "480 28", "dimension": 2}, ""),
        ({"type": "nonsense"}, ""),
        ({"type": None}, ""),
        ({"space units": '"m" "m" "m"'}, ""),
    ],
)
def test_a_nrrd_that_is_more_than_one_small_image_is_refused(tmp_path, fields, why):
    error = refused(nrrd_of(tmp_path, **fields))
    assert error.code is ErrorCode.IMAGE_INVALID
    assert why in str(error.evidence)


def test_segments_that_overlap_are_refused_with_their_number(tmp_path):
    data = np.zeros((2, 5, 6, 7), np.uint8)
    header = {"kinds": ["list", "domain", "domain", "domain"]}
    nrrd.write(os.fspath(tmp_path / "mask.nrrd"), data, header)
    assert "2 layers of segments that overlap" in refused(tmp_path / "mask.nrrd").evidence["why"]


@pytest.mark.parametrize("kind", ["folder", "pipe", "absent"])
def test_what_is_no_file_is_refused(tmp_path, kind):
    path = tmp_path / "mask.nii.gz"
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    assert refused(path).code is ErrorCode.IMAGE_INVALID


def test_more_voxels_than_allowed_are_refused(tmp_path):
    write_mask(tmp_path / "mask.nii.gz", MASK)
    assert read_edited_mask(tmp_path / "mask.nii.gz", MASK.data.size).values.size == MASK.data.size
    assert "at most" in refused(tmp_path / "mask.nii.gz", MASK.data.size - 1).evidence["why"]


@pytest.mark.parametrize("form", ["nifti", "nrrd"])
def test_a_bomb_is_not_unpacked(tmp_path, form):
    """100 MB of zeros behind a header of 13,440 voxels: memory stays below 10 MB."""
    path = tmp_path / "bomb.nii.gz"
    zeros = bytes(100_000_000)
    if form == "nifti":
        head = gzip.decompress(mask_bytes(MASK, path))[:352]
        path.write_bytes(gzip.compress(head + zeros, 1))
    else:
        write_seg_nrrd(path, MASK, SEGMENT)
        head = path.read_bytes().partition(b"\n\n")[0]
        path.write_bytes(head + b"\n\n" + gzip.compress(zeros, 1))
    del zeros
    tracemalloc.start()
    error = refused(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert error.code is ErrorCode.IMAGE_INVALID
    assert peak < 10_000_000


def test_a_large_file_is_refused_unread(tmp_path):
    path = tmp_path / "large.nii"
    with path.open("wb") as file:
        file.truncate(10**9)  # sparse
    assert "more than" in refused(path).evidence["why"]


@given(st.sampled_from(["nifti", "nrrd"]), st.data())
@settings(max_examples=150, deadline=None)
def test_damage_is_one_kind_of_error_or_none(tmp_path_factory, form, data):
    path = tmp_path_factory.getbasetemp() / f"damaged-{form}"
    if form == "nifti":
        write_mask(path, MASK)
        content = bytearray(gzip.decompress(path.read_bytes()))
        last = 352
    else:
        write_seg_nrrd(path, MASK, SEGMENT)
        content = bytearray(path.read_bytes())
        last = content.index(b"\n\n")
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, last))] = data.draw(st.integers(0, 255))
    path.write_bytes(content)
    assert outcome(path) in (
        "read",
        ErrorCode.IMAGE_INVALID,
        ErrorCode.GRID_INVALID,
        MaskCode.HEADER_DIVIDED,
    )


def outcome(path):
    try:
        read_edited_mask(path, MOST)
    except InputError as error:
        return error.code
    return "read"
