"""A model bundle on disk: one folder, whole and unaltered or refused.

bundle/
├─ model.json        the record (`segment.bundle.ModelCard`)
├─ *.safetensors     the weights of each network
├─ card.md           the record for people
└─ SHA256SUMS        of all other files, as `sha256sum -c` reads it
"""

from __future__ import annotations

import hashlib
import re
import secrets
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from numpy.typing import NDArray

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError, StoreError
from breastdce.formats.atomic import UNFINISHED, write_bytes
from breastdce.formats.tensors import Seal, read_tensors, write_tensors
from breastdce.segment.bundle import ModelCard, WeightsFile, parse_card
from breastdce.segment.card import card_text

MODEL, CARD, SUMS = "model.json", "card.md", "SHA256SUMS"
_LINE = re.compile(r"([0-9a-f]{64}) [ *]([A-Za-z0-9][A-Za-z0-9._-]*)")
_MOST_JSON = 64_000_000  # bytes; 25 networks of 1,500 participants take 2.4 MB
Arrays = Mapping[str, NDArray[Any]]


class Trained(NamedTuple):
    """The weights of one network, and where in the cross-validation it belongs."""

    outer: int | None
    inner: int | None
    arrays: Arrays


class Bundle(NamedTuple):
    """A bundle whose files were all found to be what was written."""

    folder: Path
    card: ModelCard


def check_place(folder: Path) -> None:
    """Raise StoreError(OUTPUT_FOREIGN) unless a bundle may be written here."""
    if not (folder.exists() or folder.is_symlink()):
        return
    if folder.is_dir() and not folder.is_symlink():
        names = {path.name for path in folder.iterdir()}
        words = {MODEL, CARD, SUMS}
        weights = {name for name in names if name.endswith(".safetensors")}
        if not names or names == words | weights:
            return
    raise StoreError(
        ErrorCode.OUTPUT_FOREIGN,
        "The place of the model holds something that is not a model bundle",
        evidence={"folder": str(folder)},
    )


def write_bundle(folder: Path, card: ModelCard, networks: Iterable[Trained]) -> Bundle:
    """Write a bundle, aside first; a bundle that was there is replaced.

    Parameters
    ----------
    folder
        The bundle's folder: new, empty, or an earlier bundle.
    card
        The record; its `models` are filled in here.
    networks
        One at a time, so that only one need be in memory.

    Raises
    ------
    InputError
        BUNDLE_INVALID where the record contradicts itself.
    StoreError
        OUTPUT_FOREIGN when the folder holds something else; OUTPUT_UNWRITABLE. What was there
        stays.
    """
    check_place(folder)
    aside = _aside(folder)
    try:
        models = tuple(_write_weights(aside, n, network) for n, network in enumerate(networks))
        card = msgspec.structs.replace(card, models=models)
        parse_card(msgspec.json.encode(card), MODEL)  # what is written can be read
        _write_words(aside, card)
        _put_in_place(aside, folder)
    except OSError as error:
        raise StoreError(
            ErrorCode.OUTPUT_UNWRITABLE,
            evidence={"folder": str(folder), "why": error.strerror or str(error)},
        ) from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return Bundle(folder, card)


def read_bundle(folder: Path) -> Bundle:
    """Read the record of a bundle, after every file was found to be what was written.

    Raises
    ------
    InputError
        BUNDLE_INVALID when the folder is no bundle, its record is wrong, or a file of it is a
        link; BUNDLE_NEWER; WEIGHTS_DAMAGED when a file is missing, cut off or altered.
    """
    if not folder.is_dir():
        raise _invalid(folder, "it is not a folder")
    sums = _read_sums(folder)
    payload = _small(folder / MODEL)
    _check_sum(folder / MODEL, payload, sums)
    card = parse_card(payload, str(folder / MODEL))
    stated = {model.file: model.sha256 for model in card.models}
    if set(sums) != {MODEL, CARD, *stated}:
        raise _invalid(folder, f"{SUMS} and {MODEL} list different files")
    for name, sha256 in sums.items():
        if stated.get(name, sha256) != sha256:
            raise _invalid(folder, f"{SUMS} and {MODEL} give different checksums of {name}")
    _check_sum(folder / CARD, _small(folder / CARD), sums)
    for model in card.models:
        _check_weights(folder / model.file, model)
    return Bundle(folder, card)


