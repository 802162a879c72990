from __future__ import annotations

import sys
import types

import numpy as np
import polars as pl
import pytest

import breastdce
from breastdce.core.codes import ErrorCode
from breastdce.core.errors import EngineError
from breastdce.core.grid import Grid
from breastdce.core.volume import Mask, Volume
from breastdce.radiomics.extract import extract_features
from breastdce.radiomics.panel import parse_panel

GRID = Grid((3, 3, 3), (1.0, 1.0, 2.0), np.eye(3), (0.0, 0.0, 0.0))
IMAGE = Volume(np.arange(27, dtype=np.float32).reshape((3, 3, 3), order="F"), GRID)
MASK = Mask(np.ones((3, 3, 3), bool), GRID)
PANEL = parse_panel(
    """
name = "tiny"
schema = 1
description = "few and fast"
families = "captk"
[[family]]
name = "intensity"
label = "I"
[[family]]
name = "volumetric"
label = "V"
""",
    "here",
)


def test_one_row_with_the_panels_columns():
    frame = breastdce.extract(IMAGE, MASK, PANEL)
    assert isinstance(frame, pl.DataFrame)
    assert tuple(frame.columns) == PANEL.columns()
    assert frame.row(0) == tuple(extract_features(IMAGE, MASK, PANEL).values.values())
    assert frame["V_Volume"].to_list() == [54.0]


def test_what_is_undefined_is_nan_not_null():
    flat = IMAGE.with_data(np.ones((3, 3, 3), np.float32))
    value = breastdce.extract(flat, MASK, PANEL)["I_Skewness"]
    assert value.is_nan().all()
    assert value.null_count() == 0


def test_pandas_is_used_where_it_is_there(monkeypatch):
    pandas = types.ModuleType("pandas")
    pandas.DataFrame = dict  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "pandas", pandas)
    frame = breastdce.extract(IMAGE, MASK, PANEL, dataframe="pandas")
    assert frame["V_Pixels"] == [27.0]


def test_pandas_that_is_missing_is_said_before_any_work(monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(EngineError) as caught:
        breastdce.extract(IMAGE, MASK, "no such panel", dataframe="pandas")
    assert caught.value.code is ErrorCode.ENGINE_MISSING
