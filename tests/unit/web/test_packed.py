"""What is packed is kept within a bound, and made once for all who ask at a time."""

from __future__ import annotations

import gzip
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from breastdce.web.packed import Packed, PackedVolumes, packed


def test_values_are_packed_with_the_first_axis_fastest():
    values = np.arange(24, dtype=np.int16).reshape(2, 3, 4)
    found = packed(values, x_slope="2")
    assert gzip.decompress(found.payload) == values.tobytes(order="F")
    assert found.headers == {"content-encoding": "gzip", "x-slope": "2"}


def test_the_longest_unused_goes_first():
    volumes, made = PackedVolumes(most_bytes=20), []

    def get(key: str) -> None:
        def make() -> Packed:
            made.append(key)
            return Packed(b"0123456789", {})

        volumes.get(key, make)

    for key in ("a", "b", "a", "c", "a", "b"):
        get(key)
    assert made == ["a", "b", "c", "b"]


def test_two_who_ask_at_a_time_wait_for_one_packing():
    volumes, begun, may_end = PackedVolumes(), threading.Event(), threading.Event()
    made = []

    def make() -> Packed:
        begun.set()
        assert may_end.wait(10)
        made.append(1)
        return Packed(b"x", {})

    with ThreadPoolExecutor() as pool:
        first = pool.submit(volumes.get, "a", make)
        assert begun.wait(10)
        second = pool.submit(volumes.get, "a", make)
        other = pool.submit(volumes.get, "b", lambda: Packed(b"y", {}))
        assert other.result(10).payload == b"y"  # who asks for something else does not wait
        may_end.set()
        assert first.result(10) is second.result(10)
    assert made == [1]
    assert not volumes._making


def test_an_error_is_passed_on_and_not_kept():
    volumes = PackedVolumes()

    def broken() -> Packed:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        volumes.get("a", broken)
    assert volumes.get("a", lambda: Packed(b"x", {})).payload == b"x"
    assert not volumes._making
