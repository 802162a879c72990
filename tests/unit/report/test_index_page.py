"""The first page of a data set: every part there, right, and whole where something is missing."""

from __future__ import annotations

import io
import math
import re
import tomllib
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from breastdce.report.cohort_panels.flow import flow_of
from breastdce.report.cohort_panels.scanners import LEAST, effects
from breastdce.report.cohort_view import CohortSummary, Flow, TableLine, TableView
from breastdce.report.color import SER_CLASSES
from breastdce.report.dataset_view import CohortView, Measure, MeasureTable
from breastdce.report.html import source
from breastdce.report.index_page import PANELS, render_figures, render_index
from breastdce.report.view import ExclusionView
from tests.unit.report.made import made_view
from tests.unit.report.test_page import _parse

EXAMS = 60


@pytest.fixture(scope="module")
def made() -> CohortView:
    return made_view(EXAMS)


@pytest.fixture(scope="module")
def page(made) -> str:
    return render_index(made)


@pytest.fixture(scope="module")
def figures(made) -> Mapping[str, bytes]:
    return render_figures(made)


def measured(values: list[float], name: str = "Noise") -> MeasureTable:
    one = Measure(
        name=name, long_name=name, unit="mL", description="", values=np.array(values, np.float64)
    )
    return MeasureTable(title="Made", file="features/made.tsv", measures=[one])


def section(page: str, name: str) -> str:
    return page.split(f'<section id="{name}"')[1].split("</section>")[0]


def test_every_panel_file_has_its_place_on_the_page(page):
    order = tomllib.loads(source("cohort_report.toml"))["panels"]
    assert sorted(order) == list(PANELS.names())
    assert re.findall(r'<section id="(\w+)"', page) == order


def test_the_page_is_well_formed_and_every_picture_has_words(page):
    nameless = [words for words in _parse(page).pictures if not words]
    assert nameless == [None]  # the flow, which its own title names
    assert re.search(r"\bnan\b", re.sub('base64,[^"]+', "", page)) is None
    assert " style=" not in page  # the policy would drop them


def test_equal_views_give_equal_pages(made, page):
    assert render_index(replace(made)) == page


def test_a_data_set_without_exams_is_said_in_words():
    page = render_index(CohortView(dataset="Empty", recipe="none", exams=()))
    _parse(page)
    assert "No exam is in this data set" in page
    assert "No exam has two masks to compare." in page
    assert 'id="artifacts"' not in page  # nothing to say of what may be absent


def test_an_exam_that_lies_apart_is_linked_where_it_does(made):
    values = [*np.linspace(9, 11, EXAMS - 1), 500.0]
    view = replace(made, tables=[measured(values)])
    page = render_index(view)
    last = view.exams[-1]
    found = section(page, "distributions")
    assert f'href="{last.link}"' in found
    assert "500, robust z" in found
    assert f'href="{last.link}"' in section(page, "review")
    assert view.apart == Counter({EXAMS - 1: 1})


def test_features_do_not_count_for_an_exam_that_lies_apart(made):
    values = [*np.linspace(9, 11, EXAMS - 1), 500.0]
    view = replace(made, tables=[], features=measured(values))
    assert view.apart == Counter()


def test_a_measure_that_depends_on_the_scanner_is_found(made):
    makers = made.levels("manufacturer")
    values = [10.0 * (maker == "GE") + n / EXAMS for n, maker in enumerate(makers)]
    found = effects(replace(made, tables=[measured(values)], features=None))
    assert {effect.factor for effect in found if effect.p_holm < 1e-6} >= {"Maker"}
    assert all(effect.p_holm >= effect.test.p for effect in found)


def test_levels_of_few_exams_are_not_tested(made):
    exams = [
        replace(line, row={**line.row, "manufacturer": "GE" if n < LEAST - 1 else "Siemens"})
        for n, line in enumerate(made.exams)
    ]
    values = list(np.linspace(0, 1, EXAMS))
    found = effects(replace(made, exams=exams, tables=[measured(values)], features=None))
    assert "Maker" not in {effect.factor for effect in found}


