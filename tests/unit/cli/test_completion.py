"""The script of `breastdce completion` completes words in a real shell."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from breastdce.cli.main import COMMANDS, main

BASH = shutil.which("bash")
_ASK = """source {script}
COMP_WORDS=({words} "$1"); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
_shtab_breastdce breastdce "$1" "${{COMP_WORDS[COMP_CWORD-1]}}"
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


@pytest.fixture(scope="module")
def script(tmp_path_factory) -> Path:
    from breastdce.cli.commands.completion import _whole_parser
    from breastdce.cli.completion_script import completion_script

    path = tmp_path_factory.mktemp("completion") / "breastdce"
    path.write_text(completion_script(_whole_parser(), "bash"), encoding="utf-8")
    return path


def completed(script: Path, words: str, begun: str, folder: Path | None = None) -> list[str]:
    """What Tab offers behind `breastdce words`, where the next word is begun."""
    if BASH is None:
        pytest.skip("bash is not installed")
    text = _ASK.format(script=script, words=f"breastdce {words}")
    command = [BASH, "--norc", "-c", text, "bash", begun]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=folder)
    assert not done.stderr
    return done.stdout.split()


@pytest.mark.parametrize(
    ("words", "begun", "offered"),
    [
        ("", "ru", ["run"]),
        ("", "re", ["review", "report"]),
        ("", "--ver", ["--version"]),
        ("run", "--sch", ["--scheduler"]),
        ("export", "--to", ["--to"]),
        ("export OUT DEST --to", "d", ["dicom-seg"]),
        ("completion", "", ["bash", "zsh", "tcsh"]),
        ("segment", "p", ["predict"]),
        ("segment train", "--dry", ["--dry-run"]),
        ("review", "r", ["readers"]),
        ("review", "--tls-c", ["--tls-cert"]),
        ("review export", "--f", ["--for"]),
        ("review export OUT CASE --for", "sl", ["slicer"]),
    ],
)
def test_bash_completes_commands_options_and_choices(script, words, begun, offered):
    assert completed(script, words, begun) == offered


def test_bash_offers_every_command(script):
    assert set(completed(script, "", "")) >= set(COMMANDS.names())


def test_bash_completes_paths_where_a_path_belongs(script, tmp_path):
    (tmp_path / "exams").mkdir()
    (tmp_path / "regions.tsv").touch()
    assert completed(script, "run", "ex", tmp_path) == ["exams"]
    assert completed(script, "run exams OUT --regions", "reg", tmp_path) == ["regions.tsv"]


def test_bash_offers_files_where_nothing_is_known(script):
    if BASH is None:
        pytest.skip("bash is not installed")
    command = [BASH, "--norc", "-c", f"source {script}; complete -p breastdce"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "complete -o default -F _shtab_breastdce breastdce\n"


@pytest.mark.parametrize("shell", ["zsh", "tcsh"])
def test_other_shells_read_their_script(shell, capsys, tmp_path):
    assert main(["completion", shell]) == 0
    text = capsys.readouterr().out
    assert "dicom-seg" in text
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"{shell} is not installed")
    path = tmp_path / "script"
    path.write_text(text, encoding="utf-8")
    done = subprocess.run([program, "-fn", path], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
