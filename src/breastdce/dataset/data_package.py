"""Frictionless description of the tables: datapackage.json and a schema for each kind of table.

Data Package and Table Schema as of version 1 (specs.frictionlessdata.io), which version 2 reads
too. Schemas are files of their own: the tables of a thousand exams share one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from breastdce.dataset import dictionary as columns_of
from breastdce.dataset import layout
from breastdce.dataset.publication import Publication
from breastdce.dataset.table_set import Table
from breastdce.formats.tables import MISSING, Column, Kind

_TYPES: Mapping[Kind, str] = {
    "text": "string",
    "integer": "integer",
    "number": "number",
    "boolean": "boolean",
}
TSV_DIALECT = {
    "delimiter": "\t",
    "lineTerminator": "\n",
    "quoteChar": "\x1e",  # in no cell of ours: a quote is a character like others
    "doubleQuote": False,
    "skipInitialSpace": False,
}


def data_package(
    root: Path, tables: tuple[Table, ...], about: Publication, sums: Mapping[Path, tuple[str, int]]
) -> dict[str, object]:
    """Describe every table file.

    Parameters
    ----------
    sums
        SHA-256 and size in bytes of each table file.
    """
    told: dict[str, object] = {
        "name": "breast-dce-mri",
        "title": about.title,
        "description": about.description,
        "version": about.version,
        "id": f"https://doi.org/{about.doi}" if about.doi else None,
        "homepage": about.page,
        "licenses": _licenses(about),
        "sources": [
            {"title": source.name, "path": _source_link(source.doi, source.url)}
            for source in about.sources
        ],
        "contributors": _contributors(about),
        "keywords": list(about.keywords),
        "resources": [
            _resource(root, table, path, *sums[path]) for table in tables for path in table.files
        ],
    }
    return without_gaps(told)


def table_schema(table: Table) -> dict[str, object]:
    """Table Schema of the columns of a table."""
    schema: dict[str, object] = {
        "fields": [_field(column) for column in table.columns],
        "missingValues": [MISSING],
        "primaryKey": list(table.key),
        "foreignKeys": [
            {"fields": [column], "reference": {"resource": target.value, "fields": [column]}}
            for column, target in table.links.items()
        ],
    }
    return without_gaps(schema)


def without_gaps(told: Mapping[str, object]) -> dict[str, object]:
    """Leave out what has not been said: None and empty lists, at any depth."""
    return {name: _kept(value) for name, value in told.items() if value not in (None, [], {})}


def _kept(value: object) -> object:
    if isinstance(value, Mapping):
        return without_gaps(value)
    return [_kept(item) for item in value] if isinstance(value, list) else value


def _resource(root: Path, table: Table, path: Path, sha256: str, size: int) -> dict[str, object]:
    single = path != table.file
    return {
        "name": path.stem.lower() if single else table.name.value,
        "path": path.relative_to(root).as_posix(),
        "title": f"{table.title} of one exam" if single else table.title,
        "description": table.description,
        "profile": "tabular-data-resource",
        "format": "tsv",
        "mediatype": "text/tab-separated-values",
        "encoding": "utf-8",
        "dialect": TSV_DIALECT,
        "schema": layout.schema(root, table.name).relative_to(root).as_posix(),
        "bytes": size,
        "hash": f"sha256:{sha256}",
    }


def _field(column: Column) -> dict[str, object]:
    field: dict[str, object] = {
        "name": column.name,
        "type": _TYPES[column.kind],
        "title": column.long_name,
        "description": column.description,
        "unit": column.units,
        "levels": dict(column.levels or {}),
        "constraints": dict(_constraints(column)),
    }
    if column.kind == "boolean":
        field |= {"trueValues": ["true"], "falseValues": ["false"]}
    return field


def _constraints(column: Column) -> Iterator[tuple[str, object]]:
    if column.levels is not None and column.name not in columns_of.LISTS:
        yield "enum", list(column.levels)
    elif column.levels is not None:
        level = "(" + "|".join(column.levels) + ")"
        yield "pattern", f"{level}(;{level})*"
    elif column.pattern is not None:
        yield "pattern", f"({column.pattern})"


def _licenses(about: Publication) -> list[dict[str, object]]:
    if about.license is None and about.license_url is None:
        return []
    return [{"name": about.license, "path": about.license_link}]


def _contributors(about: Publication) -> list[dict[str, object]]:
    authors: list[dict[str, object]] = [
        {"title": author.words, "role": "author", "organization": author.affiliation}
        for author in about.authors
    ]
    if about.contact is not None:
        contact = about.contact
        authors.append({"title": contact.name, "email": contact.email, "role": "contact"})
    return authors


def _source_link(doi: str | None, url: str | None) -> str | None:
    return f"https://doi.org/{doi}" if doi else url
