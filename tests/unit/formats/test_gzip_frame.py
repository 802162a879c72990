"""Frames that every reader opens, whatever is inside and however tight."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import nibabel as nib
import numpy as np
import pytest
import SimpleITK as sitk

from breastdce.core.grid import Grid
from breastdce.core.volume import Mask, Volume
from breastdce.formats.gzip_frame import Compression, compress_here, gzip_frame
from breastdce.formats.nifti import read_mask, read_volume, write_mask, write_volume
from breastdce.formats.nifti_strict import inspect


@contextmanager
def compressing(how: Compression) -> Iterator[None]:
    """Let every frame inside the block be made so."""
    compress_here(how)
    try:
        yield
    finally:
        compress_here("fast")


HOW: list[Compression] = ["none", "fast", "small"]
GRID = Grid((61, 53, 37), (0.7, 0.7, 2.0), np.eye(3), (1.0, 2.0, 3.0))
RNG = np.random.default_rng(8)


def _signal():
    i, j, k = np.meshgrid(*(np.linspace(-2, 2, n) for n in GRID.shape), indexing="ij")
    clean = 900 * np.exp(-(i**2 + j**2 + k**2))
    return np.asfortranarray(clean + RNG.normal(0, 12, GRID.shape), np.float32)


FLOAT = _signal()
KINDS = {
    "float": FLOAT,
    "integer": np.asfortranarray(np.rint(FLOAT), np.int16),
    "sparse": np.asfortranarray(np.where(FLOAT > 600, FLOAT, 0), np.int16),
    "mask": np.asfortranarray(FLOAT > 300).view(np.uint8),
    "speckle": np.asfortranarray(RNG.random(GRID.shape) > 0.9).view(np.uint8),
    "tiny": np.ones((1, 1, 1), np.int16),
}


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("kind", KINDS)
def test_a_frame_is_one_gzip_member_of_header_and_values(kind, how):
    values = KINDS[kind]
    with compressing(how):
        frame = b"".join(gzip_frame(b"head", values))
    assert gzip.decompress(frame) == b"head" + values.tobytes("F")
    stream = zlib.decompressobj(31)
    stream.decompress(frame)
    assert stream.eof
    assert stream.unused_data == b""
    assert frame[3:8] == bytes(5)  # no flags, no time


def test_stored_values_cost_five_bytes_in_64_kib_and_are_not_copied():
    with compressing("none"):
        parts = gzip_frame(bytes(352), FLOAT)
    blocks = 1 + -(-FLOAT.nbytes // 65535)
    assert sum(map(len, parts)) == 10 + 352 + FLOAT.nbytes + 5 * blocks + 8
    shown = [part for part in parts if isinstance(part, memoryview)]
    assert all(np.shares_memory(np.frombuffer(part, np.uint8), FLOAT) for part in shown)


@pytest.mark.parametrize("kind", ["float", "integer", "sparse", "mask", "speckle"])
def test_fast_is_within_a_twentieth_of_zlib_and_small_no_larger(kind):
    values = KINDS[kind]
    reference = len(zlib.compress(values.tobytes("F"), 6))
    sizes = {}
    for how in HOW:
        with compressing(how):
            sizes[how] = sum(map(len, gzip_frame(b"", values)))
    assert sizes["fast"] <= 1.05 * reference
    assert sizes["small"] <= sizes["fast"] <= sizes["none"]


@pytest.mark.parametrize("how", HOW)
def test_other_readers_and_our_own_open_what_is_written(tmp_path, how):
    volume = Volume(FLOAT, GRID)
    with compressing(how):
        write_volume(tmp_path / "f.nii.gz", volume)
        write_volume(tmp_path / "i.nii.gz", Volume(np.rint(FLOAT), GRID), dtype="exact-integer")
        write_mask(tmp_path / "m.nii.gz", Mask(FLOAT > 300, GRID))
    for name, expected in (("f", FLOAT), ("i", np.rint(FLOAT)), ("m", FLOAT > 300)):
        path = tmp_path / f"{name}.nii.gz"
        assert np.array_equal(np.asarray(nib.Nifti1Image.from_filename(path).dataobj), expected)
        assert np.array_equal(sitk.GetArrayViewFromImage(sitk.ReadImage(str(path))).T, expected)
        assert inspect(path).hidden == ()
    assert np.array_equal(read_volume(tmp_path / "f.nii.gz").data, FLOAT)
    assert np.array_equal(read_mask(tmp_path / "m.nii.gz").data, FLOAT > 300)


@pytest.mark.parametrize("how", HOW)
def test_threads_side_by_side_write_the_same_bytes(how):
    def digest(kind):
        with compressing(how):
            return hashlib.sha256(b"".join(gzip_frame(b"head", KINDS[kind]))).digest()

    kinds = [*KINDS] * 3
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(digest, kinds))
    assert found == [digest(kind) for kind in kinds]


@pytest.mark.parametrize("how", HOW)
def test_a_pool_compresses_as_it_is_told(how):
    with compressing(how):
        expected = b"".join(gzip_frame(b"", FLOAT))
    with ThreadPoolExecutor(2, initializer=compress_here, initargs=(how,)) as pool:
        found = list(pool.map(lambda values: b"".join(gzip_frame(b"", values)), [FLOAT] * 4))
    assert set(found) == {expected}


def test_a_thread_has_a_choice_of_its_own():
    frames = {}
    for how in HOW:
        with compressing(how):
            frames[how] = b"".join(gzip_frame(b"", FLOAT))
    assert len(set(frames.values())) > 1
    with compressing("none"), ThreadPoolExecutor(1) as pool:
        other = pool.submit(lambda: b"".join(gzip_frame(b"", FLOAT)))
        assert other.result() == frames["fast"]
        assert b"".join(gzip_frame(b"", FLOAT)) == frames["none"]
