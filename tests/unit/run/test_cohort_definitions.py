"""Definitions that ship stand alone: they name nothing that lies with the user."""

from __future__ import annotations

import pytest

from breastdce.cohort.definition import shipped
from breastdce.run.cohort_definitions import read_definitions


@pytest.mark.parametrize("rules", shipped("rules"))
def test_rules_that_ship_name_no_list_of_patients(rules):
    assert read_definitions(rules).lists == {}