def test_the_colors_of_lesions_are_told(page):
    told = re.findall(r"SER ([\d.]+ to [\d.]+)<", section(page, "gallery"))
    assert told == [entry.label for entry in SER_CLASSES]


def test_lowest_agreement_stands_first(made, page):
    listed = re.findall(r"</a> (0\.\d{3})", section(page, "agreement"))
    lowest = sorted(made.pairs[0].dice)[: len(listed)]
    assert listed == [f"{dice:.3f}" for dice in lowest]


def test_planted_groups_of_features_are_counted(made, page):
    # 25 latent things; noise splits those whose copies agree less than the cut.
    shown = re.search(r"fall into <strong>(\d+)</strong>", section(page, "features"))
    assert shown is not None
    assert 25 <= int(shown[1]) <= 75
    assert "data:image/png;base64," in section(page, "features")


def test_few_exams_have_no_heat_map(made):
    few = replace(
        made,
        exams=made.exams[:3],
        tables=(),
        pairs=(),
        features=measured([1.0, 2.0, math.nan], "feature"),
    )
    found = section(render_index(few), "features")
    assert "needs 10 exams" in found
    assert "1 exams have no features" in found


def test_the_cohorts_flow_and_tables_take_the_place_of_the_data_sets(made):
    line = TableLine("Age", "median", ("48",), (False,), False)
    table = TableView("Table 1", "", ("Characteristic", "Statistic", "All"), (line,), (), ())
    summary = CohortSummary(
        title="My study",
        description="",
        rules="mine",
        flow=Flow("My study", 70, None, (), 60),
        tables=(table,),
    )
    page = render_index(replace(made, cohort=summary))
    assert "Patients known: 70" in section(page, "flow")
    assert '<td class="num">48</td>' in section(page, "tables")


def test_without_a_cohort_the_flow_is_of_exams(made):
    flow = flow_of(replace(made, exclusions=[ExclusionView("exam", "TOO_FEW_PHASES", "x")] * 3))
    assert (flow.start, flow.end) == (EXAMS + 3, EXAMS)
    assert [step.code for step in flow.steps] == ["TOO_FEW_PHASES"]


def test_figures_are_drawings_and_pictures_for_a_paper(figures):
    assert {"flow.svg", "gallery.png", "artifacts.png", "agreement-cases.png"} <= set(figures)
    assert {"distributions-kinetics.svg", "agreement-dice.svg"} <= set(figures)
    for name, payload in figures.items():
        if name.endswith(".svg"):
            root = ElementTree.fromstring(payload)  # noqa: S314 - our own
            assert root.tag == "{http://www.w3.org/2000/svg}svg"
            assert root.get("width")
        else:
            image = Image.open(io.BytesIO(payload))
            assert image.info["dpi"] == pytest.approx((300, 300), abs=0.1)
            assert set(image.info) == {"dpi"}  # no text beside the picture
    sheet = Image.open(io.BytesIO(figures["gallery.png"]))
    assert sheet.width == pytest.approx(174 / 25.4 * 300, abs=8)


def test_charts_of_a_paper_name_their_colors(figures):
    drawn = [payload for name, payload in figures.items() if name.endswith(".svg")]
    assert drawn
    assert all(b"var(" not in payload for payload in drawn)
    assert b"fill: #eef3f9" in figures["flow.svg"]  # the light tint, not the dark one


def test_hostile_names_of_measures_stay_text(made):
    hostile = "<img src=x onerror=alert(1)>"
    view = replace(made, tables=[measured(list(np.linspace(0, 1, EXAMS)), hostile)])
    panel = PANELS.get("distributions")
    assert "<img" not in panel.show(view)
    assert b"<img" not in panel.figures(view)["distributions-made.svg"]
