"""`breastdce radiomics` as a person calls it."""

from __future__ import annotations

import csv
import io
import json

import numpy as np
import polars as pl
import pytest

from tests.e2e import conftest
from tests.unit.run.made_features import (
    PANEL,
    PANEL_TEXT,
    labels,
    nifti,
    segmentation,
    series,
    values,
)

pytestmark = pytest.mark.slow
MASK = ((1, 2, 0, 1), (2, 2, 0, 1), (2, 2, 1, 1), (3, 3, 2, 4))


@pytest.fixture
def folder(tmp_path):
    nifti(tmp_path / "pre.nii.gz", values())
    nifti(tmp_path / "post.nii.gz", values(3))
    nifti(tmp_path / "stv.nii.gz", labels(*MASK))
    (tmp_path / "tiny.toml").write_text(PANEL_TEXT, encoding="utf-8")
    (tmp_path / "bad.nii.gz").write_bytes(b"damaged")
    return tmp_path


def call(folder, *words):
    return conftest.call("radiomics", *words, cwd=folder)


def table(text, delimiter="\t"):
    return list(csv.DictReader(io.StringIO(text), delimiter=delimiter))


TINY = ("--panel", "tiny.toml")


def test_table_is_printed_and_words_are_on_stderr(folder):
    done = call(folder, "pre.nii.gz", "late=post.nii.gz", "stv.nii.gz", *TINY)
    assert done.returncode == 0, done.stderr
    rows = table(done.stdout)
    assert [(row["image"], row["mask"], row["label"]) for row in rows] == [
        ("pre", "stv", "1"),
        ("pre", "stv", "4"),
        ("late", "stv", "1"),
        ("late", "stv", "4"),
    ]
    assert tuple(rows[0])[3:] == PANEL.columns()
    assert "[4/4] late in stv, label 4" in done.stderr


def test_files_are_written_and_a_second_run_writes_the_same_bytes(folder):
    words = ["pre.nii.gz", "post.nii.gz", "stv.nii.gz", *TINY, "--subtract", "post", "pre"]
    words += ["--rings", "0-2", "2-4", "--label", "1", "--out"]
    for name in ("a", "b"):
        done = call(folder, *words, f"{name}/t.csv")
        assert (done.returncode, done.stdout) == (0, f"{name}/t.csv\n"), done.stderr
    names = sorted(path.name for path in (folder / "a").iterdir())
    assert names == ["t.csv", "t.json"]
    for name in names:
        assert (folder / "a" / name).read_bytes() == (folder / "b" / name).read_bytes()
    rows = table((folder / "a" / "t.csv").read_text(), ",")
    assert [row["mask"] for row in rows] == ["stv", "stv+0-2mm", "stv+2-4mm"] * 3
    assert rows[6]["image"] == "post-pre"


def test_threads_change_no_byte(folder):
    words = ("pre.nii.gz", "stv.nii.gz", "--out")
    for threads in (1, 2):
        assert call(folder, *words, f"{threads}.csv", "--threads", threads).returncode == 0
    assert (folder / "1.csv").read_bytes() == (folder / "2.csv").read_bytes()


def test_captk_is_the_default_panel(folder):
    from breastdce.radiomics.panel import load_panel

    done = call(folder, "pre.nii.gz", "stv.nii.gz")
    assert tuple(table(done.stdout)[0])[3:] == load_panel("captk").columns()


def test_series_and_segmentation(folder):
    series(folder / "dicom", values())
    segmentation(folder / "seg.dcm", *MASK)
    dicom = call(folder, "pre=dicom", "stv=seg.dcm", *TINY)
    assert dicom.returncode == 0, dicom.stderr
    assert dicom.stdout == call(folder, "pre.nii.gz", "stv.nii.gz", *TINY).stdout


def test_one_bad_image_does_not_cost_the_others(folder):
    done = call(folder, "bad.nii.gz", "pre.nii.gz", "stv.nii.gz", *TINY, "--out", "t.parquet")
    assert done.returncode == 1
    assert "no rows for bad" in done.stderr
    assert "IMAGE_INVALID" in done.stderr
    assert "do:" in done.stderr
    assert "Traceback" not in done.stderr
    assert pl.read_parquet(folder / "t.parquet")["image"].to_list() == ["pre", "pre"]


def test_no_rows_no_table(folder):
    done = call(folder, "pre.nii.gz", "bad.nii.gz", *TINY, "--out", "t.csv")
    assert (done.returncode, done.stdout) == (1, "")
    assert not (folder / "t.csv").exists()


