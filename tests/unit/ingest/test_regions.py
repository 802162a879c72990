"""A table of regions is read as it says, or refused with the line."""

from __future__ import annotations

from pathlib import Path

import pytest

from breastdce.core.errors import CallError
from breastdce.core.exam import Box, Polygon, VoiSource
from breastdce.ingest.regions import read_regions

HEADER = [
    *("exam_id", "kind", "first_i", "first_j", "first_k", "last_i", "last_j", "last_k"),
    *("background", "pe_percent", "min_neighbors", "axis", "vertices"),
]


def table(path, *rows):
    lines = ["\t".join(HEADER)]
    lines += ["\t".join(str(row.get(name, "")) for name in HEADER) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def box(kind="voi", **more):
    ends = {"first_i": 1, "first_j": 2, "first_k": 3, "last_i": 4, "last_j": 5, "last_k": 6}
    return {"exam_id": "sub-1_ses-T0", "kind": kind, **ends, **more}


def test_box_with_thresholds(tmp_path):
    rows = [box(background=35, pe_percent=80.5, min_neighbors=9), box("omit")]
    region = read_regions(table(tmp_path / "r.tsv", *rows))["sub-1_ses-T0"]
    assert region.source is VoiSource.TABLE
    assert region.voi == Box((1, 2, 3), (4, 5, 6))
    assert (region.background, region.pe_percent, region.min_neighbors) == (35, 80.5, 9)
    assert region.omit == (Box((1, 2, 3), (4, 5, 6)),)


def test_polygon_runs_along_the_other_two_axes(tmp_path):
    row = box("omit-polygon", axis=1, vertices="0,0; 4,0; 4,4.5")
    polygon = read_regions(table(tmp_path / "r.tsv", row))["sub-1_ses-T0"].omit[0]
    assert isinstance(polygon, Polygon)
    assert polygon.plane_axes == (0, 2)
    assert polygon.vertices[2] == (4.0, 4.5)
    assert (polygon.first, polygon.last) == (2, 5)


@pytest.mark.parametrize(
    ("row", "word"),
    [
        (box("mask"), "kind"),
        (box(first_i=""), "first_i"),
        (box(first_i="x"), "line 2"),
        (box(first_i=9), "behind"),
        (box(last_i="9" * 40), "digits"),
        (box(pe_percent="nan"), "not a number"),
        (box("omit-polygon", axis=0, vertices="0,0;1,inf;2,0"), "not a number"),
        (box("omit-polygon", axis=3, vertices="0,0;1,1;2,0"), "axis"),
        (box("omit-polygon", axis=0, vertices="0,0;1,1"), "three"),
    ],
)
def test_wrong_rows_are_named(tmp_path, row, word):
    with pytest.raises(CallError) as caught:
        read_regions(table(tmp_path / "r.tsv", row))
    assert word in str(caught.value)


def test_two_vois_for_one_exam_are_refused(tmp_path):
    with pytest.raises(CallError, match="cannot be used"):
        read_regions(table(tmp_path / "r.tsv", box(), box()))


def test_a_file_that_is_far_too_large_is_not_read(tmp_path):
    with (tmp_path / "r.tsv").open("wb") as file:
        file.truncate(100 << 20)
    with pytest.raises(CallError, match="bytes"):
        read_regions(tmp_path / "r.tsv")


def test_missing_file_is_a_wrong_call(tmp_path):
    with pytest.raises(CallError):
        read_regions(tmp_path / "none.tsv")


def test_example_of_the_how_to_is_a_table_that_we_read(tmp_path):
    page = Path(__file__).resolve().parents[3] / "docs" / "regions.md"
    example = page.read_text(encoding="utf-8").split("```tsv\n")[1].split("```")[0]
    path = tmp_path / "r.tsv"
    path.write_text(example, encoding="utf-8")
    (region,) = read_regions(path).values()
    assert region.voi == Box((40, 72, 9), (147, 195, 50))
    assert len(region.omit) == 2
    assert region.background == 35


def test_other_proposals_are_passed_over(tmp_path):
    found = read_regions(table(tmp_path / "t.tsv", box(), box("proposal", first_i=2)))
    assert found["sub-1_ses-T0"].voi == Box((1, 2, 3), (4, 5, 6))
    assert read_regions(table(tmp_path / "t.tsv", box("proposal"))) == {}
