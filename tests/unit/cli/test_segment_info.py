"""What is printed of presets and models."""

import json
import subprocess
import sys

import numpy as np
import pytest

from breastdce.cli.main import main, make_parser
from breastdce.core.codes import ErrorCode
from breastdce.core.errors import EngineError, InputError, RecipeError
from breastdce.run.bundle import Trained, write_bundle
from breastdce.segment.bundle import membership_of
from tests.unit.run.made_nnunet import made_network, write_results
from tests.unit.segment.made_card import made_card, made_folds


def call(*words):
    parser = make_parser(["segment"])
    args = parser.parse_args(["segment", *map(str, words)])
    return args.command.run(args)


@pytest.mark.parametrize(
    ("name", "count"), [("paper", 29_332_712), ("tiny", 2_089_738), ("best", 102_351_498)]
)
def test_a_preset_and_the_count_of_its_parameters(name, count, capsys):
    assert call("info", "--preset", name) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert f"{count:,} parameters" in shown
    assert call("info", "--preset", name, "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["parameters"], answer["preset"]["name"]) == (count, name)


def test_a_preset_of_ones_own(tmp_path, capsys):
    path = tmp_path / "mine.toml"
    path.write_text('schema = 1\nname = "mine"\n[network]\nkind = "resunet"\nbase = 8\n')
    assert call("info", "--preset", path) == 0
    assert "2,089,738 parameters" in capsys.readouterr().out


@pytest.mark.parametrize("words", ["nonsense", "absent.toml"])
def test_a_preset_that_is_not_there(words):
    with pytest.raises(RecipeError):
        call("info", "--preset", words)


@pytest.fixture
def folder(tmp_path):
    folds = made_folds()
    card = made_card(membership=membership_of(folds, [(0, 0)]))
    write_bundle(tmp_path / "bundle", card, [Trained(0, 0, {"a": np.zeros(3, np.float32)})])
    return tmp_path / "bundle"


def test_the_facts_of_a_bundle(folder, capsys):
    assert call("info", folder) == 0
    shown = " ".join(capsys.readouterr().out.split())
    for words in (
        "A small model",
        "20 participants, 20 exams, GE, SIEMENS, Made up.",
        "Dice, mean: 0.75 (95 % CI 0.7 to 0.8), 20 exams",
        "It misses small tumors.",
        "known, by salted hashes",
        "1 network, every checksum holds",
    ):
        assert words in shown


def test_the_same_as_json(folder, capsys):
    assert call("info", folder, "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["model"]["membership"] is True
    assert answer["model"]["models"][0]["outer"] == 0
    assert answer["parameters"] > 0


def test_an_altered_bundle_is_refused(folder):
    (folder / "card.md").write_text("# A better model\n")
    with pytest.raises(InputError) as caught:
        call("info", folder)
    assert caught.value.code is ErrorCode.WEIGHTS_DAMAGED


@pytest.mark.slow
def test_a_model_of_nnunet(tmp_path, capsys):
    results = write_results(tmp_path / "results", made_network())
    words = ("--phases", "0001", "--axes", "LAI", "--license", "CC BY-NC 4.0")
    assert call("import-nnunet", results, tmp_path / "bundle", *words) == 0
    shown = " ".join(capsys.readouterr().out.split())
    for expected in ("Dataset900_Made", "phases 0001", "axes IAL", "unknown", "CC BY-NC 4.0"):
        assert expected in shown


@pytest.mark.parametrize("missing", ["torch", "lightning_fabric", "safetensors"])
@pytest.mark.parametrize(
    "words", [("info", "--preset", "tiny"), ("import-nnunet", "absent", "bundle")]
)
def test_without_the_extra_one_line_says_what_to_install(words, missing, monkeypatch):
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(EngineError) as caught:
        call(*words)
    assert caught.value.code is ErrorCode.ENGINE_MISSING
    assert missing.replace("_", "-") in str(caught.value.evidence)
    assert "pip install 'breastdce[segment]'" in caught.value.remedy


def test_one_line_is_all_that_is_said_without_the_extra(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "torch", None)
    assert main(["segment", "info", "--preset", "tiny"]) == 2
    said = capsys.readouterr()
    assert not said.out
    assert "Traceback" not in said.err
    assert "pip install 'breastdce[segment]'" in said.err


@pytest.mark.parametrize("words", [[], ["info"], ["import-nnunet"]])
def test_help_loads_no_network_library(words):
    code = (
        "import sys; from breastdce.cli.main import main\n"
        f"try: main(['segment', *{words!r}, '--help'])\n"
        "except SystemExit: pass\n"
        "print([n for n in ('torch', 'numpy', 'lightning_fabric') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "usage" in done.stdout.lower()
    assert done.stdout.splitlines()[-1] == "[]"