def load_weights(bundle: Bundle, number: int) -> dict[str, NDArray[Any]]:
    """Read the weights of one network; checked once more, since time may have passed.

    Raises
    ------
    InputError
        WEIGHTS_DAMAGED; BUNDLE_INVALID for a link.
    """
    model = bundle.card.models[number]
    path = bundle.folder / model.file
    _check_plain(path)
    return read_tensors(path, Seal(size_bytes=model.size_bytes, sha256=model.sha256))


def _write_weights(folder: Path, number: int, network: Trained) -> WeightsFile:
    crossed = network.outer is not None and network.inner is not None
    name = f"outer{network.outer}-inner{network.inner}" if crossed else f"model{number}"
    file = f"{name}.safetensors"
    seal = write_tensors(folder / file, network.arrays)
    return WeightsFile(
        file=file,
        size_bytes=seal.size_bytes,
        sha256=seal.sha256,
        outer=network.outer,
        inner=network.inner,
    )


def _write_words(folder: Path, card: ModelCard) -> None:
    texts = {
        MODEL: msgspec.json.format(msgspec.json.encode(card), indent=2) + b"\n",
        CARD: card_text(card).encode(),
    }
    for name, payload in texts.items():
        write_bytes(folder / name, payload)
    sums = {name: hashlib.sha256(payload).hexdigest() for name, payload in texts.items()}
    sums |= {model.file: model.sha256 for model in card.models}
    lines = "".join(f"{sums[name]}  {name}\n" for name in sorted(sums))
    write_bytes(folder / SUMS, lines.encode())


def _aside(folder: Path) -> Path:
    return folder.absolute().with_name(f"{UNFINISHED}{secrets.token_hex(8)}")


def _put_in_place(aside: Path, folder: Path) -> None:
    """Give a finished folder its name; a folder cannot replace another in one step."""
    if folder.exists():
        old = _aside(folder)
        folder.rename(old)
        try:
            aside.rename(folder)
        except OSError:
            old.rename(folder)
            raise
        shutil.rmtree(old)
    else:
        aside.rename(folder)


def _read_sums(folder: Path) -> dict[str, str]:
    sums: dict[str, str] = {}
    for line in _small(folder / SUMS).decode("utf-8", "replace").splitlines():
        match = _LINE.fullmatch(line)
        if match is None or match[2] in sums:
            raise _invalid(folder, f"a line of {SUMS} is wrong", line=line[:100])
        sums[match[2]] = match[1]
    return sums


def _small(path: Path) -> bytes:
    _check_plain(path)
    try:
        if path.stat().st_size > _MOST_JSON:
            raise _invalid(path.parent, f"{path.name} is too large to be what it should be")
        return path.read_bytes()
    except OSError as error:
        raise _damaged(path, error.strerror or str(error)) from error


def _check_plain(path: Path) -> None:
    if path.is_symlink():
        raise _invalid(path.parent, f"{path.name} is a link; a bundle holds its own files")
    if not path.is_file():
        raise _damaged(path, "there is no such file")


def _check_sum(path: Path, payload: bytes, sums: Mapping[str, str]) -> None:
    if sums.get(path.name) != hashlib.sha256(payload).hexdigest():
        raise _damaged(path, f"its SHA-256 is not the one in {SUMS}")


def _check_weights(path: Path, model: WeightsFile) -> None:
    _check_plain(path)
    try:
        size = path.stat().st_size
        if size != model.size_bytes:
            raise _damaged(path, f"{size} bytes, {model.size_bytes} were written")
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise _damaged(path, error.strerror or str(error)) from error
    if found != model.sha256:
        raise _damaged(path, "its SHA-256 is not the one that was written")


def _damaged(path: Path, why: str) -> InputError:
    return InputError(
        ErrorCode.WEIGHTS_DAMAGED,
        "A file of the model bundle is missing, cut off or altered",
        evidence={"file": str(path), "why": why},
        remedy="Copy the whole folder again from whoever gave it.",
    )


def _invalid(folder: Path, why: str, **evidence: object) -> InputError:
    return InputError(
        ErrorCode.BUNDLE_INVALID, evidence={"folder": str(folder), "why": why, **evidence}
    )
