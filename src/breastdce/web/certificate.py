"""A certificate is tried before the server starts: whether its key fits, and which names it has."""

from __future__ import annotations

import ssl
from ipaddress import ip_address
from pathlib import Path
from typing import cast

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import CallError

_ROUNDS = 4  # a handshake of TLS 1.3 takes two


def check_certificate(certificate: Path, key: Path) -> frozenset[str]:
    """Shake hands with ourselves; return the names and addresses that the certificate is for.

    Parameters
    ----------
    certificate
        PEM: the server's certificate first, then those that lead to its root, if any.
    key
        PEM, not encrypted.

    Raises
    ------
    CallError
        CALL_INVALID when a file cannot be read, the key is another certificate's, the certificate
        is not valid today or names no host.
    """
    try:
        server = server_context(certificate, key)
        names = _names(server, certificate)
    except (OSError, ssl.SSLError) as error:
        why = getattr(error, "reason", None) or getattr(error, "strerror", None) or str(error)
        raise CallError(
            ErrorCode.CALL_INVALID,
            "Certificate and key cannot be used",
            evidence={"certificate": str(certificate), "key": str(key), "why": why},
            remedy="Give both as PEM files, the key not encrypted, the certificate valid today.",
        ) from error
    if not names:
        raise CallError(
            ErrorCode.CALL_INVALID,
            "The certificate names no host",
            evidence={"certificate": str(certificate)},
            remedy="Make one with the server's name as subjectAltName.",
        )
    return names


def server_context(certificate: Path, key: Path) -> ssl.SSLContext:
    """TLS 1.2 or newer, with this certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # An encrypted key would be asked for at the terminal, again and again.
    context.load_cert_chain(certificate, key, password="")
    return context


def _names(server: ssl.SSLContext, certificate: Path) -> frozenset[str]:
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname = False
    client.load_verify_locations(certificate)
    client.verify_flags = ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    ours = client.wrap_bio(back, there)
    theirs = server.wrap_bio(there, back, server_side=True)
    for _ in range(_ROUNDS):
        for side in (ours, theirs):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
    found = ours.getpeercert()
    stated = found.get("subjectAltName", ()) if found else ()
    pairs = cast("tuple[tuple[str, str], ...]", stated)
    names = {name.lower() for kind, name in pairs if kind == "DNS"}
    addresses = {str(ip_address(each)) for kind, each in pairs if kind == "IP Address"}
    return frozenset(names | addresses)
