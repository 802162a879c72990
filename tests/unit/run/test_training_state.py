"""The state of a training on disk: the last epoch or the one before, whatever happens."""

import os
from contextlib import suppress

import numpy as np
import pytest

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError, StoreError
from breastdce.run.training_state import forget_state, load_state, save_state
from breastdce.segment.standing import Standing

PAGE = os.sysconf("SC_PAGE_SIZE")


def arrays(epoch):
    return {"network/w": np.full((3, 2), epoch, np.float32), "random/cpu": np.arange(4, dtype="u1")}


def save(folder, epoch):
    save_state(folder, arrays(epoch), Standing(epoch=epoch, step=7 * epoch), threads=2, processes=1)


def epoch_of(state):
    assert state is not None
    assert (state.arrays["network/w"] == state.record.standing.epoch).all()
    return state.record.standing.epoch


def test_last_state_comes_back_to_the_bit(tmp_path):
    assert load_state(tmp_path) is None
    for epoch in (1, 2, 3):
        save(tmp_path, epoch)
    state = load_state(tmp_path)
    assert state is not None
    assert epoch_of(state) == 3
    assert state.record.standing == Standing(epoch=3, step=21)
    assert state.arrays["random/cpu"].tolist() == [0, 1, 2, 3]
    kept = sorted(path.name for path in tmp_path.iterdir())
    names = ["last.json", "last.prev.json", "state-00002.safetensors", "state-00003.safetensors"]
    assert kept == names


@pytest.mark.parametrize("cut", [1, 100])
def test_truncated_state_is_refused_and_the_one_before_still_serves(tmp_path, cut):
    save(tmp_path, 1)
    save(tmp_path, 2)
    path = tmp_path / "state-00002.safetensors"
    path.write_bytes(path.read_bytes()[:-cut])
    with pytest.raises(InputError) as caught:
        load_state(tmp_path)
    assert caught.value.code is ErrorCode.WEIGHTS_DAMAGED
    assert "last.json" in caught.value.remedy
    (tmp_path / "last.json").unlink()
    assert epoch_of(load_state(tmp_path)) == 1


def test_damaged_record_is_refused(tmp_path):
    save(tmp_path, 1)
    (tmp_path / "last.json").write_text("{")
    with pytest.raises(InputError) as caught:
        load_state(tmp_path)
    assert caught.value.code is ErrorCode.WEIGHTS_DAMAGED


def test_record_cannot_name_a_file_elsewhere(tmp_path):
    save(tmp_path, 1)
    text = (tmp_path / "last.json").read_text()
    (tmp_path / "last.json").write_text(text.replace("state-00001", "../state-00001"))
    with pytest.raises(InputError) as caught:
        load_state(tmp_path)
    assert "path" in str(caught.value.evidence["why"])


# Pages of 4 kB for the arrays, the record before, the record; where there is a record before, that
# of the new one is free when it has been replaced.
@pytest.mark.parametrize(("done", "needed"), [(1, 3), (2, 2)])
@pytest.mark.parametrize("free_pages", range(4))
def test_a_full_disk_at_any_write_leaves_a_state(small_disk, done, needed, free_pages):
    folder = small_disk(64)
    for epoch in range(1, done + 1):
        save(folder, epoch)
    with suppress(OSError), (folder / "filler").open("wb", buffering=0) as filler:
        while True:
            filler.write(bytes(PAGE))
    os.truncate(folder / "filler", (folder / "filler").stat().st_size - free_pages * PAGE)
    if free_pages < needed:
        with pytest.raises(StoreError) as caught:
            save(folder, done + 1)
        assert caught.value.code is ErrorCode.OUTPUT_UNWRITABLE
    else:
        save(folder, done + 1)
    assert epoch_of(load_state(folder)) == (done if free_pages < needed else done + 1)


def test_forgetting_leaves_nothing(tmp_path):
    save(tmp_path, 1)
    save(tmp_path, 2)
    forget_state(tmp_path)
    assert list(tmp_path.iterdir()) == []
