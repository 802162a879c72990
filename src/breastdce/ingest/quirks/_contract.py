"""A quirk: one peculiarity of a scanner or an archive, and how the headers are mended for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from breastdce.core.catalog import Catalog
from breastdce.formats.dicom.header import Header

Headers = tuple[Header, ...]


@dataclass(frozen=True, slots=True)
class Quirk:
    """One entry of this folder: the module-level `QUIRK` of a file that bears its name."""

    name: str
    source: str
    """Where the peculiarity is known from."""
    applies: Callable[[Headers], bool]
    """Whether the headers of one series show it."""
    mend: Callable[[Headers], Headers]
    """The same headers, in the same order, as the standard would have them."""


QUIRKS = Catalog[Quirk]("breastdce.ingest.quirks", "QUIRK", Quirk)


def mend(headers: Headers) -> tuple[Headers, tuple[str, ...]]:
    """Apply every quirk that one series shows; also the names of those applied."""
    applied: list[str] = []
    for name in QUIRKS.names():
        quirk = QUIRKS.get(name)
        if quirk.applies(headers):
            headers = quirk.mend(headers)
            applied.append(name)
    return headers, tuple(applied)
