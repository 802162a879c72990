"""Arrays in a file: back as they were, or refused."""

import numpy as np
import pytest

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError
from breastdce.formats.tensors import Seal, read_tensors, write_tensors


@pytest.fixture
def arrays():
    rng = np.random.default_rng(5)
    return {
        "a.weight": rng.standard_normal((3, 4), np.float32),
        "state": rng.integers(0, 255, 16).astype(np.uint8),
        "step": np.array(7, np.int64),
        "none": np.zeros((0, 2), np.float64),
    }


def test_round_trip_is_bit_equal(tmp_path, arrays):
    seal = write_tensors(tmp_path / "x.safetensors", arrays)
    back = read_tensors(tmp_path / "x.safetensors", seal)
    assert back.keys() == arrays.keys()
    for name, array in arrays.items():
        assert back[name].dtype == array.dtype
        np.testing.assert_array_equal(back[name], array)


def test_equal_arrays_give_equal_files(tmp_path, arrays):
    backwards = dict(reversed(arrays.items()))
    one = write_tensors(tmp_path / "one", arrays)
    assert one == write_tensors(tmp_path / "two", backwards)


def test_cut_file_is_refused(tmp_path, arrays):
    path = tmp_path / "x.safetensors"
    seal = write_tensors(path, arrays)
    path.write_bytes(path.read_bytes()[:-8])
    with pytest.raises(InputError) as caught:
        read_tensors(path, seal)
    assert caught.value.code is ErrorCode.WEIGHTS_DAMAGED
    assert "bytes" in str(caught.value.evidence["why"])


def test_altered_file_is_refused(tmp_path, arrays):
    path = tmp_path / "x.safetensors"
    seal = write_tensors(path, arrays)
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_tensors(path, seal)
    assert "SHA-256" in str(caught.value.evidence["why"])


def test_missing_file_and_foreign_content_are_refused(tmp_path):
    with pytest.raises(InputError):
        read_tensors(tmp_path / "none", Seal(size_bytes=1, sha256=""))
    import hashlib

    path, content = tmp_path / "pickle", b"\x80\x04not safetensors"
    path.write_bytes(content)
    seal = Seal(size_bytes=len(content), sha256=hashlib.sha256(content).hexdigest())
    with pytest.raises(InputError) as caught:
        read_tensors(path, seal)
    assert caught.value.code is ErrorCode.WEIGHTS_DAMAGED


def test_types_that_arrays_do_not_have_are_refused(tmp_path):
    import hashlib
    import json

    header = json.dumps({"a": {"dtype": "BF16", "shape": [2], "data_offsets": [0, 4]}}).encode()
    path, content = tmp_path / "x", len(header).to_bytes(8, "little") + header + bytes(4)
    path.write_bytes(content)
    seal = Seal(size_bytes=len(content), sha256=hashlib.sha256(content).hexdigest())
    with pytest.raises(InputError) as caught:
        read_tensors(path, seal)
    assert caught.value.code is ErrorCode.WEIGHTS_DAMAGED
