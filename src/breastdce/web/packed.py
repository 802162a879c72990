"""Volumes as they go over the wire, kept for the next reader: gzip, first axis fastest."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, NamedTuple

from numpy.typing import NDArray

from breastdce.formats.gzip_frame import gzip_frame

MOST_BYTES = 256 << 20
"""Of all that is kept: some thirty volumes of 1 mm."""


class Packed(NamedTuple):
    """A volume to be sent."""

    payload: bytes
    headers: dict[str, str]


def packed(values: NDArray[Any], **headers: str) -> Packed:
    """Compress an array [i, j, k] so that i runs fastest; quick rather than small."""
    payload = b"".join(gzip_frame(b"", values))
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Packed(payload, {"content-encoding": "gzip", **named})


class PackedVolumes:
    """What was packed last. Two who ask for one volume at a time wait for one packing."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most = most_bytes
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, Packed] = OrderedDict()
        self._making: dict[Hashable, threading.Lock] = {}

    def get(self, key: Hashable, make: Callable[[], Packed]) -> Packed:
        """The volume of this key, made if it is not here; what `make` raises is passed on."""
        with self._lock:
            making = self._making.setdefault(key, threading.Lock())
        try:
            with making:
                found = self._find(key)
                return self._keep(key, make()) if found is None else found
        finally:
            with self._lock:
                if not making.locked():
                    self._making.pop(key, None)

    def _find(self, key: Hashable) -> Packed | None:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def _keep(self, key: Hashable, found: Packed) -> Packed:
        with self._lock:
            self._kept[key] = found
            while sum(len(each.payload) for each in self._kept.values()) > self._most:
                self._kept.popitem(last=False)
        return found