def test_json_holds_rows_reasons_notes_and_failures(folder):
    holes = values()
    holes[1, 2, 0] = np.nan
    nifti(folder / "ser.nii.gz", holes)
    done = call(folder, "ser.nii.gz", "bad.nii.gz", "stv.nii.gz", *TINY, "--json")
    found = json.loads(done.stdout)
    assert done.returncode == 1
    assert [row["label"] for row in found["rows"]] == [1, 4]
    assert found["rows"][1]["values"]["I_Variance"] is None
    assert found["rows"][1]["reasons"]["I_Variance"] == "TOO_FEW_VOXELS"
    assert found["notes"][0]["caveat"]["code"] == "VOXELS_LEFT_OUT"
    assert found["failures"][0]["code"] == "IMAGE_INVALID"


def test_tidy_gives_a_row_for_each_value(folder):
    done = call(folder, "pre.nii.gz", "stv.nii.gz", *TINY, "--tidy")
    rows = table(done.stdout)
    assert len(rows) == 2 * len(PANEL.columns())
    assert tuple(rows[0]) == ("image", "mask", "label", "feature", "value", "reason")


def test_settings_of_captk_are_honored_and_named(folder):
    (folder / "p.csv").write_text(
        "FeatureName,ParamName,Type,Range,Default\nHistogram,Bins,Int,,4\nLattice,Step,mm,,6\n"
    )
    done = call(folder, "pre.nii.gz", "stv.nii.gz", "--settings", "p.csv")
    assert "honored: Histogram,Bins 4" in done.stderr
    assert "not honored: Lattice" in done.stderr
    columns = tuple(table(done.stdout)[0])[3:]
    assert sum("Frequency" in name for name in columns) == 4


def test_options_may_stand_in_a_file(folder):
    lines = [
        'panel = "tiny.toml"',
        "label = [4]",
        'rings = ["0-2"]',
        'subtract = [["post", "pre"]]',
    ]
    (folder / "c.toml").write_text("\n".join(["[radiomics]", *lines]))
    done = call(folder, "pre.nii.gz", "post.nii.gz", "stv.nii.gz", "--config", "c.toml")
    assert done.returncode == 0, done.stderr
    assert len(table(done.stdout)) == 6


@pytest.mark.parametrize(
    "words",
    [
        ("gone.nii.gz", "stv.nii.gz"),
        ("pre.nii.gz", "pre.nii.gz", "stv.nii.gz"),
        ("pre.nii.gz", "stv.nii.gz", "--panel", "nonsense"),
        ("pre.nii.gz", "stv.nii.gz", "--panel", "captk", "--settings", "tiny.toml"),
        ("pre.nii.gz", "stv.nii.gz", "--settings", "tiny.toml"),
        ("pre.nii.gz", "stv.nii.gz", "--out", "t.xlsx"),
        ("pre.nii.gz", "stv.nii.gz", "--out", "pre.nii.gz"),
        ("pre.nii.gz", "stv.nii.gz", "--subtract", "post", "pre"),
        ("pre.nii.gz", "stv.nii.gz", "--rings", "5-0"),
        ("pre.nii.gz", "stv.nii.gz", "--within", "stv.nii.gz"),
        ("pre.nii.gz", "stv.nii.gz", "--threads", "0"),
        ("pre.nii.gz",),
    ],
)
def test_wrong_calls_end_with_2_before_any_work(folder, words):
    before = sorted(folder.iterdir())
    done = call(folder, *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr
    assert "Traceback" not in done.stderr
    assert sorted(folder.iterdir()) == before


def test_a_flipped_mask_gives_the_same_row_and_a_note(folder):
    from breastdce.imaging.alignment import Turn
    from tests.unit.run.made_features import GRID

    turn = Turn((2, 1, 0), (True, False, False))
    nifti(folder / "turned.nii.gz", turn.array(labels(*MASK)), turn.grid(GRID))
    words = ("pre.nii.gz", "stv=turned.nii.gz", *TINY)
    done = call(folder, *words, "--out", "t.tsv")
    assert done.returncode == 0, done.stderr
    assert "GEOMETRY_REORIENTED" in done.stderr
    assert "GEOMETRY_REORIENTED" in (folder / "t.notes.tsv").read_text()
    plain = call(folder, "pre.nii.gz", "stv.nii.gz", *TINY)
    assert (folder / "t.tsv").read_text() == plain.stdout
