from __future__ import annotations

import pytest

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import RecipeError
from breastdce.radiomics.panel import describe, load_panel, parse_panel, shipped_panels

TEXT = """
name = "tiny"
schema = 1
description = "two bins"
families = "captk"
prefix = "X"
[[family]]
name = "histogram"
label = "H-{bins}"
params = { bins = 2 }
"""


def test_shipped_panels_load_and_bear_their_file_name():
    assert "captk" in shipped_panels()
    for name in shipped_panels():
        assert load_panel(name).name == name


def test_column_is_prefix_label_and_feature():
    columns = parse_panel(TEXT, "here").columns()
    assert columns[0] == "X_H-2_Bin-0_Frequency"
    assert len(set(columns)) == len(columns) == 29 + 4


def test_every_column_is_described_once_in_order():
    panel = load_panel("captk")
    records = describe(panel)
    assert tuple(record.name for record in records) == panel.columns()
    assert all(record.definition and record.unit for record in records)
    by_name = {record.name: record for record in records}
    assert "absolute" in by_name["T1_E_Intensity_MeanAbsoluteDeviation"].defect


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (TEXT + "colour = 1", ErrorCode.RECIPE_INVALID),
        (TEXT.replace("schema = 1", "schema = 9"), ErrorCode.RECIPE_INVALID),
        (TEXT.replace("bins = 2", "bins = 1"), ErrorCode.RECIPE_INVALID),
        (TEXT.replace("{bins}", "{size}"), ErrorCode.RECIPE_INVALID),
        (TEXT.replace('"histogram"', '"histogramm"'), ErrorCode.UNKNOWN_ENTRY),
        ("name = ", ErrorCode.RECIPE_INVALID),
    ],
)
def test_what_is_wrong_is_refused(wrong, code):
    with pytest.raises(RecipeError) as caught:
        parse_panel(wrong, "here")
    assert caught.value.code is code


def test_a_panel_that_does_not_exist_is_refused():
    with pytest.raises(RecipeError) as caught:
        load_panel("captkk")
    assert caught.value.code is ErrorCode.UNKNOWN_ENTRY
