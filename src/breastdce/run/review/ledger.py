"""The ledger of revisions: one SQLite file, rows that are only ever added, and open drafts.

    ledger  number, text (JSON of a row), link      append-only, by triggers
    draft   exam, reader, parent, start, ...        what is unsigned
    stroke  exam, reader, sequence, change          its changes, cleared when it is signed

Several programs may have it open: every change is one transaction that takes SQLite's write lock
before it reads what it decides on. A commit is on disk when it returns (WAL, synchronous FULL).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import RLock
from typing import NamedTuple, Self, TypeVar

import msgspec

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError, StoreError
from breastdce.review.chain import FIRST, Stored, faults, linked, read_row
from breastdce.review.revision import Row
from breastdce.review.worklist import Register

_R = TypeVar("_R", bound=Row)
_SCHEMA = 1
_WAIT_S = 20.0
_TABLES = """
CREATE TABLE ledger (
  number INTEGER PRIMARY KEY AUTOINCREMENT, text TEXT NOT NULL, link TEXT NOT NULL UNIQUE
);
CREATE TRIGGER ledger_kept_update BEFORE UPDATE ON ledger
BEGIN SELECT RAISE(ABORT, 'rows of the ledger are never changed'); END;
CREATE TRIGGER ledger_kept_delete BEFORE DELETE ON ledger
BEGIN SELECT RAISE(ABORT, 'rows of the ledger are never removed'); END;
CREATE TRIGGER ledger_kept_replace BEFORE INSERT ON ledger
WHEN EXISTS (SELECT 1 FROM ledger WHERE number = NEW.number OR link = NEW.link)
BEGIN SELECT RAISE(ABORT, 'rows of the ledger are never replaced'); END;
CREATE TABLE draft (
  exam TEXT NOT NULL, reader TEXT NOT NULL, parent TEXT NOT NULL, start TEXT NOT NULL,
  first INTEGER NOT NULL, sequence INTEGER NOT NULL, open INTEGER NOT NULL,
  PRIMARY KEY (exam, reader)
) WITHOUT ROWID;
CREATE TABLE stroke (
  exam TEXT NOT NULL, reader TEXT NOT NULL, sequence INTEGER NOT NULL, change BLOB NOT NULL,
  PRIMARY KEY (exam, reader, sequence)
) WITHOUT ROWID;
"""


class Ledger:
    """An open ledger; safe for threads, and beside other programs.

    Parameters
    ----------
    path
        Made, with its folder, when it is not there.

    Raises
    ------
    StoreError
        LEDGER_BROKEN also when the chain over its rows is; OUTPUT_UNWRITABLE.
    """

    def __init__(self, path: Path) -> None:
        self._lock = RLock()
        self._inside = False
        self._seen = 0
        self._register = Register()
        self._added = False
        self.undone = 0
        """How many transactions of this object were."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._base = sqlite3.connect(
                path, timeout=_WAIT_S, isolation_level=None, check_same_thread=False
            )
        except (OSError, sqlite3.OperationalError) as error:
            raise StoreError(
                ErrorCode.OUTPUT_UNWRITABLE, evidence={"file": path.name, "why": str(error)}
            ) from error
        try:
            self._open()
        except BaseException:
            self._base.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; what was committed is in it."""
        with self._lock:
            self._base.close()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """While the body runs no thread changes what `register` gives; programs may write."""
        with self._lock:
            yield self._base

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing of what the body does, with nobody else writing; may be nested.

        Raises
        ------
        StoreError
            OUTPUT_UNWRITABLE when the disk is full, or another program writes for too long;
            nothing was written then.
        """
        with self._lock:
            if self._inside:
                yield self._base
                return
            try:
                self._base.execute("BEGIN IMMEDIATE")
                self._inside = True
                yield self._base
                self._base.execute("COMMIT")
                self._added = False
            except sqlite3.OperationalError as error:
                raise StoreError(
                    ErrorCode.OUTPUT_UNWRITABLE, evidence={"why": str(error)}
                ) from error
            finally:
                self._inside = False
                self._undo()

    def add(self, row: _R) -> _R:
        """Add a row at the end of the chain, inside a transaction; the row with its links.

        Raises
        ------
        InputError
            CALL_INVALID when a name, a comment or a time is out of bounds.
        """
        try:
            msgspec.convert(msgspec.to_builtins(row), type=Row)
        except msgspec.ValidationError as error:
            raise InputError(ErrorCode.CALL_INVALID, evidence={"why": str(error)}) from error
        last = self._base.execute("SELECT link FROM ledger ORDER BY number DESC LIMIT 1").fetchone()
        placed, text = linked(row, last[0] if last else FIRST)
        self._base.execute("INSERT INTO ledger (text, link) VALUES (?, ?)", (text, placed.link))
        self._added = True
        return placed

    def register(self) -> Register:
        """What follows from all rows, up to date; for as long as `reading` or a transaction is."""
        with self._lock:
            for stored in _rows(self._base, self._seen):
                self._register.add([_row(stored)])
                self._seen = stored.number
            return self._register

    def _undo(self) -> None:
        """Leave nothing of a transaction that did not come to its end."""
        if not self._base.in_transaction:
            return
        self._base.execute("ROLLBACK")
        self.undone += 1
        if self._added:  # and perhaps taken up
            self._seen, self._register, self._added = 0, Register(), False

    def _open(self) -> None:
        try:
            self._base.execute("PRAGMA journal_mode = WAL")
            self._base.execute("PRAGMA synchronous = FULL")
            with self.transaction():
                self._make()
        except sqlite3.DatabaseError as error:
            raise _broken(error) from error

    def _make(self) -> None:
        (schema,) = self._base.execute("PRAGMA user_version").fetchone()
        if schema == 0:
            for statement in _statements(_TABLES):
                self._base.execute(statement)
            self._base.execute(f"PRAGMA user_version = {_SCHEMA}")
        elif schema != _SCHEMA:
            raise _broken(f"written by another version of the program (schema {schema})")
        for fault in faults(_rows(self._base, 0), _last_number(self._base)):
            raise _broken(f"row {fault.number}: {fault.what}")


