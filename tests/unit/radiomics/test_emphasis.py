from __future__ import annotations

import numpy as np
import pytest

from breastdce.radiomics.emphasis import cells, emphasis, gather


def test_closed_forms_of_a_small_matrix():
    found = emphasis(cells(np.array([[2, 0, 1], [0, 1, 0]])))  # gray 1: 1, 1, 3; gray 2: 2
    assert found.total == 4
    assert found.short == pytest.approx((2 + 1 / 9 + 1 / 4) / 4)
    assert found.long == pytest.approx((2 + 9 + 4) / 4)
    assert found.low_gray == pytest.approx((3 + 1 / 4) / 4)
    assert found.high_gray == pytest.approx((3 + 4) / 4)
    assert found.short_low_gray == pytest.approx((2 + 1 / 9 + 1 / 16) / 4)
    assert found.short_high_gray == pytest.approx((2 + 1 / 9 + 1) / 4)
    assert found.long_low_gray == pytest.approx((2 + 9 + 1) / 4)
    assert found.long_high_gray == pytest.approx((2 + 9 + 16) / 4)
    assert found.gray_nonuniformity == pytest.approx((9 + 1) / 4)
    assert found.gray_nonuniformity_normalized == pytest.approx((9 + 1) / 16)
    assert found.column_nonuniformity == pytest.approx((4 + 1 + 1) / 4)
    assert found.column_nonuniformity_normalized == pytest.approx(6 / 16)
    assert found.gray_mean == pytest.approx(5 / 4)
    assert found.gray_variance == pytest.approx((3 * (1 / 4) ** 2 + (3 / 4) ** 2) / 4)
    assert found.column_mean == pytest.approx(7 / 4)
    assert found.column_variance == pytest.approx(
        (2 * (3 / 4) ** 2 + (1 / 4) ** 2 + (5 / 4) ** 2) / 4
    )
    assert found.entropy == pytest.approx(0.5 * 1 + 2 * 0.25 * 2)
    assert found.energy == pytest.approx(0.25 + 2 / 16)


def test_gathered_pairs_are_the_cells_of_their_matrix():
    gray, column = np.array([2, 1, 1, 1, 2]), np.array([5, 1, 3, 1, 5])
    dense = np.zeros((2, 5), int)
    np.add.at(dense, (gray - 1, column - 1), 1)
    for one, other in zip(gather(gray, column), cells(dense), strict=True):
        np.testing.assert_array_equal(one, other)
