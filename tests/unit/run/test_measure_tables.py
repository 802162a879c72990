"""Tables of numbers are read whatever their columns are."""

from __future__ import annotations

import json
import math
from pathlib import Path

from breastdce.run.measure_tables import feature_table, measure_tables

EXAMS = ("sub-1_ses-T0", "sub-2_ses-T0", "sub-3_ses-T0")


def write(path: Path, lines: list[str], **entries: dict[str, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(line.replace(" ", "\t") for line in lines) + "\n", "utf-8")
    path.with_suffix(".json").write_text(json.dumps(entries), "utf-8")


def test_columns_of_numbers_are_measures_and_others_are_not(tmp_path):
    write(
        tmp_path / "exams.tsv",
        [
            "exam_id maker snr delays empty",
            "sub-1_ses-T0 GE 12.5 1;2 n/a",
            "sub-3_ses-T0 GE n/a 1;3 n/a",
        ],
        exam_id={"LongName": "Exam"},
        maker={"LongName": "Maker", "Levels": "GE"},
        snr={"LongName": "SNR", "Description": "Signal over noise.", "Good": "high"},
        delays={"LongName": "Times", "Units": "s"},
        empty={"LongName": "Empty", "Units": "percent"},
    )
    (table,) = measure_tables(tmp_path, EXAMS)
    assert (table.title, table.file) == ("Exams", "exams.tsv")
    snr, empty = table.measures
    assert (snr.long_name, snr.good, snr.unit) == ("SNR", "high", "")
    assert snr.values[0] == 12.5
    assert all(map(math.isnan, snr.values[1:]))  # not in the table, and n/a
    assert empty.unit == "%"
    assert all(map(math.isnan, empty.values))


def test_of_several_masks_the_ftv_counts(tmp_path):
    write(
        tmp_path / "features" / "new-things.tsv",
        [
            "exam_id mask x",
            "sub-1_ses-T0 stv-auto 1",
            "sub-1_ses-T0 ftv 2",
            "sub-1_ses-T0 stv-candidate 4",
            "sub-2_ses-T0 breast 3",
        ],
        x={"LongName": "X"},
    )
    (table,) = measure_tables(tmp_path, EXAMS)
    assert table.title == "New things"
    assert table.measures[0].values[:2].tolist() == [2.0, 3.0]


def test_radiomic_features_are_a_table_apart(tmp_path):
    write(
        tmp_path / "features" / "captk.tsv",
        ["exam_id mask T1_Mean", "sub-1_ses-T0 stv-candidate 1"],
        T1_Mean={"LongName": "Mean", "Units": "1", "Family": "intensity"},
    )
    assert list(measure_tables(tmp_path, EXAMS)) == []
    table = feature_table(tmp_path, EXAMS)
    assert table is not None
    assert (table.measures[0].long_name, table.measures[0].family) == ("T1_Mean", "intensity")


def test_a_table_without_dictionary_or_without_an_exam_is_left_out(tmp_path):
    (tmp_path / "features").mkdir()
    (tmp_path / "features" / "loose.tsv").write_text("exam_id\tx\nsub-1_ses-T0\t1\n", "utf-8")
    write(tmp_path / "features" / "other.tsv", ["a x", "b 1"], x={"LongName": "X"})
    write(tmp_path / "exams.tsv", ["exam_id x", "sub-9_ses-T0 1"], x={"LongName": "X"})
    assert list(measure_tables(tmp_path, EXAMS)) == []
    assert feature_table(tmp_path, EXAMS) is None
