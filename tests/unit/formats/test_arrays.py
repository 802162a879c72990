"""Arrays on disk: mapped as they were, or refused."""

import numpy as np
import pytest

from breastdce.core.errors import InputError
from breastdce.formats.arrays import map_array, write_array


def test_mapped_array_is_the_one_written_and_cannot_be_changed(tmp_path):
    array = np.arange(24, dtype=np.float16).reshape(2, 3, 4)
    write_array(tmp_path / "a.npy", array)
    mapped = map_array(tmp_path / "a.npy")
    assert isinstance(mapped, np.memmap)
    np.testing.assert_array_equal(mapped, array)
    with pytest.raises(ValueError, match="read-only"):
        mapped[0, 0, 0] = 1


def test_cut_missing_or_pickled_is_refused(tmp_path):
    path = tmp_path / "a.npy"
    write_array(path, np.arange(24))
    path.write_bytes(path.read_bytes()[:-8])
    np.save(tmp_path / "pickle.npy", np.array([{}], object), allow_pickle=True)
    for name in ("a.npy", "none.npy", "pickle.npy"):
        with pytest.raises(InputError):
            map_array(tmp_path / name)
