"""Names of content depend on content alone."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from breastdce.core.digest import digest_bytes, digest_json

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)


@given(st.dictionaries(st.text(max_size=3), PLAIN, max_size=5))
def test_the_order_of_keys_is_not_content(table):
    assert digest_json(dict(reversed(table.items()))) == digest_json(table)


@given(PLAIN)
def test_what_stands_in_a_list_is_not_the_list(value):
    assert digest_json([value]) != digest_json(value)


def test_bytes_have_the_name_that_blake2b_gives_them():
    assert digest_bytes(b"abc") == (  # of RFC 7693's function with 32 bytes, by `b2sum -l 256`
        "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319"
    )
