"""What is written beside a table explains it, and is there only where it has something to say."""

from __future__ import annotations

import csv
import json

import polars as pl
import pytest

from breastdce.core.errors import CallError
from breastdce.formats.tables import read_raw_tsv
from breastdce.run.feature_files import check_out, write_feature_files
from breastdce.run.features import FeatureRequest, feature_table
from tests.unit.run.made_features import PANEL, labels, nifti, values

FULL = ((0, 0, 0, 1), (1, 0, 0, 1), (0, 1, 3, 1), (2, 2, 2, 2), (2, 2, 3, 2), (1, 2, 3, 2))
KEYS = ("image", "mask", "label")


@pytest.fixture
def table(tmp_path):
    return make(tmp_path, *FULL)


def make(folder, *voxels):
    image = nifti(folder / "pre.nii.gz", values() - 7)
    mask = nifti(folder / "mask.nii.gz", labels(*voxels))
    return feature_table(FeatureRequest(images={"pre": image}, masks={"m": mask}, panel=PANEL))


def read(path):
    if path.suffix == ".parquet":
        return pl.read_parquet(path).rows(named=True)
    delimiter = "\t" if path.suffix == ".tsv" else ","
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def test_three_formats_hold_the_same_numbers(table, tmp_path):
    for as_tidy in (False, True):
        found = []
        for suffix in (".csv", ".tsv", ".parquet"):
            path = tmp_path / f"t{suffix}"
            write_feature_files(path, table, as_tidy=as_tidy)
            rows = read(path)
            found.append([[float(row[name]) for name in row if name not in TEXTS] for row in rows])
        assert found[0] == found[1] == found[2]
        assert len(found[0]) == (len(PANEL.columns()) * 2 if as_tidy else 2)


TEXTS = ("image", "mask", "feature", "reason")


def test_wide_has_the_panels_columns_in_order(table, tmp_path):
    write_feature_files(tmp_path / "t.csv", table, as_tidy=False)
    assert tuple(read(tmp_path / "t.csv")[0]) == (*KEYS, *PANEL.columns())


def test_tidy_and_wide_say_the_same(table, tmp_path):
    write_feature_files(tmp_path / "wide.csv", table, as_tidy=False)
    write_feature_files(tmp_path / "tidy.csv", table, as_tidy=True)
    wide = {
        (row["label"], name): row[name]
        for row in read(tmp_path / "wide.csv")
        for name in PANEL.columns()
    }
    tidy = {(row["label"], row["feature"]): row["value"] for row in read(tmp_path / "tidy.csv")}
    assert tidy == wide


def test_the_dictionary_explains_every_column(table, tmp_path):
    write_feature_files(tmp_path / "t.csv", table, as_tidy=False)
    meaning = json.loads((tmp_path / "t.json").read_bytes())
    assert tuple(meaning) == (*KEYS, *PANEL.columns())
    entry = meaning["I_MeanAbsoluteDeviation"]
    assert set(entry) == {"family", "feature", "definition", "unit", "defect", "ibsi", "tag"}
    assert entry["unit"] == "intensity"
    write_feature_files(tmp_path / "tidy.csv", table, as_tidy=True)
    tidy = json.loads((tmp_path / "tidy.json").read_bytes())
    assert tuple(tidy) == (*KEYS, "feature", "value", "reason")
    assert tuple(tidy["feature"]["levels"]) == PANEL.columns()


def test_reasons_are_there_only_for_what_is_undefined(tmp_path):
    path = tmp_path / "t.csv"
    write_feature_files(path, make(tmp_path, (0, 0, 0, 1)), as_tidy=False)
    names, lines = read_raw_tsv(tmp_path / "t.reasons.tsv")
    assert names == [*KEYS, "feature", "reason", "meaning"]
    undefined = [name for name, value in read(path)[0].items() if value == "nan"]
    assert [line[3] for line in lines] == undefined
    assert lines[0][4:] == ["TOO_FEW_VOXELS", "The region holds too few voxels for this quantity."]
    write_feature_files(path, make(tmp_path, *FULL), as_tidy=False)
    assert not (tmp_path / "t.reasons.tsv").exists()
    assert not (tmp_path / "t.notes.tsv").exists()


def test_tidy_has_the_reason_beside_the_value(tmp_path):
    write_feature_files(tmp_path / "t.tsv", make(tmp_path, (0, 0, 0, 1)), as_tidy=True)
    rows = {row["feature"]: row for row in read(tmp_path / "t.tsv")}
    assert (rows["I_Variance"]["value"], rows["I_Variance"]["reason"]) == ("n/a", "TOO_FEW_VOXELS")
    assert rows["I_Mean"]["reason"] == "n/a"


def test_notes_are_written(tmp_path):
    holes = values()
    holes[0, 0, 0] = float("nan")
    image = nifti(tmp_path / "ser.nii.gz", holes)
    mask = nifti(tmp_path / "mask.nii.gz", labels(*FULL))
    found = feature_table(FeatureRequest(images={"ser": image}, masks={"m": mask}, panel=PANEL))
    write_feature_files(tmp_path / "t.csv", found, as_tidy=False)
    _, lines = read_raw_tsv(tmp_path / "t.notes.tsv")
    assert [line[:4] + line[5:] for line in lines] == [
        ["ser", "m", "1", "VOXELS_LEFT_OUT", "voxels 1"]
    ]


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".parquet"])
def test_equal_tables_are_equal_files(tmp_path, suffix):
    for name in ("a", "b"):
        write_feature_files(tmp_path / name / f"t{suffix}", make(tmp_path, *FULL), as_tidy=False)
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()


def test_a_table_that_cannot_be_written_as_asked_is_a_wrong_call(tmp_path):
    with pytest.raises(CallError, match=r"\.parquet"):
        check_out(tmp_path / "t.xlsx", [])
    for given in ("t.csv", "t.json", "t.reasons.tsv"):
        with pytest.raises(CallError, match="over an input"):
            check_out(tmp_path / "t.csv", [tmp_path / given])
    check_out(tmp_path / "t.csv", [tmp_path / "u.csv"])
