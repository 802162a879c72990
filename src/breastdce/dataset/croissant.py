"""Croissant description of the data set: croissant.json, for loaders of machine learning.

Croissant 1.0 (docs.mlcommons.org/croissant) with the fields of its responsible-AI extension of
which the answer is known; every number and word comes from the tables and from the publisher.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec

from breastdce.dataset.data_package import without_gaps
from breastdce.dataset.layout import TableName
from breastdce.dataset.publication import Publication
from breastdce.dataset.table_set import Table
from breastdce.formats.tables import Column, Kind

Json = dict[str, object]
_CONTEXT: Json = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileProperty": "cr:fileProperty",
    "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
"""As the standard gives it."""
_TYPES: Mapping[Kind, str] = {
    "text": "sc:Text",
    "integer": "sc:Integer",
    "number": "sc:Float",
    "boolean": "sc:Boolean",
}
_TSV = "text/tab-separated-values"
_FOLDERS = {
    "native": "Raw signal of every phase, native grid, NIfTI.",
    "images": "Pre-contrast, first and second post-contrast image, 1 mm, z-score, NIfTI.",
    "maps": "Percent enhancement, signal enhancement ratio and further maps, native grid, NIfTI.",
    "masks": "Functional tumor volume (native grid) and structural ones (1 mm), 0 or 1, NIfTI.",
}


class Answers(msgspec.Struct, frozen=True, kw_only=True):
    """What is known for the responsible-AI extension."""

    program: str
    """Name and version of the program that drew the masks."""
    methods: tuple[str, ...]
    limits: tuple[str, ...]
    identity: tuple[str, ...]


def croissant(
    root: Path,
    tables: tuple[Table, ...],
    about: Publication,
    answers: Answers,
    sums: Mapping[Path, tuple[str, int]],
) -> Json:
    """Describe tables as record sets, and images as sets of files.

    Parameters
    ----------
    sums
        SHA-256 and size in bytes of each table file.
    """
    told: Json = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": [
            "http://mlcommons.org/croissant/1.0",
            "http://mlcommons.org/croissant/RAI/1.0",
        ],
        "name": about.title,
        "description": about.description or _DESCRIPTION,
        "version": about.version,
        "license": about.license_link,
        "url": about.page,
        "datePublished": None if about.year is None else str(about.year),
        "citeAs": about.cite_as,
        "keywords": list(about.keywords),
        "creator": [_creator(author) for author in msgspec.to_builtins(about.authors)],
        **_responsible(answers),
        "distribution": [*_tables(root, tables, sums), *_folders(root)],
        "recordSet": [_records(root, table) for table in tables],
    }
    return without_gaps(told)


_DESCRIPTION = "Breast dynamic contrast-enhanced MRI: images, maps, masks of the tumor, features."


def _responsible(answers: Answers) -> Json:
    return {
        "rai:dataCollection": "Made from DICOM files of existing exams; nothing was acquired for "
        "this data set.",
        "rai:dataCollectionType": ["Secondary Data Analysis"],
        "rai:dataCollectionMissingData": "A value that is unknown or undefined is n/a. Series and "
        "exams that were found and not used are in exclusions.tsv with the reason.",
        "rai:dataPreprocessingProtocol": list(answers.methods),
        "rai:dataImputationProtocol": "No missing value was replaced by another.",
        "rai:machineAnnotationTools": [answers.program],
        "rai:dataLimitations": list(answers.limits),
        "rai:dataUseCases": ["Research. Not for the care of patients."],
        "rai:personalSensitiveInformation": list(answers.identity),
    }


def _creator(author: Mapping[str, str | None]) -> Json:
    if author["name"] is not None:
        return {"@type": "sc:Organization", "name": author["name"]}
    given, family = author["given_names"], author["family_names"]
    return {
        "@type": "sc:Person",
        "name": " ".join(part for part in (given, family) if part),
        "affiliation": author["affiliation"],
        "sameAs": f"https://orcid.org/{author['orcid']}" if author["orcid"] else None,
    }


def _tables(
    root: Path, tables: tuple[Table, ...], sums: Mapping[Path, tuple[str, int]]
) -> list[Json]:
    single: list[Json] = []
    for table in tables:
        if table.file is not None:
            digest, size = sums[table.file]
            name = table.file.relative_to(root).as_posix()
            single.append(
                {
                    "@type": "cr:FileObject",
                    "@id": name,
                    "name": name,
                    "description": f"{table.title}. {table.description}",
                    "contentUrl": name,
                    "contentSize": f"{size} B",
                    "encodingFormat": _TSV,
                    "sha256": digest,
                }
            )
    return single + [_exam_tables(root, table) for table in tables if table.exam_files]


def _exam_tables(root: Path, table: Table) -> Json:
    folder, _, file = table.exam_files[0].relative_to(root).as_posix().rpartition("/")
    end = file[len("_".join(folder.split("/")[:2])) :]
    return _file_set(
        f"exam-{table.name}", f"{table.title} of each exam.", f"sub-*/ses-*/features/*{end}", _TSV
    )


def _folders(root: Path) -> list[Json]:
    return [
        _file_set(name, description, f"sub-*/ses-*/{name}/*.nii.gz", "application/gzip")
        for name, description in _FOLDERS.items()
        if next(root.glob(f"sub-*/ses-*/{name}/*.nii.gz"), None) is not None
    ]


def _file_set(name: str, description: str, includes: str, form: str) -> Json:
    return {
        "@type": "cr:FileSet",
        "@id": name,
        "name": name,
        "description": description,
        "encodingFormat": form,
        "includes": includes,
    }


def _records(root: Path, table: Table) -> Json:
    name = table.name.value
    source: Json = (
        {"fileObject": {"@id": table.file.relative_to(root).as_posix()}}
        if table.file is not None
        else {"fileSet": {"@id": f"exam-{name}"}}
    )
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": f"{table.title}. {table.description}",
        "key": [{"@id": f"{name}/{column}"} for column in table.key],
        "field": [_field(table, column, source) for column in table.columns],
    }


def _field(table: Table, column: Column, source: Json) -> Json:
    # Loaders cannot follow a chain of references, so exams refer to nothing.
    target = None if table.name is TableName.EXAMS else table.links.get(column.name)
    return {
        "@type": "cr:Field",
        "@id": f"{table.name}/{column.name}",
        "name": column.name,
        "description": _words(column),
        "dataType": _TYPES[column.kind],
        "source": {**source, "extract": {"column": column.name}},
        "references": {"field": {"@id": f"{target}/{column.name}"}} if target else None,
    }


def _words(column: Column) -> str:
    """Long name, meaning and unit; Croissant has no place of its own for a unit."""
    unit = f" Unit: {column.units}." if column.units else ""
    return f"{column.long_name}. {column.description}{unit}"
