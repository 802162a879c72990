"""The command line keeps its word about statuses, help and configuration."""

from __future__ import annotations

import subprocess
import sys

import pytest

from breastdce import __version__
from breastdce.cli.main import COMMANDS, main, make_parser
from breastdce.core.codes import ErrorCode
from breastdce.core.errors import CallError, InputError

HEAVY = (
    "numpy",
    "SimpleITK",
    "nibabel",
    "pydicom",
    "scipy",
    "PIL",
    "jinja2",
    "distributed",
    "torch",
    "lightning_fabric",
    "starlette",
    "uvicorn",
)


def test_help_loads_nothing_heavy():
    code = (
        "import sys; from breastdce.cli.main import make_parser; make_parser().format_help();"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_import_of_the_package_is_light():
    code = f"import sys, breastdce; print([n for n in {HEAVY!r} if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("words", [["--version"], ["--version", "--verbose"]])
def test_the_version_is_told_without_loading_an_engine(words):
    code = (
        f"import sys; from breastdce.cli.main import main; assert main({words!r}) == 0;"
        f"print([n for n in {(*HEAVY, 'numba', 'polars', 'shtab')!r} if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    lines = done.stdout.splitlines()
    assert lines[0] == f"breastdce {__version__}"
    assert lines[-1] == "[]"


@pytest.mark.parametrize("words", [[], ["nonsense"], ["run"], ["run", "a", "b", "--jobs", "0"]])
def test_wrong_calls_end_with_2(words, capsys):
    with pytest.raises(SystemExit) as caught:
        main(words)
    assert caught.value.code == 2
    assert capsys.readouterr().err


@pytest.mark.parametrize("name", COMMANDS.names())
def test_every_command_explains_itself(name, capsys):
    with pytest.raises(SystemExit) as caught:
        main([name, "--help"])
    assert caught.value.code == 0
    assert name in capsys.readouterr().out


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (CallError(ErrorCode.CALL_INVALID, "No", evidence={"path": "x"}), 2),
        (InputError(ErrorCode.IMAGE_INVALID, "No", evidence={"path": "x"}), 1),
    ],
)
def test_errors_are_three_lines_and_a_status(error, status, monkeypatch, capsys, tmp_path):
    def refuse(*args, **kwargs):
        raise error

    monkeypatch.setattr("breastdce.run.validation.validate_all", refuse)
    assert main(["validate", str(tmp_path)]) == status
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 3
    assert "path: x" in lines[1]


def test_debug_shows_the_traceback(monkeypatch, tmp_path):
    def refuse(*args, **kwargs):
        raise InputError(ErrorCode.IMAGE_INVALID)

    monkeypatch.setattr("breastdce.run.validation.validate_all", refuse)
    with pytest.raises(InputError):
        main(["validate", str(tmp_path), "--debug"])


def test_configuration_file_gives_options_and_words_win(tmp_path):
    from breastdce.cli.main import _parse

    config = tmp_path / "c.toml"
    config.write_text('[run]\nrecipe = "best"\njobs = 3\nkeep-ids = true\n', encoding="utf-8")
    args = _parse(make_parser(), ["run", "in", "out", "--config", str(config), "--jobs", "1"])
    assert (args.recipe, args.jobs, args.keep_ids) == ("best", 1, True)


@pytest.mark.parametrize("text", ["[run]\njbos = 2\n", "[run\n"])
def test_wrong_configuration_is_a_wrong_call(text, tmp_path, capsys):
    config = tmp_path / "c.toml"
    config.write_text(text, encoding="utf-8")
    assert main(["run", "in", "out", "--config", str(config)]) == 2
    assert "error:" in capsys.readouterr().err
