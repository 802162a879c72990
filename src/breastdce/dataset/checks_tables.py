"""Promises about tables: each matches its dictionary both ways, cell by cell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from breastdce.core.errors import InputError
from breastdce.dataset import dictionary as columns_of
from breastdce.dataset import layout
from breastdce.dataset.privacy import traces
from breastdce.dataset.problem import Problem, Promise, problem
from breastdce.dataset.rows import LIST_MARK
from breastdce.formats.tables import MISSING, Cell, Column, parse_cell, read_raw_tsv

_ENTRY_KEYS = {"LongName", "Description", "Units", "Levels", "Family", "IBSI", "Defect"}
_CODE_COLUMNS = {"caveats", "code"}


class TableReader:
    """Reads tables and collects what is wrong with them."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.problems: list[Problem] = []

    def read(self, path: Path, columns: Sequence[Column]) -> list[dict[str, Cell]]:
        """Rows of a table with these columns; empty when it cannot be read."""
        if not path.exists():
            return []  # the tree check reports what is missing
        try:
            names, lines = read_raw_tsv(path)
        except InputError as error:
            self._add(path, Promise.READABLE, "not a table", error.evidence.get("why", ""))
            return []
        expected = [column.name for column in columns]
        if names != expected:
            odd = sorted(set(names) ^ set(expected)) or "another order"
            self._add(path, Promise.TABLES, "columns are not those of the layout", odd)
            return []
        return [self._row(path, n, columns, line) for n, line in enumerate(lines, 2)]

    def check_dictionary(self, path: Path, names: Sequence[str]) -> None:
        """Compare a data dictionary with the columns of its table, both ways."""
        entries = self._entries(path)
        if entries is None:
            return
        for name in (name for name in names if name not in entries):
            self._add(path, Promise.TABLES, "a column has no entry in the dictionary", name)
        for name in (name for name in entries if name not in names):
            self._add(path, Promise.TABLES, "the dictionary explains no column of the table", name)
        for name, entry in entries.items():
            odd = sorted(entry.keys() - _ENTRY_KEYS)
            if odd or not {"LongName", "Description"} <= entry.keys():
                self._add(path, Promise.TABLES, f"the entry of {name} has other keys", odd or "-")

    def dictionary_names(self, path: Path) -> list[str]:
        """Keys of a data dictionary in their order; empty when it cannot be read."""
        return list(self._entries(path) or ())

    def _entries(self, path: Path) -> dict[str, dict[str, object]] | None:
        try:
            return msgspec.json.decode(path.read_bytes(), type=dict[str, dict[str, object]])
        except FileNotFoundError:
            return None
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
            self._add(path, Promise.READABLE, "not a data dictionary", error)
            return None

    def _row(
        self, path: Path, number: int, columns: Sequence[Column], line: list[str]
    ) -> dict[str, Cell]:
        row: dict[str, Cell] = {}
        for column, text in zip(columns, line, strict=True):
            try:
                row[column.name] = parse_cell(column, text)
            except ValueError as error:
                row[column.name] = None
                self._add(path, Promise.TABLES, f"line {number}, {column.name}", error)
                continue
            for promise, what in _cell_faults(column, text):
                self._add(path, promise, f"line {number}, {column.name}: {what}", text[:80])
        return row

    def _add(self, path: Path, promise: Promise, what: str, evidence: object) -> None:
        self.problems.append(problem(self._root, path, promise, what, evidence))


def read_features(reader: TableReader, root: Path) -> tuple[list[dict[str, Cell]], list[Column]]:
    """Rows and columns of the feature table; the columns are those of its dictionary."""
    path = layout.features(root, "json")
    names = reader.dictionary_names(path)
    reader.check_dictionary(path, names)
    keys = [column.name for column in columns_of.FEATURE_KEYS]
    columns = columns_of.feature_columns(name for name in names if name not in keys)
    return reader.read(layout.features(root), columns), list(columns)


def _cell_faults(column: Column, text: str) -> Iterator[tuple[Promise, str]]:
    if text == MISSING or column.kind != "text":
        return
    items = text.split(LIST_MARK) if column.name in columns_of.LISTS else [text]
    if column.levels is not None and any(item not in column.levels for item in items):
        coded = column.name in _CODE_COLUMNS
        yield (Promise.CODES if coded else Promise.TABLES), "not on the closed list"
    elif column.pattern is not None and re.fullmatch(column.pattern, text) is None:
        yield Promise.TABLES, "not of the form that the dictionary promises"
    for kind, _ in traces(text):
        yield Promise.PRIVACY, f"holds what looks like a {kind}"
