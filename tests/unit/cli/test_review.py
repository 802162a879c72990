"""The words of `breastdce review`: what is meant, who is let in, what it needs."""

from __future__ import annotations

import builtins
import importlib.util
import json
import re

import pytest

from breastdce.cli.main import main, make_parser
from breastdce.review.revision import Role
from breastdce.run.review.room import ReviewRoom
from breastdce.web.tokens import find, read_entries
from tests.unit.dataset.conftest import build


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    return build(tmp_path_factory.mktemp("made") / "out")


@pytest.mark.parametrize(
    ("words", "out"),
    [
        (["review", "OUT"], "OUT"),
        (["review", "--port", "8000", "OUT"], "OUT"),
        (["review", "./readers"], "readers"),
    ],
)
def test_a_folder_is_served(words, out):
    args = make_parser(words).parse_args(words)
    assert str(args.out) == out
    assert args.host == "127.0.0.1"


def test_a_reader_is_let_in_shown_and_let_in_no_more(out, capsys):
    assert main(["review", "readers", "add", str(out), "anna"]) == 0
    said = capsys.readouterr()
    token = said.out.strip()
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", token)
    assert token not in said.err
    assert find(read_entries(out), token) is not None
    assert main(["review", "readers", "add", str(out), "prof", "--role", "adjudicator"]) == 0
    # Somebody decides now, and whoever owns the files still does.
    assert main(["review", "readers", "add", str(out), "bert"]) == 0
    capsys.readouterr()
    assert main(["review", "readers", "list", str(out)]) == 0
    assert capsys.readouterr().out == "anna\treader\nbert\treader\nprof\tadjudicator\n"
    assert main(["review", "readers", "remove", str(out), "anna"]) == 0
    assert find(read_entries(out), token) is None
    assert main(["review", "readers", "list", str(out), "--json"]) == 0
    assert [each["name"] for each in json.loads(capsys.readouterr().out)] == ["bert", "prof"]
    with ReviewRoom(out) as room:
        assert room.reader("prof").role is Role.ADJUDICATOR


@pytest.mark.parametrize(
    "words",
    [
        ["add", "OUT"],
        ["remove", "OUT"],
        ["remove", "OUT", "nobody"],
        ["list", "OUT", "anna"],
        ["add", "OUT", "../anna"],
        ["add", "OUT", "anna", "--role", "king"],
        ["nonsense", "OUT"],
    ],
)
def test_wrong_words_about_readers(out, words, capsys):
    call = ["review", "readers", *(str(out) if word == "OUT" else word for word in words)]
    try:
        status = main(call)
    except SystemExit as stop:
        status = int(str(stop.code))
    assert status == 2
    assert capsys.readouterr().err


@pytest.mark.parametrize("words", [[], ["readers", "list"], ["readers", "add"]])
def test_a_folder_without_a_data_set_stays_as_it_is(tmp_path, words, capsys):
    name = ["anna"] if "add" in words else []
    assert main(["review", *words, str(tmp_path), *name]) == 1
    assert "error" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_without_the_extra_one_line_names_it(out, monkeypatch, capsys):
    found = importlib.util.find_spec
    monkeypatch.setattr(
        "breastdce.core.extras.find_spec", lambda name: None if name == "uvicorn" else found(name)
    )
    loaded = builtins.__import__

    def load(name, *rest, **options):
        if name == "uvicorn":
            raise ImportError(name)
        return loaded(name, *rest, **options)

    monkeypatch.setattr(builtins, "__import__", load)
    assert main(["review", str(out)]) == 2
    assert "pip install 'breastdce[web]'" in capsys.readouterr().err


@pytest.mark.parametrize("port", ["0", "65536", "x"])
def test_a_port_that_is_none(port, capsys):
    with pytest.raises(SystemExit) as caught:
        main(["review", "OUT", "--port", port])
    assert caught.value.code == 2
    assert "--port" in capsys.readouterr().err
