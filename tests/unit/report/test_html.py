"""Words with commands in them."""

from __future__ import annotations

from html import unescape

from hypothesis import given
from hypothesis import strategies as st

from breastdce.report.html import marked


def test_a_command_between_backticks_is_code():
    assert marked("See `breastdce scan` <now>.") == "See <code>breastdce scan</code> &lt;now&gt;."


def test_a_single_backtick_stays():
    assert marked("a ` b & `c` d") == "a ` b &amp; `c` d"


@given(st.text(alphabet="a<>&`\"'"))
def test_nothing_is_lost_and_nothing_becomes_markup(words: str):
    shown = str(marked(words)).replace("<code>", "`").replace("</code>", "`")
    assert "<" not in shown
    assert unescape(shown) == words
