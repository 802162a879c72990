"""Who is who, and how far whose dates are shifted: one file beside OUT, never inside."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import CallError
from breastdce.core.exam import is_label
from breastdce.formats.atomic import write_bytes
from breastdce.ingest.dates import LEAST_SHIFT_DAYS, MOST_SHIFT_DAYS, draw_shift_days
from breastdce.run.lock import locked

_NAMES = ("patient_id", "participant")
_WITH_DAYS = (*_NAMES, "shift_days")
_DAYS = re.compile("[0-9]{1,6}")


@dataclass(frozen=True, slots=True)
class PrivateMap:
    """What is kept of patients, by PatientID (or `study <UID>` where there is none)."""

    participants: dict[str, str] = field(default_factory=dict)
    """Pseudonym of who needs one."""
    shift_days: dict[str, int] = field(default_factory=dict)
    """Whole days that a patient's dates are moved back by; see `ingest.dates`."""

    def with_shifts(
        self, patients: Iterable[str], draw: Callable[[], int] = draw_shift_days
    ) -> PrivateMap:
        """The map with a shift for each of `patients`; those that are there stay as they are."""
        new = {who: draw() for who in sorted(set(patients) - set(self.shift_days))}
        return PrivateMap(self.participants, self.shift_days | new)


def read_private_map(path: Path) -> PrivateMap:
    """Read the map; empty when there is no file yet.

    Raises
    ------
    CallError
        CALL_INVALID when the file is not one that `write_private_map` could have written.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            header, *rows = [tuple(row) for row in csv.reader(file, "excel-tab")] or [_NAMES]
    except FileNotFoundError:
        return PrivateMap()
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise _unusable(path, type(error).__name__) from error
    if header not in (_NAMES, _WITH_DAYS) or any(len(row) != len(header) for row in rows):
        raise _unusable(path, f"not a table with the columns {' '.join(_WITH_DAYS)}")
    names = {row[0]: row[1] for row in rows if row[1]}
    days = {row[0]: row[2] for row in rows if row[2:] and row[2]}
    _check(path, rows, names, days)
    return PrivateMap(names, {who: int(text) for who, text in days.items()})


def write_private_map(path: Path, known: PrivateMap) -> None:
    """Write the map for its owner's eyes only; the third column only where dates are shifted."""
    header = _WITH_DAYS if known.shift_days else _NAMES
    everyone = sorted({*known.participants, *known.shift_days})
    rows = [
        (who, known.participants.get(who, ""), str(known.shift_days.get(who, "")))[: len(header)]
        for who in everyone
    ]
    text = io.StringIO(newline="")
    # A carriage return inside an id would end its line, but between quotes it does not.
    odd = any("\r" in who for who in everyone)
    writer = csv.writer(
        text,
        "excel-tab",
        lineterminator="\n",
        quoting=csv.QUOTE_ALL if odd else csv.QUOTE_MINIMAL,
    )
    writer.writerows([header, *rows])
    write_bytes(path, text.getvalue().encode(), private=True)


@contextmanager
def alone_with(path: Path) -> Iterator[None]:
    """Keep other runs from the map while the body reads and completes it.

    What is locked is an empty file beside the map, since the map itself is replaced when it is
    written.

    Raises
    ------
    StoreError
        OUTPUT_UNWRITABLE when nothing can be written there.
    """
    with locked(path.with_name(f".{path.name}.lock")):
        yield


def _check(
    path: Path, rows: list[tuple[str, ...]], names: dict[str, str], days: dict[str, str]
) -> None:
    if len({row[0] for row in rows}) != len(rows) or len(set(names.values())) != len(names):
        raise _unusable(path, "a patient or a pseudonym stands there twice")
    if not all(map(is_label, names.values())):
        raise _unusable(path, "a pseudonym holds other characters than letters and digits")
    if len(names.keys() | days.keys()) != len(rows):
        raise _unusable(path, "a patient has neither a pseudonym nor a shift")
    for text in days.values():
        # A shift of 0 would publish the true dates.
        known = _DAYS.fullmatch(text) and LEAST_SHIFT_DAYS <= int(text) <= MOST_SHIFT_DAYS
        if not known:
            raise _unusable(path, f"a shift is not {LEAST_SHIFT_DAYS} to {MOST_SHIFT_DAYS} days")


def _unusable(path: Path, why: str) -> CallError:
    return CallError(
        ErrorCode.CALL_INVALID,
        "The file of pseudonyms cannot be used",
        evidence={"file": str(path), "why": why},
        remedy="Give the file of an earlier run, or another name to start a new one.",
    )
