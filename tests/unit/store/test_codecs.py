"""Artifacts survive the way to bytes and back; equal content has one name."""

from __future__ import annotations

import types
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from breastdce.core.exam import Box, PhaseRole, Polygon, Region, Triple
from breastdce.core.grid import Grid
from breastdce.core.volume import Mask, Volume
from breastdce.store.codecs import pack, unpack


def grid(shape=(3, 4, 5)) -> Grid:
    return Grid(shape, (0.7, 0.7, 2.0), np.eye(3), (1.0, 2.0, 3.0))


def volume(seed: int = 0) -> Volume:
    data = np.random.default_rng(seed).normal(size=(3, 4, 5)).astype(np.float32)
    return Volume(np.asfortranarray(data), grid())


class Report(msgspec.Struct, frozen=True):
    value: float
    role: PhaseRole


@dataclass(frozen=True)
class Everything:
    triple: Triple
    mask: Mask | None
    missing: Mask | None
    report: Report
    stored: NDArray[np.int16]
    more: tuple[Volume, ...]


class Pair(NamedTuple):
    name: str
    table: dict[str, float]


def everything() -> Everything:
    return Everything(
        Triple(volume(0), volume(1), volume(2)),
        Mask(np.zeros((3, 4, 5), dtype=bool, order="F"), grid()),
        None,
        Report(float("nan"), PhaseRole.POST1),
        np.arange(6, dtype=np.int16).reshape(2, 3),
        (volume(3),),
    )


def test_round_trip_gives_equal_content():
    packed = pack(everything())
    back = unpack(packed, Everything)
    assert pack(back).digest() == packed.digest()
    np.testing.assert_array_equal(back.triple.post2.data, volume(2).data)
    assert back.missing is None
    assert back.mask is not None
    assert back.mask.data.dtype == np.bool_
    assert back.report.role is PhaseRole.POST1
    assert np.isnan(back.report.value)
    assert back.triple.pre.grid.spacing_mm == (0.7, 0.7, 2.0)


def test_named_tuple_and_nan_in_a_table_survive():
    back = unpack(pack(Pair("x", {"a": float("nan"), "b": 1.5})), Pair)
    assert back.name == "x"
    assert np.isnan(back.table["a"])
    assert back.table["b"] == 1.5


def test_digest_sees_every_voxel_and_the_dtype():
    first = volume(0)
    other = Volume(first.data.copy(order="F"), first.grid)
    assert pack(first).digest() == pack(other).digest()
    other.data[2, 3, 4] += 1
    assert pack(first).digest() != pack(other).digest()
    zeros = np.zeros((2, 2, 2), dtype=np.float32)
    assert pack(zeros).digest() != pack(zeros.astype(np.int32)).digest()


def test_digest_does_not_depend_on_memory_order():
    data = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
    assert pack(data).digest() == pack(np.asfortranarray(data)).digest()


def test_region_with_box_and_polygon_survives():
    region = Region(
        voi=Box((0, 0, 0), (1, 1, 1)),
        omit=(
            Box((0, 0, 0), (0, 0, 0)),
            Polygon(1, (0, 2), ((0.0, 0.0), (2.0, 0.0), (2.0, 2.0)), 0, 3),
        ),
    )
    assert unpack(pack(region), Region) == region


def test_order_of_keys_is_content():
    back = unpack(pack({"b": 1.0, "a": 2.0}), dict[str, float])
    assert list(back) == ["b", "a"]


def test_an_alias_of_arrays_is_read_as_an_array():
    """By NumPy 2.5 on Python 3.12, `NDArray` is an alias that hides what it is made of."""
    alias: Any = types.SimpleNamespace(__value__=np.ndarray[Any, np.dtype[np.int16]])
    array = np.arange(4, dtype=np.int16)
    kind: Any = types.GenericAlias(alias, (np.int16,))
    np.testing.assert_array_equal(unpack(pack(array), kind), array)
