"""Every part of `segment` explains itself, and none loads a network to do so."""

from __future__ import annotations

import subprocess
import sys

import pytest

from breastdce.cli.commands.segment import _VERBS
from breastdce.cli.main import main


@pytest.mark.parametrize("name", _VERBS)
def test_every_part_explains_itself(name, capsys):
    with pytest.raises(SystemExit) as caught:
        main(["segment", name, "--help"])
    assert caught.value.code == 0
    shown = capsys.readouterr().out
    assert f"breastdce segment {name}" in shown
    assert "--debug" in shown


def test_a_part_must_be_named(capsys):
    with pytest.raises(SystemExit) as caught:
        main(["segment"])
    assert caught.value.code == 2


def test_debug_may_stand_behind_the_part(tmp_path):
    from breastdce.core.errors import CallError

    words = ["segment", "evaluate", str(tmp_path), str(tmp_path)]
    assert main(words) == 2
    with pytest.raises(CallError):
        main([*words, "--debug"])


def test_masks_are_evaluated_without_pytorch(tmp_path):
    code = (
        "import sys; from breastdce.cli.main import main;"
        f"main(['segment', 'evaluate', {str(tmp_path)!r}, {str(tmp_path)!r}]);"
        "import breastdce.run.evaluation_files, breastdce.cli.evaluation_words;"
        "print([name for name in ('torch', 'monai') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
