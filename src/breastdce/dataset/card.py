"""The data set's card: dataset_description.json, README.md and CITATION.cff.

What only the publisher can know (license, DOI, authors) is marked to be filled in.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from importlib import resources
from pathlib import Path
from typing import Literal, TypeVar

import jinja2
import msgspec

from breastdce.core.codes import CaveatCode, ExamCode, FileCode, SeriesCode
from breastdce.dataset import layout
from breastdce.dataset.provenance import GeneratedBy, RecipeNote
from breastdce.formats.atomic import write_bytes
from breastdce.formats.tables import write_json

TO_FILL_IN = "TO FILL IN"
C = TypeVar("C")
_BIDS_VERSION = "1.10.0"
_PAPER_DOI = "10.1038/s41597-022-01555-4"


class CardFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What the card says; everything is counted or handed in by whoever made the data set."""

    dates: Literal["dropped", "shifted"] = "dropped"
    title: str = "Breast DCE-MRI data set"
    generated_by: GeneratedBy
    recipe: RecipeNote
    n_participants: int
    n_exams: int
    methods: tuple[str, ...]
    """Sentences of the methods paragraph, in the order of the stages."""
    caveats: Mapping[CaveatCode, int]
    """Number of exams with each caveat."""
    exclusions: Mapping[ExamCode | SeriesCode | FileCode, int]
    """Number of lines of exclusions.tsv with each code."""


def write_card(root: Path, facts: CardFacts) -> None:
    """Write dataset_description.json, README.md and CITATION.cff."""
    write_json(layout.description(root), _description(facts))
    write_bytes(layout.readme(root), _readme(facts).encode())
    write_bytes(layout.citation(root), _citation(facts).encode())


def _description(facts: CardFacts) -> dict[str, object]:
    program = facts.generated_by
    return {
        "Name": facts.title,
        "BIDSVersion": _BIDS_VERSION,
        "DatasetType": "derivative",
        "License": TO_FILL_IN,
        "DatasetDOI": TO_FILL_IN,
        "GeneratedBy": [{"Name": program.name, "Version": program.version}],
        "SourceDatasets": [{"DOI": TO_FILL_IN}],
        "Recipe": {"Name": facts.recipe.name, "Digest": facts.recipe.digest},
        "Dates": facts.dates,
    }


def _readme(facts: CardFacts) -> str:
    return _template("README.md.jinja").render(
        facts=facts,
        to_fill_in=TO_FILL_IN,
        paper_doi=_PAPER_DOI,
        caveats=_in_order(CaveatCode, facts.caveats),
        exclusions=_in_order([*ExamCode, *SeriesCode, *FileCode], facts.exclusions),
    )


def _citation(facts: CardFacts) -> str:
    quoted = json.dumps  # a JSON string is a YAML string
    return _template("CITATION.cff.jinja").render(
        title=quoted(facts.title),
        program=quoted(facts.generated_by.name),
        authors=quoted(f"{facts.generated_by.name} contributors"),
        version=quoted(facts.generated_by.version),
        to_fill_in=TO_FILL_IN,
        paper_doi=_PAPER_DOI,
    )


def _in_order(codes: Iterable[C], counts: Mapping[C, int]) -> list[tuple[C, int]]:
    return [(code, counts[code]) for code in codes if code in counts]


def _template(name: str) -> jinja2.Template:
    text = resources.files("breastdce.dataset").joinpath("templates", name).read_text("utf-8")
    environment = jinja2.Environment(
        autoescape=False,  # noqa: S701 - Markdown and YAML, and no text from outside
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.from_string(text)
