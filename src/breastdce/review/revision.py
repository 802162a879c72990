"""The records of a revision: who, what, when; the rows of the ledger."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec

from breastdce.review.delta import EditDelta

Digest = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
"""BLAKE2b-256 as hex digits."""
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f\x7f]+$")]
"""Of a person: one line."""
Comment = Annotated[str, msgspec.Meta(max_length=4000)]
CONSENSUS = "consensus"
"""Tool of a revision that was made of several readers' masks: no reading of its own."""
Seconds = Annotated[float, msgspec.Meta(ge=0, le=1e7)]


class Role(StrEnum):
    """What somebody may do."""

    READER = "reader"
    """Edits and signs; sees no work of others."""
    ADJUDICATOR = "adjudicator"
    """Sees all; accepts, sends back, assigns."""
    ADMIN = "admin"
    """Likewise, and gives roles."""


class Reader(msgspec.Struct, frozen=True):
    """Somebody who works with the data."""

    name: Name
    role: Role

    @property
    def decides(self) -> bool:
        """Whether this one accepts, sends back and assigns."""
        return self.role is not Role.READER

    @property
    def sees_all(self) -> bool:
        """Whether the work of others is shown."""
        return self.role is not Role.READER


class EventKind(StrEnum):
    """What can happen beside a revision."""

    OPENED = "opened"
    """A draft was begun: detail start (name), parent (digest)."""
    DISCARDED = "discarded"
    """A draft was thrown away."""
    ACCEPTED = "accepted"
    """A revision became the exam's mask: detail number, mask."""
    SENT_BACK = "sent_back"
    """A reader is asked to do an exam again: detail name, comment."""
    ASSIGNED = "assigned"
    """An exam was given to a reader: detail name."""
    ROLE = "role"
    """A reader got a role: detail name, role; of no exam."""


class Revision(msgspec.Struct, frozen=True, kw_only=True, tag="revision", tag_field="row"):
    """A signed mask."""

    exam: str
    number: int
    """1, 2, ... of the exam, over all readers."""
    reader: Name
    created: str
    """UTC, ISO 8601, whole seconds."""
    parent: Digest
    """Content of the mask that it began from."""
    mask: Digest
    """Content of the mask."""
    surface: Digest
    """Content of the map of how far its surface lies from the parent's."""
    tool: str
    """browser, itksnap, slicer, consensus, ..."""
    comment: Comment
    seconds: Seconds
    """Time that the reader spent."""
    delta: EditDelta
    """From parent to mask."""
    previous: str = ""
    """Link of the row before."""
    link: str = ""
    """Name of this row; not part of what it names."""


class Event(msgspec.Struct, frozen=True, kw_only=True, tag="event", tag_field="row"):
    """Something else that happened."""

    kind: EventKind
    exam: str
    """Empty where it is of no exam."""
    reader: Name
    """Who did it."""
    created: str
    detail: dict[str, str | int] = {}
    previous: str = ""
    link: str = ""


Row = Revision | Event
"""A row of the ledger."""
