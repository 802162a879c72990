"""A bundle is read as it was written, or refused."""

import hashlib
import os
import subprocess

import msgspec
import numpy as np
import pytest

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError, StoreError
from breastdce.run.bundle import CARD, MODEL, SUMS, Trained, load_weights, read_bundle, write_bundle
from breastdce.segment.bundle import membership_of
from tests.unit.segment.made_card import made_card, made_folds, places

FOLDS = made_folds(outer=2)


def arrays(seed):
    rng = np.random.default_rng(seed)
    return {"a.weight": rng.standard_normal((3, 4), np.float32), "a.bias": np.zeros(3, np.float32)}


def networks(made):
    return (Trained(o, i, arrays(10 * o + i)) for o, i in made)


@pytest.fixture
def folder(tmp_path):
    made = places(FOLDS)
    card = made_card(membership=membership_of(FOLDS, made))
    write_bundle(tmp_path / "bundle", card, networks(made))
    return tmp_path / "bundle"


def test_round_trip(folder):
    bundle = read_bundle(folder)
    assert [(model.outer, model.inner) for model in bundle.card.models] == places(FOLDS)
    for number, (outer, inner) in enumerate(places(FOLDS)):
        back, expected = load_weights(bundle, number), arrays(10 * outer + inner)
        assert back.keys() == expected.keys()
        for name, array in expected.items():
            np.testing.assert_array_equal(back[name], array)
    assert [path.name for path in folder.parent.iterdir()] == ["bundle"]


def test_sums_are_what_sha256sum_reads(folder):
    subprocess.run(
        ["sha256sum", "--strict", "-c", SUMS], cwd=folder, check=True, capture_output=True
    )


def test_equal_trainings_give_equal_bundles(folder, tmp_path):
    made = places(FOLDS)
    card = made_card(membership=membership_of(FOLDS, made))
    write_bundle(tmp_path / "again", card, networks(made))
    for path in folder.iterdir():
        assert path.read_bytes() == (tmp_path / "again" / path.name).read_bytes()


def test_a_bundle_is_replaced_whole(folder):
    write_bundle(folder, made_card(), [Trained(None, None, arrays(1))])
    assert {path.name for path in folder.iterdir()} == {MODEL, CARD, SUMS, "model0.safetensors"}
    assert read_bundle(folder).card.membership is None


def test_a_folder_of_others_is_left_alone(tmp_path):
    (tmp_path / "x").mkdir()
    for name in (MODEL, "thesis.txt"):
        (tmp_path / "x" / name).write_text("mine")
    with pytest.raises(StoreError) as caught:
        write_bundle(tmp_path / "x", made_card(), [Trained(None, None, arrays(1))])
    assert caught.value.code is ErrorCode.OUTPUT_FOREIGN
    assert (tmp_path / "x" / "thesis.txt").read_text() == "mine"


@pytest.mark.parametrize("kind", ["file", "link"])
def test_what_is_no_folder_is_left_alone(folder, tmp_path, kind):
    place = tmp_path / "x"
    place.write_text("mine") if kind == "file" else place.symlink_to(folder)
    with pytest.raises(StoreError) as caught:
        write_bundle(place, made_card(), [Trained(None, None, arrays(1))])
    assert caught.value.code is ErrorCode.OUTPUT_FOREIGN
    assert place.read_text() == "mine" if kind == "file" else read_bundle(folder)


def test_a_record_too_large_to_be_one_is_not_read(folder):
    os.truncate(folder / MODEL, 64_000_001)  # a hole: it takes no room on disk
    with pytest.raises(InputError) as caught:
        read_bundle(folder)
    assert caught.value.code is ErrorCode.BUNDLE_INVALID
    assert "model.json is too large" in str(caught.value.evidence["why"])


def test_a_failure_leaves_what_was_there(folder):
    def broken():
        yield Trained(0, 0, arrays(1))
        raise RuntimeError("no more")

    before = (folder / SUMS).read_bytes()
    with pytest.raises(RuntimeError):
        write_bundle(folder, made_card(), broken())
    with pytest.raises(InputError, match="names no weights"):
        write_bundle(folder, made_card(), [])
    assert (folder / SUMS).read_bytes() == before
    read_bundle(folder)
    assert [path.name for path in folder.parent.iterdir()] == ["bundle"]


