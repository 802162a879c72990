"""Certificates for tests."""

from __future__ import annotations

import datetime as dt
import ipaddress
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class Pair(NamedTuple):
    certificate: Path
    key: Path


def make(
    folder: Path,
    *names: str,
    addresses: tuple[str, ...] = (),
    days: tuple[int, int] = (-1, 1),
    password: bytes | None = None,
) -> Pair:
    """A certificate signed by itself, valid between `days` from now."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "breastdce test")])
    now = dt.datetime.now(dt.UTC)
    stated: list[x509.GeneralName] = [x509.DNSName(name) for name in names]
    stated += [x509.IPAddress(ipaddress.ip_address(each)) for each in addresses]
    builder = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + dt.timedelta(days=days[0]))
        .not_valid_after(now + dt.timedelta(days=days[1]))
    )
    if stated:
        builder = builder.add_extension(x509.SubjectAlternativeName(stated), critical=False)
    signed = builder.sign(key, hashes.SHA256())
    pair = Pair(folder / "cert.pem", folder / "key.pem")
    pair.certificate.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    shut = (
        serialization.NoEncryption()
        if password is None
        else serialization.BestAvailableEncryption(password)
    )
    pair.key.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, shut)
    )
    return pair
