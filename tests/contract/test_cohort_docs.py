"""The how-to of cohorts names what there is, and its examples are right."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from breastdce.cli.main import make_parser
from breastdce.cohort.characteristics import parse_characteristics
from breastdce.cohort.rule_book import KINDS, parse_rules
from breastdce.cohort.schema import parse_schema
from breastdce.core.codes import CohortCode
from breastdce.run.cohort_files import FILES

HOW_TO = (Path(__file__).parents[2] / "docs" / "cohort.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```toml\n(.*?)```", HOW_TO, re.DOTALL)
COMMANDS = re.findall(r"^breastdce .*$", HOW_TO, re.MULTILINE)


@pytest.mark.parametrize("word", [*KINDS.names(), *CohortCode, *FILES])
def test_every_kind_code_and_file_is_named(word):
    assert f"`{word}`" in HOW_TO


@pytest.mark.parametrize("name", KINDS.names())
def test_every_parameter_of_a_kind_is_in_its_row(name):
    (row,) = re.findall(rf"^\| `{name}` \|.*$", HOW_TO, re.MULTILINE)
    assert all(f"{field}" in row for field in KINDS.get(name).params.__struct_fields__)


def test_the_examples_are_right():
    rules, schema, table = EXAMPLES
    assert len(parse_rules(rules, "docs").rules) == 7
    assert parse_schema(schema, "docs").name == "mine"
    assert parse_characteristics(table, "docs").group == "rfs_event"


@pytest.mark.parametrize("line", COMMANDS)
def test_the_commands_are_right(line):
    words = shlex.split(line)[1:]
    assert make_parser(words).parse_args(words).command.name == words[0]
