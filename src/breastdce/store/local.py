"""Artifacts in a folder, named by their content; records, named by what made them.

    <root>/objects/<ab>/<digest>/   tree.msgpack, 0.gz, 1.gz, ..., done.json (written last)
    <root>/actions/<ab>/<key>.json  one Record

Many processes may write at once: everything is made aside and renamed into place, and two writers
of the same name write the same content. The folder is safe to delete.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import msgspec
from isal import igzip

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import StoreError
from breastdce.store.codecs import Array, Packed, from_bytes, to_bytes, unpack
from breastdce.store.record import Record

T = TypeVar("T")


class _ArrayNote(msgspec.Struct, frozen=True):
    dtype: str
    shape: tuple[int, ...]


class Store:
    """A content-addressed store under `root`.

    Parameters
    ----------
    root
        Folder of the store; made on first use.
    scratch
        Name of this writer's own folder for unfinished work under `root/tmp`; a later writer of
        the same name clears what a killed one left. No two live writers may share it.
    """

    def __init__(self, root: Path, *, scratch: str) -> None:
        self._root = root
        self._scratch = root / "tmp" / scratch
        shutil.rmtree(self._scratch, ignore_errors=True)

    def find(self, key: str) -> Record | None:
        """Record of a finished step, or None."""
        try:
            payload = self._action(key).read_bytes()
        except FileNotFoundError:
            return None
        try:
            return msgspec.json.decode(payload, type=Record)
        except msgspec.DecodeError:
            return None  # a record of another version of this program is a miss, not an error

    def has(self, digest: str) -> bool:
        """Whether the object is stored whole."""
        return (self._object(digest) / "done.json").exists()

    def put(self, packed: Packed, digest: str) -> None:
        """Store an object under its content digest; nothing is done when it is there."""
        if self.has(digest):
            return
        aside = self._aside()
        (aside / "tree.msgpack").write_bytes(packed.tree)
        for number, array in enumerate(packed.arrays):
            (aside / f"{number}.gz").write_bytes(igzip.compress(to_bytes(array), 1))
        notes = [_ArrayNote(array.dtype.str, array.shape) for array in packed.arrays]
        (aside / "done.json").write_bytes(msgspec.json.encode(notes))
        self._publish(aside, self._object(digest))

    def get(self, digest: str, kind: type[T]) -> T:
        """Load an object.

        Raises
        ------
        StoreError
            STORE_CORRUPT when it is missing or its content does not have this digest.
        """
        try:
            packed = self._read(digest)
            if packed.digest() != digest:
                raise ValueError("content and name differ")  # noqa: TRY301
            return unpack(packed, kind)
        except (OSError, ValueError, EOFError, msgspec.MsgspecError) as error:
            shutil.rmtree(self._object(digest), ignore_errors=True)
            raise StoreError(
                ErrorCode.STORE_CORRUPT,
                evidence={"object": digest[:16], "why": str(error)},
                remedy="It was removed; run again and it is made anew.",
            ) from error

    def commit(self, record: Record) -> None:
        """Write a record: the step is finished."""
        target = self._action(record.key)
        target.parent.mkdir(parents=True, exist_ok=True)
        aside = self._aside() / "record.json"
        aside.write_bytes(msgspec.json.encode(record))
        aside.replace(target)

    def close(self) -> None:
        """Remove the folder for unfinished work."""
        shutil.rmtree(self._scratch, ignore_errors=True)

    def _read(self, digest: str) -> Packed:
        folder = self._object(digest)
        notes = msgspec.json.decode((folder / "done.json").read_bytes(), type=list[_ArrayNote])
        arrays: list[Array] = []
        for number, note in enumerate(notes):
            payload: bytes = igzip.decompress((folder / f"{number}.gz").read_bytes())
            arrays.append(from_bytes(payload, note.dtype, note.shape))
        return Packed((folder / "tree.msgpack").read_bytes(), tuple(arrays))

    def _object(self, digest: str) -> Path:
        return self._root / "objects" / digest[:2] / digest

    def _action(self, key: str) -> Path:
        return self._root / "actions" / key[:2] / f"{key}.json"

    def _aside(self) -> Path:
        self._scratch.mkdir(parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(dir=self._scratch))

    def _publish(self, aside: Path, target: Path) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists() and not (target / "done.json").exists():
            shutil.rmtree(target)
        # Renaming onto a folder that another process has just made fails: theirs has our content.
        with suppress(OSError):
            os.rename(aside, target)  # noqa: PTH104 - Path.rename says less about folders
        if not target.exists():
            raise StoreError(
                ErrorCode.OUTPUT_UNWRITABLE, evidence={"folder": str(target.parent.name)}
            )
