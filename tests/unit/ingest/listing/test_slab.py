"""Phases times slices."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breastdce.ingest.listing.slab import LEAST_SLICES, split_images


@pytest.mark.parametrize(
    ("n_images", "phases"),
    [
        *((n, 3) for n in (144, 156, 168, 174, 180, 186, 192, 198, 204, 216, 222, 234, 312)),
        *((n, 4) for n in (220, 224, 240)),
        (360, 6),
    ],
)
def test_counts_of_real_exams_split_as_they_did(n_images, phases):
    split = split_images(n_images)
    assert split is not None
    assert split.phases == phases


@pytest.mark.parametrize("n_images", [0, 1, 50, 59, 61])
def test_what_cannot_be_split_is_not(n_images):
    assert split_images(n_images) is None


@given(st.integers(1, 3000))
def test_a_split_is_whole_and_its_probability_is_one(n_images):
    split = split_images(n_images)
    if split is not None:
        assert split.phases * split.slices == n_images
        assert split.slices >= LEAST_SLICES
        assert 0 < split.probability <= 1