class LedgerContent(NamedTuple):
    """What lies in a ledger."""

    rows: list[Stored]
    last_number: int
    """The highest number that a row ever had."""
    draft_masks: frozenset[tuple[str, str]]
    """Exam and digest of the masks that open drafts began from."""


def read_ledger(path: Path) -> LedgerContent:
    """Read a ledger as it lies there, without writing anything.

    Raises
    ------
    StoreError
        LEDGER_BROKEN.
    """
    # Without a log of pending pages nobody has it open, and not even a lock file need be made.
    log = path.with_name(f"{path.name}-wal")
    still = not log.exists() or log.stat().st_size == 0
    mode = "immutable=1" if still else "mode=ro"
    try:
        with closing(
            sqlite3.connect(f"{path.resolve().as_uri()}?{mode}", uri=True, timeout=_WAIT_S)
        ) as base:
            base.execute("BEGIN")
            rows = list(_rows(base, 0))
            last = _last_number(base)
            drafts = base.execute("SELECT exam, parent FROM draft WHERE open").fetchall()
    except (OSError, sqlite3.DatabaseError) as error:
        raise _broken(error) from error
    return LedgerContent(rows, last, frozenset((exam, parent) for exam, parent in drafts))


def read_register(path: Path) -> Register:
    """What follows from a ledger's rows, without writing anything; errors as `read_ledger`."""
    return register_of(read_ledger(path))


def register_of(content: LedgerContent) -> Register:
    """What follows from rows; StoreError(LEDGER_BROKEN) when one is none."""
    register = Register()
    register.add(map(_row, content.rows))
    return register


def _rows(base: sqlite3.Connection, after: int) -> Iterator[Stored]:
    found = base.execute(
        "SELECT number, text, link FROM ledger WHERE number > ? ORDER BY number", (after,)
    )
    return (Stored(*row) for row in found.fetchall())


def _last_number(base: sqlite3.Connection) -> int:
    found = base.execute("SELECT seq FROM sqlite_sequence WHERE name = 'ledger'").fetchone()
    return int(found[0]) if found else 0


def _row(stored: Stored) -> Row:
    try:
        return read_row(stored)
    except msgspec.MsgspecError as error:
        raise _broken(f"row {stored.number}: {error}") from error


def _statements(script: str) -> Iterator[str]:
    """Statements one by one: `executescript` would commit before it begins."""
    pending = ""
    for line in script.strip().splitlines():
        pending += f"{line}\n"
        if sqlite3.complete_statement(pending):
            yield pending
            pending = ""


def _broken(why: object) -> StoreError:
    return StoreError(ErrorCode.LEDGER_BROKEN, evidence={"why": str(why)})


def unknown(what: str, given: object) -> InputError:
    """The error for a name that nothing has, or that may not be seen."""
    return InputError(ErrorCode.UNKNOWN_ENTRY, f"There is no such {what}", evidence={what: given})
