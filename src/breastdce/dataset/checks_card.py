"""Promise: card, metadata and checksums are those of the tables and files, both ways."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from breastdce.core.errors import InputError
from breastdce.dataset import layout
from breastdce.dataset.card import card_files, is_edited, read_origin
from breastdce.dataset.checksum_list import Sums, read_checksum_list, sums_of_files
from breastdce.dataset.problem import Problem, Promise, problem
from breastdce.dataset.provenance import read_exams
from breastdce.dataset.table_set import tables_of

_SEEN = 80  # characters of a line that are shown


def check_card(root: Path) -> Iterator[Problem]:
    """Make the card again and compare, and compare SHA256SUMS with what is there.

    Files of exams are not read: their checksums in provenance are taken, which other checks
    compare with the files.
    """
    origin = read_origin(root)
    if origin is None or not (layout.exams(root).exists() and layout.exclusions(root).exists()):
        return  # reported as missing or unreadable
    try:
        records = read_exams(root)
        found = sums_of_files(root, records)
        files = card_files(root, origin, records, found)
        described = {path for table in tables_of(root) for path in table.files}
    except (InputError, OSError) as error:
        where = layout.publication(root)
        yield problem(root, where, Promise.CARD, "the card cannot be made again", error)
        return
    yield from _compare(root, files)
    tables = {path for path in found if path.suffix == ".tsv"}
    for path in sorted(tables - described):
        yield problem(root, path, Promise.CARD, "no metadata describes this table", path.name)
    schemas = {path for path in found if path.parent == root / "schemas"}
    for path in sorted(schemas - files.keys()):
        yield problem(root, path, Promise.CARD, "a schema of no table that is there", path.name)
    yield from _check_list(root, found)


def _compare(root: Path, files: Mapping[Path, bytes]) -> Iterator[Problem]:
    for path, payload in files.items():
        if not path.exists():
            if path.parent != root:  # the tree check reports the others
                yield problem(root, path, Promise.CARD, "the schema is missing", path.name)
        elif is_edited(path):
            what = "the file was edited, and is not made anew any more"
            yield problem(root, path, Promise.CARD, what, _difference(path, payload))
        elif path.read_bytes() != payload:
            what = "the file is not as it would be made from the data set"
            yield problem(root, path, Promise.CARD, what, _difference(path, payload))


def _difference(path: Path, payload: bytes) -> str:
    """The first line that differs."""
    here = path.read_bytes().decode(errors="replace").splitlines()
    there = payload.decode().splitlines()
    for number, (old, new) in enumerate(zip(here, there, strict=False), 1):
        if old != new:
            return f"line {number}: {old[:_SEEN]!r}, not {new[:_SEEN]!r}"
    return f"{len(here)} lines, not {len(there)}"


def _check_list(root: Path, found: Sums) -> Iterator[Problem]:
    path = layout.checksum_list(root)
    try:
        stated = read_checksum_list(root)
    except FileNotFoundError:
        return  # the tree check reports what is missing
    except (OSError, ValueError) as error:
        yield problem(root, path, Promise.READABLE, "not a list of checksums", error)
        return
    for file in sorted(found.keys() - stated.keys()):
        yield problem(root, file, Promise.CARD, "SHA256SUMS does not name this file", file.name)
    for file in sorted(stated.keys() - found.keys()):
        what = "SHA256SUMS names a file that is not there"
        yield problem(root, path, Promise.CARD, what, file.relative_to(root).as_posix())
    for file in sorted(stated.keys() & found.keys()):
        if stated[file] != found[file][0]:
            seen = f"SHA-256 {found[file][0][:16]}..., SHA256SUMS {stated[file][:16]}..."
            what = "the file is not the one in SHA256SUMS"
            yield problem(root, file, Promise.CARD, what, seen)