def test_a_name_that_cannot_be_given_leaves_what_was_there(folder, small_disk):
    def beside():
        (other,) = set(folder.parent.iterdir()) - {folder}
        return other

    def networks():
        yield Trained(0, 0, arrays(1))
        small_disk(64, beside())  # where a disk begins, no folder gets another name
        yield Trained(0, 1, arrays(1))

    before = (folder / SUMS).read_bytes()
    with pytest.raises(StoreError) as caught:
        write_bundle(folder, made_card(), networks())
    assert caught.value.code is ErrorCode.OUTPUT_UNWRITABLE
    assert caught.value.evidence["why"] == "Device or resource busy"
    assert (folder / SUMS).read_bytes() == before
    read_bundle(folder)
    assert list(beside().iterdir()) == []  # the disk itself can only be taken away by the test


def refused(folder):
    with pytest.raises(InputError) as caught:
        read_bundle(folder)
    return caught.value


def weights(folder):
    return folder / "outer1-inner0.safetensors"


def reseal(folder):
    """Make the checksums right again, as whoever forges a bundle would."""
    names = sorted(path.name for path in folder.iterdir() if path.name != SUMS)
    lines = [f"{hashlib.sha256((folder / n).read_bytes()).hexdigest()}  {n}\n" for n in names]
    (folder / SUMS).write_text("".join(lines))


def rewrite(folder, change):
    record = msgspec.json.decode((folder / MODEL).read_bytes())
    change(record)
    (folder / MODEL).write_bytes(msgspec.json.encode(record))
    reseal(folder)


def cut(path):
    path.write_bytes(path.read_bytes()[:-1])


def flip(path):
    payload = bytearray(path.read_bytes())
    payload[-1] ^= 1
    path.write_bytes(payload)


@pytest.mark.parametrize("damage", [cut, flip, lambda path: path.unlink()])
@pytest.mark.parametrize("name", ["outer1-inner0.safetensors", MODEL, CARD])
def test_a_damaged_file_is_refused(folder, damage, name):
    damage(folder / name)
    assert refused(folder).code is ErrorCode.WEIGHTS_DAMAGED
    assert name in refused(folder).evidence["file"]


def test_weights_that_are_damaged_later_are_refused_when_read(folder):
    bundle = read_bundle(folder)
    flip(weights(folder))
    with pytest.raises(InputError) as caught:
        load_weights(bundle, 2)
    assert caught.value.code is ErrorCode.WEIGHTS_DAMAGED


def test_other_weights_are_refused_even_with_new_sums(folder):
    flip(weights(folder))
    reseal(folder)
    assert "different checksums" in str(refused(folder))


@pytest.mark.parametrize("name", [MODEL, CARD, "outer1-inner0.safetensors"])
def test_links_are_refused(folder, name):
    elsewhere = folder.parent / "elsewhere"
    (folder / name).rename(elsewhere)
    (folder / name).symlink_to(elsewhere)
    assert refused(folder).code is ErrorCode.BUNDLE_INVALID
    assert "link" in str(refused(folder))


@pytest.mark.parametrize("name", ["../x.safetensors", "/x.safetensors", "x/../y.safetensors"])
def test_names_that_lead_out_are_refused(folder, name):
    rewrite(folder, lambda record: record["models"][0].update(file=name))
    assert refused(folder).code is ErrorCode.BUNDLE_INVALID


@pytest.mark.parametrize("line", ["nonsense", f"{'0' * 64}  ../x", f"{'0' * 64}  {MODEL}"])
def test_a_wrong_line_of_sums_is_refused(folder, line):
    with (folder / SUMS).open("a") as file:
        file.write(line + "\n")
    assert refused(folder).code is ErrorCode.BUNDLE_INVALID


def test_a_file_that_only_one_list_names_is_refused(folder):
    (folder / "more.safetensors").write_bytes(b"x")
    reseal(folder)
    assert "different files" in str(refused(folder))


def test_an_unknown_key_and_a_form_of_the_future(folder):
    rewrite(folder, lambda record: record.update(surprise=1))
    assert refused(folder).code is ErrorCode.BUNDLE_INVALID
    rewrite(folder, lambda record: record.update(format=99))
    assert refused(folder).code is ErrorCode.BUNDLE_NEWER


def test_what_is_no_bundle_is_refused(tmp_path):
    (tmp_path / "file.zip").write_bytes(b"PK")
    for path in (tmp_path / "file.zip", tmp_path / "absent"):
        assert refused(path).code is ErrorCode.BUNDLE_INVALID
    assert refused(tmp_path).code is ErrorCode.WEIGHTS_DAMAGED
