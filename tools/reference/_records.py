"""What a parameter record says of its fields: type, default, bounds, meaning."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterable, Iterator
from functools import singledispatch
from itertools import pairwise
from typing import Any, NamedTuple

import msgspec
from msgspec import inspect as kinds

from reference._markdown import code, prose, table

_SIMPLE = {
    "BoolType": "`true` or `false`",
    "NoneType": "none",
    "AnyType": "any",
    "DictType": "table",
}


class Field(NamedTuple):
    """One key of a TOML table."""

    key: str
    kind: str
    default: str
    meaning: str


def fields_table(record: type[msgspec.Struct]) -> str:
    """Every key of a record, those of records inside it with a dot."""
    rows = ((code(f.key), f.kind, f.default, prose(f.meaning)) for f in fields_of(record))
    return table(("key", "value", "default", "meaning"), rows)


def fields_of(record: type[msgspec.Struct], prefix: str = "") -> Iterator[Field]:
    """Fields of a record in order; a record inside is spread out behind its own field."""
    meanings = _meanings(record)
    for field in msgspec.structs.fields(record):
        key, kind = f"{prefix}{field.encode_name}", kinds.type_info(field.type)
        yield Field(key, _words(kind), _default(field), meanings.get(field.name, ""))
        for inner in _records_in(kind):
            tag = "" if inner.tag is None else f"{inner.tag}: "
            for found in fields_of(inner.cls, f"{key}."):
                yield found._replace(meaning=f"{tag}{found.meaning}")


def _records_in(kind: kinds.Type) -> tuple[kinds.StructType, ...]:
    options = kind.types if isinstance(kind, kinds.UnionType) else (kind,)
    return tuple(option for option in options if isinstance(option, kinds.StructType))


def _default(field: msgspec.structs.FieldInfo) -> str:
    if field.default is not msgspec.NODEFAULT:
        value = field.default
    elif field.default_factory is not msgspec.NODEFAULT:
        value = field.default_factory()
    else:
        return "required"
    return code(_toml(msgspec.to_builtins(value)))


def _toml(value: Any) -> str:
    """A value as TOML writes it; `none` is said by leaving the key out."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, dict):
        inside = ", ".join(f"{key} = {_toml(one)}" for key, one in value.items())
        return f"{{ {inside} }}" if inside else "{}"
    return str(value)


def _meanings(record: type) -> dict[str, str]:
    """Docstrings that stand below the fields, of the record and of those it extends."""
    found: dict[str, str] = {}
    for cls in reversed(record.__mro__):
        if cls.__module__.startswith("breastdce."):
            found |= dict(documented(cls))
    return found


def documented(cls: type) -> Iterator[tuple[str, str]]:
    """Names in the body of a class with the docstrings that stand below them."""
    (tree,) = ast.parse(textwrap.dedent(inspect.getsource(cls))).body
    body: list[ast.stmt] = getattr(tree, "body", [])
    for statement, after in pairwise(body):
        if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
            targets = getattr(statement, "targets", [getattr(statement, "target", None)])
            for target in targets:
                if isinstance(target, ast.Name):
                    yield target.id, str(after.value.value)


@singledispatch
def _words(kind: kinds.Type) -> str:
    name = type(kind).__name__
    return _SIMPLE.get(name, name)


@_words.register
def _(kind: kinds.IntType) -> str:
    return f"whole number{_bounds(kind)}"


@_words.register
def _(kind: kinds.FloatType) -> str:
    return f"number{_bounds(kind)}"


@_words.register
def _(kind: kinds.StrType) -> str:
    return "text" if kind.pattern is None else f"text like {code(kind.pattern)}"


@_words.register
def _(kind: kinds.LiteralType) -> str:
    return " or ".join(code(_toml(value)) for value in kind.values)


@_words.register
def _(kind: kinds.EnumType) -> str:
    return " or ".join(code(_toml(member.value)) for member in kind.cls)


@_words.register
def _(kind: kinds.UnionType) -> str:
    return " or ".join(map(_words, kind.types))


@_words.register
def _(kind: kinds.Metadata) -> str:
    return _words(kind.type)


@_words.register
def _(kind: kinds.StructType) -> str:
    return "table" if kind.tag is None else f'table with `{kind.tag_field} = "{kind.tag}"`'


@_words.register
def _(kind: kinds.TupleType) -> str:
    return f"list of {len(kind.item_types)}: {'; '.join(_distinct(map(_words, kind.item_types)))}"


@_words.register(kinds.CollectionType)
def _(kind: Any) -> str:
    low, high = kind.min_length, kind.max_length
    count = "" if low is None and high is None else f" of {low or 0} to {high or 'any number'}"
    return f"list{count}, each: {_words(kind.item_type)}"


def _distinct(words: Iterable[str]) -> Iterable[str]:
    return dict.fromkeys(words)


def _bounds(kind: kinds.IntType | kinds.FloatType) -> str:
    said = (("above", kind.gt), ("at least", kind.ge), ("below", kind.lt), ("at most", kind.le))
    bounds = [f"{word} {value:g}" for word, value in said if value is not None]
    return f", {' and '.join(bounds)}" if bounds else ""
