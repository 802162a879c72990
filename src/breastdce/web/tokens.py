"""Tokens of readers: 256 random bits, shown once. What is kept cannot be turned back into one."""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path

import msgspec

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import CallError, InputError
from breastdce.dataset import layout
from breastdce.formats.atomic import remove_unfinished_of, write_bytes
from breastdce.run.lock import locked
from breastdce.run.paths import WorkPaths

NAME = r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}"
"""Names of readers: they stand in the ledger, in pages and in the terminal as they are."""
_BITS = 256


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A reader who may come in over a network."""

    name: str
    salt: str
    """32 hex digits, drawn for this token; key of the hash."""
    digest: str
    """64 hex digits: BLAKE2b-256 of the token."""


def read_entries(out: Path) -> tuple[Entry, ...]:
    """Readers of a data set, in order of name; none where nobody was ever added.

    Raises
    ------
    InputError
        TABLE_INVALID when the file is not as it was written: then nobody comes in.
    """
    try:
        payload = layout.review_readers(out).read_bytes()
        return msgspec.json.decode(payload, type=tuple[Entry, ...])
    except FileNotFoundError:
        return ()
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise InputError(
            ErrorCode.TABLE_INVALID,
            "The list of readers cannot be read",
            evidence={"file": str(layout.review_readers(out)), "why": str(error)},
            remedy="Remove the file and add the readers again.",
        ) from error


def add_token(out: Path, name: str) -> str:
    """Let a reader in; a token that the reader had ends.

    Returns
    -------
    str
        The token, of which only a hash is kept.

    Raises
    ------
    CallError
        CALL_INVALID for a name with other characters than letters, digits, `.`, `_`, `-`.
    """
    check_name(name)
    token = secrets.token_urlsafe(_BITS // 8)
    salt = secrets.token_hex(16)
    entry = Entry(name, salt, _digest(salt, token))
    with locked(WorkPaths(out).lock("readers")):
        others = [other for other in read_entries(out) if other.name != name]
        _write(out, [*others, entry])
    return token


def remove_token(out: Path, name: str) -> None:
    """Let a reader in no more, whatever pages are open; what was signed stays.

    Raises
    ------
    CallError
        UNKNOWN_ENTRY when there is no such reader.
    """
    with locked(WorkPaths(out).lock("readers")):
        entries = read_entries(out)
        others = [entry for entry in entries if entry.name != name]
        if len(others) == len(entries):
            raise CallError(
                ErrorCode.UNKNOWN_ENTRY,
                "No reader has this name",
                evidence={"given": name, "known": [entry.name for entry in entries]},
            )
        _write(out, others)


def check_name(name: str) -> str:
    """Return a reader's name as it is; CallError(CALL_INVALID) for one that cannot be."""
    if re.fullmatch(NAME, name) is None:
        raise CallError(
            ErrorCode.CALL_INVALID,
            "A reader cannot have this name",
            evidence={"given": ascii(name)},
            remedy="Use 1 to 32 letters, digits, '.', '_' or '-'; begin with a letter or digit.",
        )
    return name


def find(entries: Sequence[Entry], token: str) -> Entry | None:
    """Whose token it is; takes as long for a wrong one as for a right one."""
    found = None
    for entry in entries:
        if hmac.compare_digest(entry.digest, _digest(entry.salt, token)):
            found = entry
    return found


def _digest(salt: str, token: str) -> str:
    # No slow hash: a token is no password, nobody can try out 2^256 of them.
    return blake2b(token.encode(), key=bytes.fromhex(salt), digest_size=32).hexdigest()


def _write(out: Path, entries: Sequence[Entry]) -> None:
    remove_unfinished_of(layout.review_readers(out))  # the lock is held: nobody else writes it
    ordered = sorted(entries, key=lambda entry: entry.name)
    payload = msgspec.json.format(msgspec.json.encode(ordered), indent=2)
    write_bytes(layout.review_readers(out), payload + b"\n", private=True)
