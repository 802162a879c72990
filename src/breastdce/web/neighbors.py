"""Whose program calls: the loopback of a computer that several people share is open to all of them.

Linux tells who holds the other end of a connection (proc(5), /proc/net/tcp). Elsewhere, and where
the table does not show our own connections, nobody can be told apart.
"""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from uvicorn.protocols.http.h11_impl import H11Protocol

_TABLES: Final = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
_LOCAL, _REMOTE, _UID, _INODE = 1, 2, 7, 9  # columns
_ROOT: Final = 0
_MAPPED: Final = bytes(10) + b"\xff\xff"  # an address of IPv4 in one of IPv6
Address = tuple[Any, ...]
"""Of a socket: host, port, and more by IPv6."""


class Caller(NamedTuple):
    """Who holds the other end of a connection."""

    uid: int
    is_held: bool
    """False when the program has closed it already; then the user is not told."""


class OwnCallers(H11Protocol):
    """Answers programs of this user, and of root; cuts the line of every other."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Look who calls."""
        super().connection_made(transport)
        found = find_caller(
            transport.get_extra_info("peername"), transport.get_extra_info("sockname")
        )
        if not is_own(found, os.getuid()):
            transport.abort()


def is_own(caller: Caller | None, uid: int) -> bool:
    """Whether a caller is the user of this number, or root."""
    return caller is not None and caller.is_held and caller.uid in (uid, _ROOT)


def callers_are_known() -> bool:
    """Whether this system tells who calls, tried with a connection of our own.

    A server of root's, as in a container, is for whoever is let near it.
    """
    if os.name != "posix" or os.getuid() == _ROOT:
        return False
    with socket.create_server(("127.0.0.1", 0)) as server:
        at: Address = server.getsockname()
        with socket.create_connection(at) as client:
            return is_own(find_caller(client.getsockname(), at), os.getuid())


def find_caller(peer: Address, ours: Address) -> Caller | None:
    """Who holds the end `peer` of a connection with our end `ours`; None when it is not listed."""
    pairs = {(_listed(peer, six=six), _listed(ours, six=six)) for six in (False, True)}
    for row in _rows():
        if (row[_LOCAL], row[_REMOTE]) in pairs:
            return Caller(int(row[_UID]), row[_INODE] != "0")
    return None


def _rows() -> Iterator[list[str]]:
    for table in _TABLES:
        try:
            lines = table.read_text(encoding="ascii").splitlines()[1:]
        except OSError:  # no Linux, or one without IPv6
            continue
        yield from (line.split() for line in lines)


def _listed(address: Address, *, six: bool) -> str:
    """An address as the tables spell it: words of 32 bits in the machine's own order."""
    host, port = address[:2]
    packed = socket.inet_pton(socket.AF_INET6 if ":" in host else socket.AF_INET, host)
    if six and len(packed) == 4:
        packed = _MAPPED + packed
    words = (packed[at : at + 4] for at in range(0, len(packed), 4))
    spelled = "".join(f"{int.from_bytes(word, sys.byteorder):08X}" for word in words)
    return f"{spelled}:{port:04X}"
