"""Panels and settings come from files of three kinds; anything else is a wrong call."""

from __future__ import annotations

import pytest

from breastdce.core.errors import CallError
from breastdce.radiomics.panel import load_panel
from breastdce.run.panels import read_panel, read_settings
from tests.unit.run.made_features import PANEL, PANEL_TEXT


def test_a_panel_is_a_name_or_a_file(tmp_path):
    assert read_panel("captk").columns() == load_panel("captk").columns()
    (tmp_path / "own.toml").write_text(PANEL_TEXT, encoding="utf-8")
    assert read_panel(str(tmp_path / "own.toml")).columns() == PANEL.columns()


@pytest.mark.parametrize("name", ["nonsense", "missing.toml"])
def test_panels_that_are_not_there_are_wrong_calls(name):
    with pytest.raises(CallError):
        read_panel(name)


def test_captk_parameters_are_read_with_blanks_and_a_mark_of_order(tmp_path):
    path = tmp_path / "p.csv"
    text = (
        "\ufeffFeatureName, ParamName ,Type,Range,Default\nGLCM , Bins,Int,, 9\n,Radius,Int,,2\n\n"
    )
    path.write_text(text, encoding="utf-8")
    (member,) = read_settings(path).panel().members
    assert member.columns()[0].startswith("T1_E_GLCM_Bins-9_Radius-2_")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("p.csv", b"a,b\n1,2\n"),
        ("p.csv", b""),
        ("p.csv", b"\xff\xfe\x00"),
        ("p.yaml", b"a: [1, 2"),
        ("p.yaml", b"- 1\n- 2\n"),
        ("p.yaml", b"!!python/object/apply:os.system ['true']"),
        ("p.yaml", b"[" * 5000),
        ("p.yaml", b"imageType: {Original: &a {}}\nsetting: {foo: *a}\n"),
        ("p.yaml", b"# x\n" * 100_000),
        ("p.json", b"{}"),
    ],
)
def test_what_is_no_settings_file_is_a_wrong_call(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(CallError):
        read_settings(tmp_path / name)
