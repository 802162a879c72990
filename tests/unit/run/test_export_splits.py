"""`export --folds`: patients of the data set and of the folds are the same, or nothing is done."""

from __future__ import annotations

import json

import pytest

from breastdce.cli.main import main
from breastdce.core.exam import ExamId
from breastdce.run.training_folds import folds_of, write_folds
from tests.unit.dataset.conftest import build

EXAMS = tuple(ExamId(f"{n:04d}", visit) for n in range(1, 7) for visit in ("T0", "T1"))


@pytest.fixture
def dataset(tmp_path):
    return build(tmp_path / "data", EXAMS)


def test_outer_folds_become_splits_by_patient(dataset, tmp_path, capsys):
    folds = folds_of(dataset, outer=3, inner=2, seed=1)
    write_folds(tmp_path / "folds.json", folds)
    dest = tmp_path / "Dataset009_Test"
    words = ["export", str(dataset), str(dest), "--to", "nnunet"]
    assert main([*words, "--folds", str(tmp_path / "folds.json")]) == 0
    assert "no splits" not in capsys.readouterr().out
    splits = json.loads((dest / "splits_final.json").read_text())
    everyone = {str(exam) for exam in EXAMS}
    for fold, split in zip(folds.folds, splits, strict=True):
        assert {ExamId.parse(name).participant for name in split["val"]} == set(fold.test)
        assert len(split["val"]) == 2 * len(fold.test)
        assert set(split["train"]) == everyone - set(split["val"])
    assert main(words) == 0
    assert "no splits" in capsys.readouterr().out
    assert not (dest / "splits_final.json").exists()


def test_folds_of_another_data_set_stop_the_export(dataset, tmp_path, capsys):
    other = build(tmp_path / "other", EXAMS[2:])
    write_folds(tmp_path / "folds.json", folds_of(other, outer=2, inner=2, seed=1))
    dest = tmp_path / "dest"
    words = ["export", str(dataset), str(dest), "--folds", str(tmp_path / "folds.json")]
    assert main([*words, "--to", "nnunet"]) == 1
    assert "in no fold: ['0001']" in capsys.readouterr().err
    assert not dest.exists()
    assert main([*words, "--to", "release"]) == 2
