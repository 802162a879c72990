"""The data set's card: every file that tells what the data set is, made from what is on disk.

README.md, CITATION.cff, dataset_description.json, datapackage.json with its schemas,
croissant.json and dictionary.tsv are functions of the tables, the exams' provenance and
dataset.toml. So they can be made again at any time, and `validate` asks whether they are as they
would be made now. README.md and CITATION.cff end in a seal: where somebody has edited one, the seal
no longer fits, and it is left alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from importlib import resources
from pathlib import Path

import jinja2
import msgspec

from breastdce.core.digest import digest_bytes
from breastdce.dataset import dictionary as columns_of
from breastdce.dataset import layout
from breastdce.dataset.card_facts import CardFacts, Origin, gather_facts
from breastdce.dataset.checksum_list import Sums, sum_of
from breastdce.dataset.croissant import Answers, croissant
from breastdce.dataset.data_package import data_package, table_schema
from breastdce.dataset.provenance import GeneratedBy, Provenance, RecipeNote
from breastdce.dataset.publication import TO_FILL_IN, Publication, read_publication
from breastdce.dataset.table_set import Table, tables_of
from breastdce.formats.atomic import write_bytes
from breastdce.formats.table_bytes import tsv_bytes
from breastdce.formats.tables import json_bytes

__all__ = [
    "TO_FILL_IN",
    "Origin",
    "card_files",
    "edited_files",
    "is_edited",
    "read_origin",
    "write_card",
]

_BIDS_VERSION = "1.10.0"
_PAPER_DOI = "10.1038/s41597-022-01555-4"
_SEAL = re.compile(rb"\n(?:<!-- |# )Made by breastdce; seal ([0-9a-f]{16})(?: -->)?\n$")
_OURS = frozenset({"Name", "BIDSVersion", "DatasetType", "GeneratedBy", "Recipe", "Dates"})
"""Keys of dataset_description.json that a publisher's own entry does not replace. License and
Authors are not among them: BIDS wants them in CITATION.cff alone where there is one."""


def card_files(
    root: Path, origin: Origin, records: Iterable[Provenance], sums: Sums
) -> dict[Path, bytes]:
    """Make the files of the card from what is under `root`.

    Parameters
    ----------
    records
        Provenance of the exams in the data set.
    sums
        SHA-256 and size of every table.

    Raises
    ------
    InputError
        TABLE_INVALID when a table cannot be read; PUBLICATION_INVALID.
    """
    about = read_publication(root)
    facts = gather_facts(root, origin, records)
    tables = tables_of(root)
    listed = _dictionary(tables)
    known = {**sums, layout.data_dictionary(root): sum_of(listed)}
    answers = Answers(
        program=f"{origin.generated_by.name} {origin.generated_by.version}",
        methods=tuple(" ".join(sentences) for sentences in facts.methods),
        limits=facts.limits,
        identity=facts.identity,
    )
    schemas = {layout.schema(root, table.name): table_schema(table) for table in tables}
    return {
        layout.description(root): json_bytes(_description(root, facts, about)),
        layout.readme(root): _sealed(_readme(facts, about, tables), "<!-- ", " -->"),
        layout.citation(root): _sealed(_citation(facts, about), "# ", ""),
        layout.data_dictionary(root): listed,
        layout.data_package(root): json_bytes(data_package(root, tables, about, known)),
        layout.croissant(root): json_bytes(croissant(root, tables, about, answers, known)),
        **{path: json_bytes(schema) for path, schema in schemas.items()},
    }


def read_origin(root: Path) -> Origin | None:
    """What made a data set, as dataset_description.json says; None where it does not."""
    try:
        told = msgspec.json.decode(layout.description(root).read_bytes(), type=_Told)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return None
    if not told.GeneratedBy:
        return None
    program = told.GeneratedBy[0]
    return Origin(
        generated_by=GeneratedBy(name=program.Name, version=program.Version, engines={}),
        recipe=RecipeNote(name=told.Recipe.Name, digest=told.Recipe.Digest),
    )


class _Program(msgspec.Struct, frozen=True):
    Name: str
    Version: str


class _Recipe(msgspec.Struct, frozen=True):
    Name: str
    Digest: str


class _Told(msgspec.Struct, frozen=True):
    GeneratedBy: tuple[_Program, ...]
    Recipe: _Recipe


def write_card(files: Mapping[Path, bytes]) -> None:
    """Write files that `card_files` made, but those that somebody has edited.

    Files that are as they should be are not touched, and schemas of tables that are gone go.
    """
    for path, payload in files.items():
        if not is_edited(path) and not (path.exists() and path.read_bytes() == payload):
            write_bytes(path, payload)
    for folder in {path.parent for path in files if path.parent.name == "schemas"}:
        for old in set(folder.glob("*.json")) - files.keys():
            old.unlink()


def edited_files(root: Path) -> list[Path]:
    """Files of a card that somebody has changed, which are left alone."""
    return [path for path in (layout.readme(root), layout.citation(root)) if is_edited(path)]


def is_edited(path: Path) -> bool:
    """Whether somebody has changed a file that we seal; one without a seal is not ours."""
    if path.suffix not in (".md", ".cff") or not path.exists():
        return False
    content = path.read_bytes()
    found = _SEAL.search(content)
    return found is None or found.group(1).decode() != _seal(content[: found.start() + 1])


def _sealed(text: str, before: str, after: str) -> bytes:
    content = text.encode()
    return content + f"{before}Made by breastdce; seal {_seal(content)}{after}\n".encode()


def _seal(content: bytes) -> str:
    return digest_bytes(content)[:16]


def _description(root: Path, facts: CardFacts, about: Publication) -> dict[str, object]:
    program, recipe = facts.origin.generated_by, facts.origin.recipe
    told: dict[str, object] = {
        "Name": about.title,
        "BIDSVersion": _BIDS_VERSION,
        "DatasetType": "derivative",
        "GeneratedBy": [{"Name": program.name, "Version": program.version}],
        "Recipe": {"Name": recipe.name, "Digest": recipe.digest},
        "Dates": facts.dates,
    }
    said: dict[str, object] = {
        "DatasetDOI": f"doi:{about.doi}" if about.doi else None,
        "Keywords": list(about.keywords),
        "Acknowledgements": about.acknowledgements,
        "Funding": list(about.funding),
        "EthicsApprovals": list(about.ethics),
        "SourceDatasets": [
            {key: value for key, value in (("DOI", one.doi), ("URL", one.url)) if value}
            for one in about.sources
            if one.doi or one.url
        ],
    }
    return told | _before(root) | {key: value for key, value in said.items() if value}


def _before(root: Path) -> dict[str, object]:
    """What a publisher has added to dataset_description.json by hand; dataset.toml says more."""
    try:
        record = msgspec.json.decode(
            layout.description(root).read_bytes(), type=dict[str, msgspec.Raw]
        )
        found = {key: msgspec.json.decode(raw) for key, raw in record.items()}
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return {}
    blank = (TO_FILL_IN, [{"DOI": TO_FILL_IN}])  # what earlier versions wrote
    return {key: value for key, value in found.items() if key not in _OURS and value not in blank}


def _dictionary(tables: Iterable[Table]) -> bytes:
    columns = columns_of.DATA_DICTIONARY
    return tsv_bytes(columns, [row for table in tables for row in _lines(table)])


def _lines(table: Table) -> list[dict[str, str | None]]:
    return [
        {
            "table": table.name.value,
            "column": column.name,
            "long_name": column.long_name,
            "kind": column.kind,
            "units": column.units,
            "description": column.description,
            "levels": "; ".join(f"{value}: {what}" for value, what in (column.levels or {}).items())
            or None,
        }
        for column in table.columns
    ]


def _readme(facts: CardFacts, about: Publication, tables: tuple[Table, ...]) -> str:
    return _template("README.md.jinja").render(
        facts=facts,
        about=about,
        tables=tables,
        to_fill_in=TO_FILL_IN,
        paper_doi=_PAPER_DOI,
    )


def _citation(facts: CardFacts, about: Publication) -> str:
    program = facts.origin.generated_by
    return _template("CITATION.cff.jinja").render(
        about=about, program=program, to_fill_in=TO_FILL_IN, paper_doi=_PAPER_DOI
    )


def _template(name: str) -> jinja2.Template:
    text = resources.files("breastdce.dataset").joinpath("templates", name).read_text("utf-8")
    environment = jinja2.Environment(
        autoescape=False,  # noqa: S701 - Markdown and YAML, of numbers and the publisher's words
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["quoted"] = _quoted
    environment.filters["line"] = _line
    return environment.from_string(text)


def _quoted(text: str) -> str:
    """A JSON string is a YAML string."""
    return json.dumps(text, ensure_ascii=False)


def _line(text: str) -> str:
    """Text for a cell of a Markdown table."""
    return re.sub(r"\s+", " ", text).strip().replace("|", r"\|")
