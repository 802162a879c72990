"""A catalog finds what stands in its folder, and refuses what breaks its contract."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from breastdce.core.catalog import Catalog
from breastdce.core.codes import ErrorCode
from breastdce.core.errors import RecipeError


class Tool(NamedTuple):
    name: str


ENTRY = "from tests.unit.core.test_catalog import Tool\n\nTOOL = Tool({name!r})\n"


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Catalog[Tool]:
    folder = tmp_path / f"tools_of_{tmp_path.name}"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "_shared.py").write_text("raise AssertionError('imported')\n")
    for name, said in {"hammer": "hammer", "saw": "axe"}.items():
        (folder / f"{name}.py").write_text(ENTRY.format(name=said))
    (folder / "string.py").write_text("TOOL = 'string'\n")
    monkeypatch.syspath_prepend(tmp_path)
    return Catalog(folder.name, "TOOL", Tool)


def test_every_file_without_underscore_is_a_name(tools):
    assert tools.names() == ("hammer", "saw", "string")


def test_an_entry_is_what_its_file_holds(tools):
    assert tools.get("hammer") == Tool("hammer")


@pytest.mark.parametrize("name", ["saw", "string"], ids=["another name", "another kind"])
def test_an_entry_that_breaks_the_contract_is_a_bug(tools, name):
    with pytest.raises(TypeError, match=f"{name}.TOOL breaks the contract"):
        tools.get(name)


@pytest.mark.parametrize(
    ("given", "remedy"),
    [("hamer", "Did you mean 'hammer'?"), ("qqq", "Choose one of the known names.")],
)
def test_an_unknown_name_is_answered_with_the_nearest_or_with_all(tools, given, remedy):
    with pytest.raises(RecipeError) as caught:
        tools.get(given)
    assert caught.value.code is ErrorCode.UNKNOWN_ENTRY
    assert caught.value.remedy == remedy
    assert caught.value.evidence == {"known": ("hammer", "saw", "string")}
