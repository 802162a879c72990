"""States of exams and readers, as they follow from the rows of the ledger; the worklist."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

import msgspec

from breastdce.review.revision import CONSENSUS, Event, EventKind, Reader, Revision, Role, Row


class State(StrEnum):
    """How far an exam is, of one reader or of all."""

    TODO = "todo"
    IN_PROGRESS = "in_progress"
    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    SENT_BACK = "sent_back"


class ReaderState(msgspec.Struct, frozen=True):
    """How far a reader is with an exam."""

    name: str
    state: State


class CaseFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What the data set says of an exam."""

    exam: str
    flags: tuple[str, ...] = ()
    """Codes of caveats."""
    ftv_ml: float | None = None
    stv_ml: float | None = None
    look: int | None = None
    """Place among the exams by how doubtful the mask is, 1 first; None where nobody has asked."""
    chance_bad: float | None = None
    """That the mask's Dice with the true outline is low, 0 to 1; None for an empty mask too."""
    doubt: str | None = None
    """What raises the chance most, in words."""


class CaseRow(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the worklist, as one reader may see it."""

    exam: str
    state: State
    """The reader's own; the exam's for who sees all."""
    readers: tuple[ReaderState, ...]
    """All who have to do with the exam; of the others nothing is said to a reader."""
    assigned: tuple[str, ...]
    flags: tuple[str, ...]
    ftv_ml: float | None
    stv_ml: float | None
    look: int | None
    chance_bad: float | None
    doubt: str | None
    revisions: int
    """That this reader may see."""
    draft: bool
    """Whether there is unsigned work of this reader."""
    changed: str | None
    """Last time that something happened, of what this reader may see."""


class Acceptance(msgspec.Struct, frozen=True):
    """Which revision is the exam's mask, and the row that says so."""

    revision: Revision
    link: str


@dataclass(slots=True)
class Standing:
    """What the ledger says of one exam."""

    revisions: list[Revision] = field(default_factory=list)
    accepted: Acceptance | None = None
    assigned: list[str] = field(default_factory=list)
    states: dict[str, State] = field(default_factory=dict)
    """By reader, in order of their first deed or assignment."""
    before: dict[str, State] = field(default_factory=dict)
    """What a reader's state was when the open draft was begun."""
    notes: dict[str, str] = field(default_factory=dict)
    """By reader, why the work was last sent back."""
    changed: dict[str, str] = field(default_factory=dict)
    """When a reader last did something, or something was done to the reader's work."""

    def state_of(self, name: str) -> State:
        """How far a reader is."""
        return self.states.get(name, State.TODO)

    @property
    def state(self) -> State:
        """How far the exam is, over all readers.

        Accepted once a revision is; sent back while a reader is asked to do it again; submitted
        when everybody who was assigned or has begun has signed.
        """
        found = set(self.states.values())
        if self.accepted is not None:
            return State.ACCEPTED
        if State.SENT_BACK in found:
            return State.SENT_BACK
        if not found - {State.TODO}:
            return State.TODO
        return State.SUBMITTED if found == {State.SUBMITTED} else State.IN_PROGRESS

    def of(self, name: str) -> list[Revision]:
        """Revisions of a reader, in order."""
        return [revision for revision in self.revisions if revision.reader == name]

    def seen_by(self, reader: Reader) -> list[Revision]:
        """Revisions that a reader may see: own ones, or all."""
        return list(self.revisions) if reader.sees_all else self.of(reader.name)

    def number(self, number: int) -> Revision | None:
        """A revision by its number."""
        return next((one for one in self.revisions if one.number == number), None)

    def add(self, row: Row) -> None:
        """Take up the next row of this exam."""
        if isinstance(row, Revision):
            self.revisions.append(row)
            self._set(row.reader, State.SUBMITTED, row.created)
        else:
            self._event(row)

    def _event(self, event: Event) -> None:
        named = str(event.detail.get("name", ""))
        match event.kind:
            case EventKind.OPENED:
                self.before[event.reader] = self.state_of(event.reader)
                self._set(event.reader, State.IN_PROGRESS, event.created)
            case EventKind.DISCARDED:
                before = self.before.get(event.reader, State.TODO)
                self._set(event.reader, before, event.created)
            case EventKind.ASSIGNED:
                if named not in self.assigned:
                    self.assigned.append(named)
                self._set(named, self.state_of(named), event.created)
            case EventKind.SENT_BACK:
                self._withdraw(named)
                self.notes[named] = str(event.detail.get("comment", ""))
                self._set(named, State.SENT_BACK, event.created)
            case EventKind.ACCEPTED:
                self._accept(event)

    def _accept(self, event: Event) -> None:
        revision = self.number(int(event.detail.get("number", 0)))
        if revision is None:
            return
        if self.accepted is not None:
            self._withdraw(self.accepted.revision.reader)
        self.accepted = Acceptance(revision, event.link)
        self._set(revision.reader, State.ACCEPTED, event.created)

    def _withdraw(self, name: str) -> None:
        if self.accepted is not None and self.accepted.revision.reader == name:
            self.accepted = None
            self.states[name] = State.SUBMITTED

    def _set(self, name: str, state: State, when: str) -> None:
        self.states[name] = state
        self.changed[name] = when


@dataclass(slots=True)
class Register:
    """Everything that follows from the ledger's rows."""

    exams: dict[str, Standing] = field(default_factory=dict)
    roles: dict[str, Role] = field(default_factory=dict)

    def add(self, rows: Iterable[Row]) -> None:
        """Take up further rows, in their order."""
        for row in rows:
            if row.exam:
                self.exams.setdefault(row.exam, Standing()).add(row)
            elif isinstance(row, Event) and row.kind is EventKind.ROLE:
                self.roles[str(row.detail["name"])] = Role(str(row.detail["role"]))

    def standing(self, exam: str) -> Standing:
        """What is known of an exam."""
        return self.exams.get(exam, Standing())

    @property
    def blinded(self) -> bool:
        """Whether anybody who saw no work of others has signed."""
        names = {one.reader for standing in self.exams.values() for one in standing.revisions}
        return any(not self.reader(name).sees_all for name in names)

    def readings(self, exam: str) -> list[Revision]:
        """The last revision of each reader of an exam, in order of their first.

        Of those who saw no work of others; where there is nobody of that kind in the whole ledger,
        as with people who share one computer, of everybody. What was made from a consensus is none.
        """
        everybody = not self.blinded
        last = {one.reader: one for one in self.standing(exam).revisions if one.tool != CONSENSUS}
        return [one for name, one in last.items() if everybody or not self.reader(name).sees_all]

    def masks(self) -> frozenset[tuple[str, str]]:
        """Exam and digest of every mask of a revision, and of what it began from."""
        return frozenset(
            (name, digest)
            for name, standing in self.exams.items()
            for revision in standing.revisions
            for digest in (revision.mask, revision.parent)
        )

    def surfaces(self) -> frozenset[tuple[str, str]]:
        """Exam and digest of the map of every revision's surface."""
        return frozenset(
            (name, revision.surface)
            for name, standing in self.exams.items()
            for revision in standing.revisions
        )

    def reader(self, name: str) -> Reader:
        """Somebody by name: with the role that was given, else a reader.

        As long as nobody has a role that decides, everybody is an admin: who works alone must be
        able to accept, and somebody has to give the first roles.
        """
        if name in self.roles:
            return Reader(name, self.roles[name])
        alone = all(role is Role.READER for role in self.roles.values())
        return Reader(name, Role.ADMIN if alone else Role.READER)


def case_row(facts: CaseFacts, standing: Standing, reader: Reader, *, draft: bool) -> CaseRow:
    """The line of an exam as a reader may see it."""
    known = standing.states if reader.sees_all else {}
    changed = standing.changed if reader.sees_all else _only(standing.changed, reader.name)
    assigned = [n for n in standing.assigned if reader.sees_all or n == reader.name]
    return CaseRow(
        exam=facts.exam,
        state=standing.state if reader.sees_all else standing.state_of(reader.name),
        readers=tuple(ReaderState(name, state) for name, state in known.items()),
        assigned=tuple(assigned),
        flags=facts.flags,
        ftv_ml=facts.ftv_ml,
        stv_ml=facts.stv_ml,
        look=facts.look,
        chance_bad=facts.chance_bad,
        doubt=facts.doubt,
        revisions=len(standing.seen_by(reader)),
        draft=draft,
        changed=max(changed.values(), default=None),
    )


def _only(whens: dict[str, str], name: str) -> dict[str, str]:
    return {name: whens[name]} if name in whens else {}
