"""Where a training stands, on disk: the last finished epoch and the one before.

    last.json               where it stands, and which file of arrays belongs to it
    last.prev.json          the same for the epoch before
    state-<epoch>.safetensors

A record is written after its arrays and replaced in one step, so that whatever a crash leaves is
one of the two.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from numpy.typing import NDArray

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError
from breastdce.formats.atomic import remove_unfinished, write_bytes
from breastdce.formats.tensors import Seal, read_tensors, write_tensors
from breastdce.segment.standing import Standing

LAST, PREVIOUS = "last.json", "last.prev.json"


class StateRecord(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The content of last.json."""

    standing: Standing
    arrays: str
    """File beside the record."""
    seal: Seal
    threads: int
    """Of each process: sums of floats, and with them bits, depend on it."""
    processes: int


class State(NamedTuple):
    """What a training goes on from."""

    record: StateRecord
    arrays: dict[str, NDArray[Any]]


def save_state(
    folder: Path,
    arrays: Mapping[str, NDArray[Any]],
    standing: Standing,
    *,
    threads: int,
    processes: int,
) -> None:
    """Write the state of a finished epoch; the one before stays.

    Raises
    ------
    StoreError
        OUTPUT_UNWRITABLE; what was there before still is.
    """
    name = f"state-{standing.epoch:05d}.safetensors"
    seal = write_tensors(folder / name, arrays)
    record = StateRecord(
        standing=standing, arrays=name, seal=seal, threads=threads, processes=processes
    )
    if (folder / LAST).exists():
        write_bytes(folder / PREVIOUS, (folder / LAST).read_bytes())
    write_bytes(folder / LAST, msgspec.json.format(msgspec.json.encode(record), indent=2))
    _remove_unnamed(folder)


def load_state(folder: Path) -> State | None:
    """Read the last state; none where no epoch was finished.

    Where there is no last.json, the epoch before is taken.

    Raises
    ------
    InputError
        WEIGHTS_DAMAGED when the record or its arrays are not what was written.
    """
    path = next((folder / name for name in (LAST, PREVIOUS) if (folder / name).exists()), None)
    if path is None:
        return None
    record = _record(path)
    try:
        return State(record, read_tensors(folder / record.arrays, record.seal))
    except InputError as error:
        raise InputError(
            error.code,
            evidence=error.evidence,
            remedy=f"Delete {path} to go on from the epoch before.",
        ) from error


def forget_state(folder: Path) -> None:
    """Remove what only resuming needs."""
    for name in (LAST, PREVIOUS):
        (folder / name).unlink(missing_ok=True)
    _remove_unnamed(folder)


def _record(path: Path) -> StateRecord:
    try:
        record = msgspec.json.decode(path.read_bytes(), type=StateRecord)
    except (OSError, msgspec.DecodeError) as error:
        raise InputError(
            ErrorCode.WEIGHTS_DAMAGED,
            evidence={"file": str(path), "why": str(error)},
            remedy=f"Delete {path} to go on from the epoch before.",
        ) from error
    if Path(record.arrays).name != record.arrays:
        raise InputError(
            ErrorCode.WEIGHTS_DAMAGED, evidence={"file": str(path), "why": "a path, not a name"}
        )
    return record


def _remove_unnamed(folder: Path) -> None:
    """Remove arrays that neither record names, and what a killed writer left."""
    named = {_record(folder / name).arrays for name in (LAST, PREVIOUS) if (folder / name).exists()}
    for path in folder.glob("state-*.safetensors"):
        if path.name not in named:
            path.unlink()
    remove_unfinished(folder)
