"""Who may come in: one reader on this computer, or readers with tokens, and then by TLS only."""

from __future__ import annotations

import getpass
import ipaddress
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import CallError
from breastdce.web.certificate import check_certificate
from breastdce.web.sessions import Sessions
from breastdce.web.tokens import check_name, read_entries

LOOPBACK = "127.0.0.1"
_LOCAL_NAMES = frozenset({"localhost", LOOPBACK, "::1"})
_NAMELESS = "reader"


@dataclass(frozen=True, slots=True)
class Access:
    """Under which names a server answers, and how it finds out who asks."""

    hosts: frozenset[str]
    """Names, and addresses, that pages may be opened under; `*.` stands for one label."""
    local: str | None = None
    """Name of whoever asks from this computer; None when tokens are asked for."""
    sessions: Sessions | None = None
    """Where signed in readers are kept; None without tokens."""
    tls: bool = False

    @property
    def scheme(self) -> str:
        """How addresses of this server begin."""
        return "https" if self.tls else "http"

    @property
    def cookie(self) -> str:
        """Name of the cookie of a session; browsers take `__Host-` by TLS from this host alone."""
        return "__Host-breastdce" if self.tls else "breastdce"

    def name(self, session: str | None) -> str | None:
        """Name of who asks, by the session's cookie; None when nobody knows."""
        if self.sessions is None:
            return self.local
        return None if session is None else self.sessions.name(session)

    def answers_to(self, host: str) -> bool:
        """Whether a Host header (`name[:port]`) names this server.

        A name that leads here without being ours was turned on us (DNS rebinding). Where the whole
        network may come in, any address is ours: there is no name in it that could be turned.
        """
        name = _without_port(host)
        if self.local is None and is_address(name):
            return True
        _, _, domain = name.partition(".")
        return name in self.hosts or f"*.{domain}" in self.hosts


def decide_access(
    out: Path, host: str, reader: str | None, certificate: Path | None, key: Path | None
) -> Access:
    """Decide who may come in, from where the server listens.

    Parameters
    ----------
    out
        Folder of the data set; its list of readers counts where the whole network may come in.
    host
        Name or address to listen at.
    reader
        Name of the one reader on this computer; None for the name of the login.
    certificate, key
        Files in PEM form, for TLS.

    Raises
    ------
    CallError
        CALL_INVALID when the network may come in without a certificate, or without a token; when a
        name was given that only one reader on this computer can have; when the certificate is none.
    """
    if (certificate is None) != (key is None):
        raise _wrong("A certificate needs its key, and a key its certificate")
    names = (
        frozenset() if certificate is None or key is None else check_certificate(certificate, key)
    )
    tls = certificate is not None
    if is_loopback(host):
        local = login_name() if reader is None else check_name(reader)
        return Access(_LOCAL_NAMES | {host} | names, local=local, tls=tls)
    if not tls:
        raise _wrong(
            "Patients' images go over a network by TLS only",
            f"Give --tls-cert and --tls-key, or no --host: {host} is not this computer alone.",
        )
    if reader is not None:
        raise _wrong(
            "--reader names the one reader on this computer; readers elsewhere have tokens"
        )
    if not read_entries(out):
        raise _wrong(
            "Nobody could come in: no reader has a token",
            "Run `breastdce review readers add OUT NAME`.",
        )
    return Access(names | {host}, sessions=Sessions(out), tls=tls)


def is_loopback(host: str) -> bool:
    """Whether only programs on this computer reach what listens at `host`."""
    return host == "localhost" or (is_address(host) and ipaddress.ip_address(host).is_loopback)


def safe_name(text: str) -> str:
    """Reduce a name to letters, digits, `.`, `_`, `-`: at most 32, a letter or digit first."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    kept = re.sub(r"[^A-Za-z0-9._-]", "", plain).lstrip("._-")
    return kept[:32] or _NAMELESS


def login_name() -> str:
    """Name of this computer's user, as a reader's."""
    try:
        return safe_name(getpass.getuser())
    except (OSError, KeyError):  # a container's user without a name; KeyError before Python 3.13
        return _NAMELESS


def _without_port(host: str) -> str:
    match = re.fullmatch(r"\[([0-9A-Fa-f:.]+)\](:[0-9]+)?|([^:\[\]]+)(:[0-9]+)?", host)
    return "" if match is None else (match[1] or match[3]).lower().rstrip(".")


def is_address(name: str) -> bool:
    """Whether it is an address by IPv4 or IPv6, and no name."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _wrong(message: str, remedy: str | None = None) -> CallError:
    return CallError(ErrorCode.CALL_INVALID, message, remedy=remedy)
