"""What is written for users names what there is."""

from __future__ import annotations

from pathlib import Path

import pytest

from breastdce.core.codes import CaveatCode, ExamCode, SeriesCode, Undefined
from breastdce.dataset.deidentification import Action
from breastdce.dataset.layout import KineticMap
from breastdce.dataset.sensitivity_table import COLUMNS as SENSITIVITY_COLUMNS
from breastdce.qc.report import CHECKS
from breastdce.radiomics.families.ibsi._aggregation import ALL_DIRECTIONS, ALL_SPACES
from breastdce.radiomics.panel import FAMILIES, describe, load_panel, shipped_panels
from breastdce.testing.damage._contract import DAMAGES

DOCS = Path(__file__).parents[2] / "docs"
HOW_TO = (DOCS / "radiomics.md").read_text(encoding="utf-8")
EVALUATION = (DOCS / "evaluation.md").read_text(encoding="utf-8")
KINETICS = (DOCS / "kinetics.md").read_text(encoding="utf-8")
QUALITY = (DOCS / "quality.md").read_text(encoding="utf-8")
HOSTILE = (DOCS / "hostile_input.md").read_text(encoding="utf-8")
PRIVACY = (DOCS / "deidentification.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("code", Undefined)
def test_every_reason_is_explained(code):
    assert f"`{code}`" in HOW_TO + KINETICS + EVALUATION + QUALITY


@pytest.mark.parametrize("word", [*ALL_DIRECTIONS, *ALL_SPACES])
def test_every_aggregation_is_explained(word):
    assert f"`{word}`" in HOW_TO


@pytest.mark.parametrize("name", shipped_panels())
def test_every_panel_is_named(name):
    spelled = name in ("ibsi-b", "ibsi-c", "ibsi-d")  # "`ibsi-a` … `ibsi-e`"
    assert spelled or f"`{name}`" in HOW_TO


@pytest.mark.parametrize("name", shipped_panels())
def test_no_two_columns_have_one_name_and_each_is_explained(name):
    records = describe(load_panel(name))
    names = [record.name for record in records]
    assert len(set(names)) == len(names)
    for record in records:
        assert record.definition[0].isupper() or record.definition[0].isdigit()
        assert record.definition.endswith(".")
        assert record.unit
        assert record.ibsi == "none" or len(record.ibsi) == 4


def test_the_two_standards_share_no_name():
    captk, ibsi = (set(load_panel(name).columns()) for name in ("captk", "ibsi"))
    assert not captk & ibsi


@pytest.mark.parametrize("standard", FAMILIES)
def test_every_family_is_in_the_panel_of_its_standard(standard):
    listed = {member.family.name for member in load_panel(standard).members}
    assert listed == set(FAMILIES[standard].names())


def test_every_ibsi_feature_has_its_code_and_its_tag():
    for record in describe(load_panel("ibsi")):
        assert len(record.ibsi) == 4
        assert record.tag


@pytest.mark.parametrize("action", Action)
def test_every_action_of_the_audit_table_is_explained(action):
    assert f"| `{action.value}` | {action.meaning} |" in PRIVACY


@pytest.mark.parametrize(
    "code",
    [SeriesCode.SECONDARY, SeriesCode.BURNED_IN_TEXT, ExamCode.BURNED_IN, CaveatCode.IDENTITY_KEPT],
)
def test_every_code_of_identity_is_explained(code):
    assert f"`{code}`" in PRIVACY


@pytest.mark.parametrize("column", SENSITIVITY_COLUMNS)
def test_every_column_of_the_sensitivity_table_is_explained(column):
    assert f"`{column.name}`" in KINETICS


@pytest.mark.parametrize("name", KineticMap)
def test_every_further_map_is_explained(name):
    assert f"`{name}`" in KINETICS


@pytest.mark.parametrize("name", CHECKS.names())
def test_every_measure_of_quality_is_explained(name):
    assert f"| `{name}` |" in QUALITY


@pytest.mark.parametrize("name", DAMAGES.names())
def test_every_kind_of_damage_is_argued(name):
    damage = DAMAGES.get(name)
    assert f"| `{name}` |" in HOSTILE
    assert f"| {damage.expects} | {damage.why} |" in HOSTILE
