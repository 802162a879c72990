"""The layout of a data set and every column of every table, from `dataset`."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any

from breastdce.core.exam import ExamId
from breastdce.dataset import layout
from breastdce.dataset.dictionary import EXAM_ID, FEATURE_KEYS
from breastdce.dataset.layout import KineticMap, MaskName, TableName
from breastdce.dataset.problem import Promise
from breastdce.dataset.quality_table import FLAGGED
from breastdce.dataset.table_set import Table, every_table
from breastdce.formats.tables import Column
from breastdce.run.quality_rows import quality_columns
from reference._markdown import code, page, prose, table
from reference._records import documented

_OUT, _EXAM = Path("OUT"), ExamId("ID", "VISIT")
_LEAD = """`OUT` is the folder that `breastdce run` was given, `sub-ID_ses-VISIT` the name of an
exam. Tables are tab-separated, UTF-8, with one line of names; a missing value is `n/a`, a list is
separated by semicolons. The JSON file of the same name, `dictionary.tsv` and `datapackage.json`
say the same as this page, for the data set they lie in."""
_PROMISES = """## What validate checks

`breastdce validate OUT` checks every promise; where one is broken it says which file, what it saw
and what to do, and ends with status 1."""
_MANY = 12
"""More values than this are codes, which have a page of their own."""
_KINDS: dict[str, type[StrEnum]] = {
    "mask": MaskName,
    "kinetic_map": KineticMap,
    "schema": TableName,
}
"""Functions of the layout that give a file for each member of a list."""
_PLACES: dict[TableName, tuple[Callable[..., Path], ...]] = {
    TableName.PARTICIPANTS: (layout.participants,),
    TableName.EXAMS: (layout.exams,),
    TableName.EXCLUSIONS: (layout.exclusions,),
    TableName.VOI_PROPOSALS: (layout.voi_proposals,),
    TableName.DEIDENTIFICATION: (layout.deidentification,),
    TableName.FEATURES: (layout.features, layout.exam_features),
    TableName.KINETICS: (layout.kinetics, layout.exam_kinetics),
    TableName.SENSITIVITY: (layout.exam_sensitivity,),
    TableName.TRUST: (layout.trust, layout.exam_trust),
    TableName.QUALITY: (layout.quality,),
    TableName.EXAM_QUALITY: (layout.exam_quality,),
    TableName.DICTIONARY: (layout.data_dictionary,),
}
_MORE = {
    TableName.FEATURES: " Behind these columns stand the 370 of the panel "
    "([features](features.md)).",
}


def text() -> str:
    """The page."""
    files = "## Files\n\n" + table(("file", "what it is"), files_of())
    tables = map(_section, every_table(_OUT))
    promises = ((code(value), prose(what)) for value, what in _members(Promise))
    checked = table(("promise", "what must hold"), promises)
    return page("The data set: files, tables, columns", _LEAD, files, *tables, _PROMISES, checked)


def files_of() -> Iterator[tuple[str, str]]:
    """Every path that the layout spells, and what lies there."""
    for name, function in vars(layout).items():
        is_ours = inspect.isfunction(function) and function.__module__ == layout.__name__
        if is_ours and not name.startswith("_"):
            for path, what in _paths(function):
                yield code(path), prose(what.replace("`suffix` is", "endings:"))


def columns_of(one: Table) -> tuple[Column, ...]:
    """Columns of a table; those of quality are made from the measures."""
    if one.name == TableName.QUALITY:
        return (EXAM_ID, *quality_columns(), FLAGGED)
    if one.name == TableName.FEATURES:
        return FEATURE_KEYS
    return one.columns


def _paths(function: Callable[..., Any]) -> Iterator[tuple[str, str]]:
    signature = inspect.signature(function)
    if next(iter(signature.parameters), None) != "root" or signature.return_annotation != "Path":
        return
    said = inspect.getdoc(function) or ""
    kind = _KINDS.get(function.__name__)
    if kind is None:
        yield _path(function, "NAME"), said
    else:
        for value, what in _members(kind):
            yield _path(function, value), said if kind is TableName else what


def _path(function: Callable[..., Path], name: str = "NAME") -> str:
    given = {"exam": _EXAM, "index": 0, "name": name}
    wanted = inspect.signature(function).parameters
    path = function(_OUT, **{key: given[key] for key in wanted if key in given})
    return path.as_posix().replace("_0000.", "_NNNN.")


def _members(kind: type[StrEnum]) -> Iterator[tuple[str, str]]:
    meanings = dict(documented(kind))
    return ((member.value, meanings.get(member.name, "")) for member in kind)


def _section(one: Table) -> str:
    places = " and ".join(code(_path(place)) for place in _PLACES[one.name])
    more = _MORE.get(one.name, "")
    head = ("column", "meaning", "kind", "unit", "values")
    rows = table(head, map(_row, columns_of(one)))
    return f"## {one.title}\n\n{places}: {prose(one.description)}{more}\n\n{rows}"


def _row(column: Column) -> tuple[str, ...]:
    levels = (column.levels or {}).items()
    values = "; ".join(f"{code(value)} {prose(meaning).rstrip('.')}" for value, meaning in levels)
    if len(levels) > _MANY:
        values = "one of the [codes](codes.md)"
    return (
        code(column.name),
        prose(column.description),
        column.kind,
        prose(column.units or ""),
        values,
    )
