"""Known limits that travel with a result: a closed code and the facts behind it."""

from __future__ import annotations

import msgspec

from breastdce.core.codes import CaveatCode

Fact = str | int | float


class Caveat(msgspec.Struct, frozen=True):
    """A result that may be used, with a limit that must be shown beside it.

    `detail` is published, so it holds numbers, codes and names of our own only: no text, date or
    identifier from a header.
    """

    code: CaveatCode
    detail: dict[str, Fact] = {}
