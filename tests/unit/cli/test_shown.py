"""What a header says is shown, not obeyed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from breastdce.cli.as_json import print_json
from breastdce.cli.main import main
from breastdce.cli.shown import shown
from tests.unit.formats.dicom.made import write


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("plain \u00fc \u4e2d", "plain \u00fc \u4e2d"),
        ("\x1b]0;x\x07", "\\x1b]0;x\\x07"),
        ("a\nb\r", "a\\x0ab\\x0d"),
        ("\x9b31m", "\\x9b31m"),
        ("\u202eabc", "\\u202eabc"),
        ("\udcff", "\\udcff"),
    ],
)
def test_control_characters_are_written_out(text, words):
    assert shown(text) == words


def test_a_path_that_is_no_text_is_written_as_json(capsys):
    print_json({"out": Path("a\udcff")})
    assert json.loads(capsys.readouterr().out) == {"out": "a\\udcff"}


def test_a_scan_prints_no_escape_of_a_header(tmp_path, capsys):
    write(tmp_path / "a\x1b[2J", PatientID="\x1b[31mP", SeriesDescription="[/red]\x1b]0;x\x07")
    (tmp_path / "b\x1b[2J").write_bytes(b"no DICOM")
    assert main(["scan", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "\x1b" not in said
    assert "\\x1b[31mP" in said
    assert "\\x1b[2J" in said
