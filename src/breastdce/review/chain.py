"""The chain over the rows of the ledger: each names the one before, so none can be changed alone.

The link of a row is the BLAKE2b-256 of its text, and the text holds the link of the row before.
What this proves: a row that was edited, moved or taken out from between others is found. What it
cannot prove alone: that nobody has written the whole rest of the chain anew. For that a link must
be known elsewhere, as the provenance of each exam with an expert mask knows one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple, TypeVar

import msgspec

from breastdce.core.digest import digest_bytes
from breastdce.review.revision import Row

FIRST = "0" * 64
"""What the first row names as the one before."""
_encode = msgspec.json.Encoder(order="deterministic").encode
_R = TypeVar("_R", bound=Row)


class Stored(NamedTuple):
    """A row as it lies in the ledger."""

    number: int
    """1, 2, ..."""
    text: str
    """JSON without `link`, keys in order."""
    link: str


class Fault(NamedTuple):
    """Where the chain is broken."""

    number: int
    """Of the row; 0 where none is to blame."""
    what: str


def linked(row: _R, previous: str) -> tuple[_R, str]:
    """The row with its place in the chain, and its text."""
    placed = msgspec.structs.replace(row, previous=previous, link="")
    plain = msgspec.to_builtins(placed)
    del plain["link"]
    text = _encode(plain)
    return msgspec.structs.replace(placed, link=digest_bytes(text)), text.decode()


def read_row(stored: Stored) -> Row:
    """A row of the ledger.

    Raises
    ------
    msgspec.ValidationError, msgspec.DecodeError
        It is none.
    """
    row: Row = msgspec.json.decode(stored.text, type=Row)
    return msgspec.structs.replace(row, link=stored.link)


def faults(rows: Iterable[Stored], last_number: int) -> Iterator[Fault]:
    """Everything that breaks the chain, in order.

    Parameters
    ----------
    rows
        All rows, by rising number.
    last_number
        The highest number that was ever given to a row.
    """
    number, previous = 0, FIRST
    for row in rows:
        if row.number != number + 1:
            yield Fault(row.number, f"rows {number + 1} to {row.number - 1} are missing")
        if digest_bytes(row.text.encode()) != row.link:
            yield Fault(row.number, "the row is not the one that was written")
        elif _previous(row.text) != previous:
            yield Fault(row.number, "the row does not follow the one before")
        number, previous = row.number, row.link
    if number != last_number:
        yield Fault(0, f"the last rows are missing: {number} of {last_number} are there")


class _Previous(msgspec.Struct):
    previous: str


def _previous(text: str) -> str:
    try:
        return msgspec.json.decode(text, type=_Previous).previous
    except msgspec.DecodeError:
        return ""
