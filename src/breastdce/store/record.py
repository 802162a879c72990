"""The record of one computation: what was made from what, by which stage and engines."""

from __future__ import annotations

import msgspec

from breastdce.core.caveats import Caveat


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """Written last; its presence means that the step finished.

    It names no exam: two equal inputs share one record.
    """

    key: str
    stage: str
    version: int
    params: dict[str, object]
    inputs: dict[str, str]
    """Slot to content digest."""
    outputs: dict[str, str]
    engines: dict[str, str]
    """Distribution to full version."""
    package: str
    """Version of breastdce."""
    seconds: float
    peak_bytes: int
    """Peak resident memory of the process when the step ended."""
    caveats: tuple[Caveat, ...] = ()
