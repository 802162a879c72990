"""The pages of conformance say what is computed."""

from __future__ import annotations

import pytest

from tests.reference.conformance import DOCS, lines_of, pages

pytestmark = pytest.mark.data


def test_pages_say_what_is_computed(data):
    for name, text in pages(data).items():
        path = DOCS / name
        assert path.exists(), f"{name}: run `python -m tests.reference.conformance`"
        stored, made = list(lines_of(path.read_text(encoding="utf-8"))), list(lines_of(text))
        assert len(stored) == len(made), name
        for one, other in zip(stored, made, strict=True):
            assert [_known(cell) for cell in one] == [_known(cell) for cell in other], name


def _known(cell):
    """Text as it is; numbers to a ten-thousandth, since another processor may round otherwise."""
    try:
        return pytest.approx(float(cell), rel=1e-4, abs=1e-12)
    except ValueError:
        return cell
