"""Whatever is written comes back: images on any grid, tables of any values."""

from __future__ import annotations

import math
import tempfile
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from breastdce.core.grid import Grid
from breastdce.core.volume import Mask, Volume
from breastdce.formats.nifti import read_mask, read_volume, write_mask, write_volume
from breastdce.formats.nifti_strict import inspect
from breastdce.formats.tables import Column, read_tsv, write_tsv

shapes = st.tuples(*[st.integers(1, 7)] * 3)
spacings = st.integers(1, 99999).map(lambda n: n / 10_000)  # decimals, as headers give them
numbers = st.floats(-500, 500)


@st.composite
def grids(draw: st.DrawFn) -> Grid:
    """Oblique, left- or right-handed."""
    axis = np.array([draw(st.floats(0.1, 1)), draw(st.floats(-1, 1)), draw(st.floats(-1, 1))])
    x, y, z = axis / np.linalg.norm(axis)
    skew = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    angle = draw(st.floats(-math.pi, math.pi))
    turn = np.eye(3) + np.sin(angle) * skew + (1 - np.cos(angle)) * skew @ skew
    hand = np.diag([1, 1, draw(st.sampled_from([1, -1]))])
    spacing = (draw(spacings), draw(spacings), draw(spacings))
    return Grid(draw(shapes), spacing, turn @ hand, (draw(numbers), draw(numbers), draw(numbers)))


def volumes(elements: st.SearchStrategy[float]) -> st.SearchStrategy[Volume]:
    def on(grid: Grid) -> st.SearchStrategy[Volume]:
        data = arrays.arrays(np.float32, grid.shape, elements=elements)
        return data.map(lambda values: Volume(np.asfortranarray(values), grid))

    return grids().flatmap(on)


def round_trip(volume: Volume, **how: object) -> Volume:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.nii.gz"
        write_volume(path, volume, **how)  # type: ignore[arg-type]
        seen = inspect(path)
        assert (seen.hidden, seen.geometry) == ((), ())
        return read_volume(path)


@given(volumes(st.floats(width=32, allow_nan=True)))
@settings(max_examples=60, deadline=None)
def test_float_images_come_back_on_any_grid(volume):
    again = round_trip(volume)
    assert np.array_equal(again.data, volume.data, equal_nan=True)
    assert again.grid.spacing_mm == volume.grid.spacing_mm
    assert again.grid.matches(volume.grid)


@given(volumes(st.integers(-40_000, 70_000).map(float)))
@settings(max_examples=60, deadline=None)
def test_whole_numbers_come_back_exactly(volume):
    again = round_trip(volume, dtype="exact-integer")
    assert np.array_equal(again.data, volume.data)


@given(grids(), st.randoms(use_true_random=False))
@settings(max_examples=30, deadline=None)
def test_masks_come_back(grid, random):
    data = np.array([random.random() > 0.5 for _ in range(math.prod(grid.shape))])
    mask = Mask(data.reshape(grid.shape), grid)
    with tempfile.TemporaryDirectory() as folder:
        write_mask(Path(folder) / "m.nii.gz", mask)
        assert np.array_equal(read_mask(Path(folder) / "m.nii.gz").data, mask.data)


COLUMNS = (
    Column(name="t", long_name="t", description="t"),
    Column(name="i", long_name="i", description="i", kind="integer"),
    Column(name="x", long_name="x", description="x", kind="number"),
    Column(name="b", long_name="b", description="b", kind="boolean"),
)
plain = st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp"))
texts = st.text(plain, min_size=1).filter(lambda text: text != "n/a")
rows = st.fixed_dictionaries(
    {
        "t": st.none() | texts,
        "i": st.none() | st.integers(),
        "x": st.none() | st.floats(allow_nan=False),
        "b": st.none() | st.booleans(),
    }
)


@given(st.lists(rows, max_size=5))
@settings(max_examples=150, deadline=None)
def test_tables_come_back(table):
    with tempfile.TemporaryDirectory() as folder:
        write_tsv(Path(folder) / "t.tsv", COLUMNS, table)
        assert read_tsv(Path(folder) / "t.tsv", COLUMNS) == table
