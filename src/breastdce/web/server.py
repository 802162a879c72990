"""Serve a review room until the terminal says stop."""

from __future__ import annotations

import contextlib
import ipaddress
import logging
import signal
import socket
from pathlib import Path
from typing import Final

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from breastdce.core.codes import ErrorCode
from breastdce.core.digest import digest_bytes
from breastdce.core.errors import CallError
from breastdce.run.review.room import ReviewRoom
from breastdce.web.access import LOOPBACK, Access, is_address
from breastdce.web.app import make_app
from breastdce.web.certificate import server_context
from breastdce.web.neighbors import OwnCallers, callers_are_known

_PORTS: Final = range(20_000, 32_000)  # none that systems give away by themselves
_MOST_HEADER_BYTES: Final = 16 << 10
_MOST_CALLS: Final = 100  # at a time; more are answered 503
_LAST_CALLS_S: Final = 5  # how long calls in work may take after a stop


def serve(
    room: ReviewRoom,
    access: Access,
    sock: socket.socket,
    *,
    certificate: Path | None = None,
    key: Path | None = None,
) -> None:
    """Answer calls until SIGINT or SIGTERM; calls in work are ended first.

    Parameters
    ----------
    room
        Where revisions are.
    access
        Who may come in.
    sock
        Of `listen_at`.
    certificate, key
        PEM files, when `access` wants TLS.
    """
    shared = access.local is not None and callers_are_known()
    config = uvicorn.Config(
        make_app(room, access),
        loop="asyncio",
        http=OwnCallers if shared else H11Protocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,  # who read what, when, is in the ledger
        proxy_headers=False,  # what a client says of itself is not believed
        server_header=False,
        limit_concurrency=_MOST_CALLS,
        timeout_graceful_shutdown=_LAST_CALLS_S,
        h11_max_incomplete_event_size=_MOST_HEADER_BYTES,
    )
    config.load()
    if certificate is not None and key is not None:
        config.ssl = server_context(certificate, key)
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    # Uvicorn ends its calls and raises the signal again: both end here.
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        uvicorn.Server(config).run(sockets=[sock])
    except KeyboardInterrupt:
        pass
    finally:
        signal.signal(signal.SIGTERM, before)


def listen_at(host: str, port: int | None, out: Path) -> socket.socket:
    """Listen; who calls is answered once `serve` runs.

    Parameters
    ----------
    host
        Name or address.
    port
        None for the usual one of this data set, so that a page that is open finds the server again
        after a restart; any free one where that is taken.
    out
        Folder of the data set.

    Raises
    ------
    CallError
        CALL_INVALID when the host is not this computer's, or the port is taken.
    """
    if port is not None:
        return _bound(host, port)
    try:
        return _bound(host, usual_port(out))
    except CallError:
        return _bound(host, 0)


def usual_port(out: Path) -> int:
    """The port of a data set: the same every time."""
    return _PORTS[int(digest_bytes(str(out.resolve()).encode())[:8], 16) % len(_PORTS)]


def address_of(access: Access, host: str, sock: socket.socket) -> str:
    """What to open in a browser; a name of the certificate where `host` is every address."""
    name = host
    if is_address(host) and ipaddress.ip_address(host).is_unspecified:
        names = sorted(each for each in access.hosts - {host} if not each.startswith("*."))
        name = names[0] if names else socket.gethostname()
    name = f"[{name}]" if ":" in name else name
    return f"{access.scheme}://{name}:{sock.getsockname()[1]}/"


def _bound(host: str, port: int) -> socket.socket:
    try:
        # "localhost" may be an address by IPv6, and then not the one that is printed.
        at = LOOPBACK if host == "localhost" else host
        family, kind, _, _, where = socket.getaddrinfo(at, port, type=socket.SOCK_STREAM)[0]
        with contextlib.ExitStack() as stack:
            sock = stack.enter_context(socket.socket(family, kind))
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.bind(where)
            sock.listen()  # who opens the address as soon as it is printed waits a moment
            stack.pop_all()
    except (OSError, UnicodeError) as error:  # a name may be none that can be looked up
        why = getattr(error, "strerror", None) or str(error)
        raise CallError(
            ErrorCode.CALL_INVALID,
            "The server cannot listen there",
            evidence={"host": host, "port": port, "why": why},
            remedy="Choose another --port, or a --host that is an address of this computer.",
        ) from error
    return sock
