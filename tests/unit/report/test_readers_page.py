"""The page of readers shows its figures, says what is undefined, and keeps names where asked."""

from __future__ import annotations

import re

from msgspec import structs

from breastdce.report.reader_charts import PairVolumes, difference_chart, ratio_chart
from breastdce.report.readers_page import Figure, render_readers
from tests.unit.report.made_readers import NAN, PAGE, PAIR


def test_figures_stand_with_their_intervals_or_the_reason():
    text = render_readers(PAGE)
    assert "0.950 (0.900 to 0.980)" in text
    assert "n/a (fewer than two exams)" in text
    assert "2.0 (1.0 to infinite)" in text
    assert "\N{MINUS SIGN}0.50 (\N{MINUS SIGN}1.00 to 0.00)" in text
    assert "0.90 (0.80 to 1.00)" in text
    assert "3 exams are of 2 participants, so they are too narrow" in text
    assert text == render_readers(PAGE)


def test_the_worst_come_first_by_name():
    rows = re.findall(
        r'<th scope="row">(sub-[^<]+)</th><td>A.B</td><td class="num">([^<]+)', render_readers(PAGE)
    )
    assert rows == [("sub-1_ses-2", "0.000"), ("sub-1_ses-1", "0.800"), ("sub-2_ses-1", "0.900")]


def test_names_are_shown_where_they_are_given_and_escaped():
    text = render_readers(PAGE)
    assert "<b>Anna" not in text
    assert "&lt;b&gt;Anna" in text
    unnamed = tuple(structs.replace(reader, name="") for reader in PAGE.readers)
    assert "Bert" not in (text := render_readers(structs.replace(PAGE, readers=unnamed)))
    assert '<th scope="col">Name</th>' not in text


def test_nothing_is_fetched():
    text = render_readers(PAGE)
    assert "default-src &#39;none&#39;" in text  # escaped in an attribute
    assert "<script" not in text
    assert not re.search(r'(src|href)="(?!#|data:|pairs\.tsv)', text)


def test_charts_have_a_point_per_exam():
    text = render_readers(PAGE)
    charts = re.findall(r'<svg class="chart".*?</svg>', text)
    assert [chart.count('class="dot"') for chart in charts] == [3, 2, 3]
    assert "bias \N{MINUS SIGN}0.50" in charts[0]
    assert "1.96 SD \u00d7\u20090.50" in charts[1]


def test_a_larger_first_volume_lies_above_zero():
    volumes = PairVolumes("A", "B", ("x", "y"), (4.0, 1.0), (1.0, 2.0))
    for chart in (difference_chart(volumes, (NAN,) * 3), ratio_chart(volumes, (NAN,) * 3)):
        zero = float(re.findall(r'class="zero" d="M\S+ (\S+)H', str(chart))[0])
        above, below = (float(y) for y in re.findall(r' cy="(\S+)"', str(chart)))
        assert above < zero < below  # downward in a picture


def test_lines_that_lie_on_each_other_are_named_once():
    volumes = PairVolumes("A", "B", ("x", "y"), (10.0, 20.0), (0.0, 20.0))
    chart = difference_chart(volumes, (1.0, 0.9, 1.1))
    assert chart is not None
    assert chart.count("bias") == 1
    assert "1.96" not in chart
    assert chart.count('class="used"') == 3


def test_what_is_undefined_is_not_drawn():
    nobody = PairVolumes("A", "B", ("x",), (0.0,), (2.0,))
    assert ratio_chart(nobody, (NAN, NAN, NAN)) is None
    chart = difference_chart(nobody, (NAN, NAN, NAN))
    assert chart is not None
    assert 'class="used"' not in chart
    assert difference_chart(PairVolumes("A", "B", (), (), ()), (NAN,) * 3) is None


def test_many_readers_have_one_strip_each():
    pairs = tuple(structs.replace(PAIR, second=letter) for letter in "BCDEFGH")
    text = render_readers(structs.replace(PAGE, pairs=pairs))
    strips = re.findall(r'<svg class="chart".*?</svg>', text)[-1]
    assert ">A (3)<" in strips
    assert ">B (3)<" in strips


def test_an_empty_room_says_so():
    none = Figure(NAN, NAN, NAN, "fewer than two readers")
    page = structs.replace(PAGE, icc=none, kappa=none, readers=(), pairs=(), cases=(), files=())
    text = render_readers(page)
    assert "Nobody has signed a mask" in text
    assert "There is no exam that two readers have read" in text
    assert "<svg" not in text
