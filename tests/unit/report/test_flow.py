"""The flow is drawn as boxes that hold their words and do not overlap, and told as text."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breastdce.report.cohort_view import Flow, FlowStep
from breastdce.report.flow import description, flow_mermaid, flow_svg

SVG = "{http://www.w3.org/2000/svg}"
WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=90
)


def step(**changes) -> FlowStep:
    return FlowStep("NO_DCE", "No DCE.", "DCE", 2, 1, 8, 9)._replace(**changes)


def draw(flow: Flow) -> ET.Element:
    return ET.fromstring(str(flow_svg(flow, standalone=True)))  # noqa: S314  # our own


FLOW = Flow("Made & <so>", 10, 11, (step(), step(excluded=0, kept=0, reference=None)), 8)


def test_the_drawing_has_a_name_and_tells_itself_in_words():
    root = draw(FLOW)
    name, words = (next(root.iter(f"{SVG}{tag}")) for tag in ("title", "desc"))
    assert name.text == "Flow: Made & <so>"
    assert words.text == description(FLOW)
    assert root.get("aria-labelledby") == f"{name.get('id')} {words.get('id')}"


def test_a_file_of_its_own_brings_its_style_and_a_page_its_own():
    assert draw(FLOW).find(f"{SVG}style") is not None
    assert "<style>" not in flow_svg(FLOW, standalone=False)


def test_nothing_is_fetched():
    text = str(flow_svg(FLOW, standalone=True))
    assert "url(" not in text
    assert "href" not in text


def test_only_rules_that_exclude_have_a_box_at_the_side():
    classes = [box.get("class") for box in draw(FLOW).iter(f"{SVG}rect")]
    assert classes == ["ground", "main", "side", "main", "main", "end"]


def test_mermaid_tells_each_rule():
    assert flow_mermaid(FLOW).splitlines() == [
        "flowchart TD",
        '  n0["Patients known: 10; reference: 11"]',
        '  n1["DCE: 8 remain; reference: 9; by exception: 1"]',
        "  n0 --> n1",
        '  x1["NO_DCE: 2 excluded"]',
        "  n0 --> x1",
        '  n2["DCE: 8 remain"]',
        "  n1 --> n2",
        '  n3(["In the cohort: 8"])',
        "  n2 --> n3",
    ]


@pytest.mark.parametrize("words", ['a"b', "a]b", "a`b", "a<b>", "a#b"])
def test_no_label_ends_its_own_quotes(words):
    for line in flow_mermaid(Flow("x", 1, None, (step(label=words),), 1)).splitlines()[1:]:
        assert line.count('"') in (0, 2)
        assert "<" not in line
        assert "`" not in line


@given(labels=st.lists(WORDS, max_size=5), excluded=st.integers(0, 3))
def test_boxes_hold_their_words_and_do_not_overlap(labels, excluded):
    steps = tuple(step(label=label, meaning=label, excluded=excluded) for label in labels)
    root = draw(Flow("x", 9, None, steps, 1))
    boxes = [_box(rect) for rect in root.iter(f"{SVG}rect") if rect.get("class") != "ground"]
    _, _, width, height = map(float, root.attrib["viewBox"].split())
    for x, y, right, bottom in boxes:
        assert 0 < x < right < width
        assert 0 < y < bottom < height
    for text in root.iter(f"{SVG}text"):
        x, y = float(text.attrib["x"]), float(text.attrib["y"])
        assert sum(a < x < c and b < y < d for a, b, c, d in boxes) == 1
    for n, one in enumerate(boxes):
        for other in boxes[n + 1 :]:
            apart = one[2] < other[0] or other[2] < one[0] or one[3] < other[1] or other[3] < one[1]
            assert apart


def test_who_is_excluded_leaves_between_two_boxes():
    long = step(meaning="word " * 30)
    root = draw(Flow("x", 9, None, (long, long), 1))
    mains = [_box(rect) for rect in root.iter(f"{SVG}rect") if rect.get("class") == "main"]
    paths = (path.attrib["d"] for path in root.iter(f"{SVG}path"))
    leaving = [float(d.partition("H")[0].split()[1]) for d in paths if "H" in d]
    assert len(leaving) == 2
    for y, above, below in zip(leaving, mains[:-1], mains[1:], strict=True):
        assert above[3] < y < below[1]


def _box(rect: ET.Element) -> tuple[float, float, float, float]:
    x, y, width, height = (float(rect.attrib[name]) for name in ("x", "y", "width", "height"))
    return x, y, x + width, y + height
