"""The reference is complete: made pages name every command, code, column and step."""

from __future__ import annotations

import msgspec
import pytest

import breastdce
from breastdce.cli.commands import review, segment
from breastdce.cli.main import COMMANDS, make_parser
from breastdce.core.codes import ALL_CODES
from breastdce.dataset import dictionary, kinetics_table, quality_table, sensitivity_table
from breastdce.dataset import trust_table as trust
from breastdce.dataset.layout import KineticMap, MaskName
from breastdce.dataset.problem import Promise
from breastdce.qc.report import CHECKS, DETECTORS
from breastdce.radiomics.panel import describe, load_panel
from breastdce.run.plan import STAGES
from breastdce.run.quality_rows import quality_columns
from breastdce.run.recipe import Recipe, Step
from tests.contract.doc_pages import made_pages

COLUMNS = {
    "Patients": dictionary.PARTICIPANTS,
    "Exams": dictionary.EXAMS,
    "What was found and not used": dictionary.EXCLUSIONS,
    "Proposed regions of interest": dictionary.VOI_PROPOSALS,
    "Header attributes of the source": dictionary.DEIDENTIFICATION,
    "Radiomic features": dictionary.FEATURE_KEYS,
    "Enhancement over time": kinetics_table.COLUMNS,
    "Functional tumor volume for other thresholds": sensitivity_table.COLUMNS,
    "Trust in masks": trust.COLUMNS,
    "Image quality": quality_columns(),
    "Image quality of an exam": quality_table.COLUMNS,
    "Data dictionary": dictionary.DATA_DICTIONARY,
}


def section(page: str, heading: str) -> str:
    """Text below one heading of the second order."""
    parts = made_pages()[page].split("\n## ")
    (found,) = [part for part in parts if part.split("\n")[0] == heading]
    return found


@pytest.mark.parametrize("kind", ALL_CODES)
def test_every_code_has_its_row(kind):
    text = section("codes", kind.__name__)
    assert all(f"| `{code}` |" in text for code in kind)


def command_names():
    yield from COMMANDS.names()
    yield from (f"segment {name}" for name in segment._VERBS)
    yield from (f"review {name}" for name in review._VERBS)


@pytest.mark.parametrize("name", list(command_names()))
def test_every_command_and_option_is_there(name):
    text = section("commands", f"breastdce {name}")
    parser = make_parser(name.split())
    for word in name.split():
        (verbs,) = [dict(a.choices) for a in parser._actions if isinstance(a.choices, dict)]
        parser = verbs[word]
    options = {option for action in parser._actions for option in action.option_strings}
    assert all(f"| `{option}" in text for option in options - {"-h", "--help"})


@pytest.mark.parametrize("name", STAGES.names())
def test_every_key_of_a_recipe_has_its_row(name):
    text = section("recipes", f"Stage {name}")
    fields = msgspec.structs.fields(STAGES.get(name).params)
    assert all(f"| `{field.encode_name}` |" in text for field in fields)


@pytest.mark.parametrize("name", STAGES.names())
def test_every_key_of_a_recipe_has_a_meaning(name):
    rows = [line for line in section("recipes", f"Stage {name}").splitlines() if line[:3] == "| `"]
    assert [row for row in rows if row.endswith("|  |")] == []


@pytest.mark.parametrize(("heading", "record"), [("recipe", Recipe), ("step", Step)])
def test_keys_of_recipe_and_step_have_their_rows(heading, record):
    text = section("recipes", f"Keys of a {heading}")
    assert all(f"| `{field.name}` |" in text for field in msgspec.structs.fields(record))


def test_bounds_and_defaults_are_said():
    row = next(
        line for line in section("recipes", "Stage n4").splitlines() if "`shrink_mm`" in line
    )
    assert "| number, above 0 and at most 20 | `3.0` | Distance of samples" in row


@pytest.mark.parametrize("title", COLUMNS)
def test_every_column_has_its_row(title):
    text = section("tables", title)
    assert all(f"| `{column.name}` |" in text for column in COLUMNS[title])


def test_no_table_is_left_out():
    headings = made_pages()["tables"].split("\n## ")[1:]
    titles = {part.split("\n")[0] for part in headings}
    assert titles - {"Files", "What validate checks"} == set(COLUMNS)


@pytest.mark.parametrize("word", [*MaskName, *KineticMap])
def test_every_mask_and_map_is_a_file(word):
    assert f"_{word}.nii.gz` |" in section("tables", "Files")


@pytest.mark.parametrize("promise", Promise)
def test_every_promise_is_explained(promise):
    assert f"| `{promise.value}` |" in section("tables", "What validate checks")


@pytest.mark.parametrize("panel", ["captk", "ibsi"])
def test_every_feature_has_its_row(panel):
    text = section("features", f"Panel {panel}")
    assert all(f"| `{record.name}` |" in text for record in describe(load_panel(panel)))


@pytest.mark.parametrize("name", [*CHECKS.names(), *DETECTORS.names()])
def test_every_measure_and_detector_has_its_row(name):
    assert f"| `{name}` |" in made_pages()["quality"]


@pytest.mark.parametrize("name", breastdce.__all__)
def test_every_public_name_has_its_section(name):
    assert f"\n## {name}\n" in made_pages()["python"]


def test_no_cell_breaks_its_table():
    for name, text in made_pages().items():
        width = 0
        for line in text.splitlines():
            cells = line.replace("\\|", "").count("|") if line.startswith("| ") else 0
            assert not cells or not width or cells == width, f"{name}: {line}"
            width = cells
