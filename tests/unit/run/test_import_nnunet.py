"""A training of nnU-Net becomes a bundle that answers as the original does."""

import os
import zipfile

import numpy as np
import pytest
import torch

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError, StoreError
from breastdce.run.bundle import load_weights, read_bundle
from breastdce.run.checkpoint_process import read_apart
from breastdce.run.import_nnunet import ImportOptions, import_nnunet
from breastdce.segment.bundle import choose_models
from breastdce.segment.net.build import build_network, divisor
from breastdce.segment.net.nnunet import read_checkpoint
from breastdce.segment.net.predict import LayerByLayer, predict_exam
from breastdce.segment.net.weights import fill_network
from breastdce.segment.network_input import Turned, normalized, patch_along_body
from breastdce.segment.windows import WindowPlan
from tests.unit.run.made_nnunet import (
    made_checkpoint,
    made_dataset,
    made_network,
    made_plans,
    write_results,
)


def imported(tmp_path, folder, phases=("0001",), **options):
    made = ImportOptions(
        folder=folder, bundle=tmp_path / "bundle", phases=phases, axes="LPS", **options
    )
    import_nnunet(made)
    return read_bundle(tmp_path / "bundle")


def finest(network, images):
    network.eval()
    network.decoder.deep_supervision = False
    with torch.inference_mode():
        return network(images)


@pytest.fixture(scope="module")
def converted(tmp_path_factory):
    """A network, and the bundle of the training that it is the only fold of."""
    folder, source = tmp_path_factory.mktemp("converted"), made_network()
    results = write_results(folder / "results", source)
    return source, imported(folder, results, license="CC BY-NC 4.0", source="Somebody, 2025")


def test_logits_are_bit_equal_to_the_source(converted):
    source, bundle = converted
    check_answers(bundle, [source])


def test_plans_of_old_serve_too(tmp_path):
    source, plans = made_network(), made_plans(old=True)
    check_answers(
        imported(tmp_path, write_results(tmp_path / "results", source, plans=plans)), [source]
    )


def test_folds_of_three_phases_and_the_best_state_where_there_is_no_final_one(tmp_path):
    kind = "ResidualEncoderUNet"
    sources = [made_network(kind, 3, seed) for seed in range(2)]
    plans, dataset = made_plans(kind, 3), made_dataset(3)
    folder = write_results(tmp_path / "results", *sources, plans=plans, dataset=dataset)
    final = folder / "fold_1" / "checkpoint_final.pth"
    final.rename(final.with_name("checkpoint_best.pth"))
    (folder / "fold_2").mkdir()
    check_answers(imported(tmp_path, folder, ("0000", "0001", "0002")), sources)


def check_answers(bundle, sources):
    channels = len(bundle.card.in_phases)
    images = torch.randn(1, channels, 8, 16, 16)
    assert len(bundle.card.models) == len(sources)
    for number, source in enumerate(sources):
        network = build_network(bundle.card.network, channels)
        fill_network(network, load_weights(bundle, number))
        assert torch.equal(finest(network, images), finest(source, images))


def test_an_exam_is_predicted_as_nnunet_would_see_it(converted):
    """A file that runs to L, P, S, read by SimpleITK: z, y, x, normalized by itself."""
    source, bundle = converted
    exam = np.random.default_rng(3).normal(2, 5, (1, 20, 18, 11)).astype(np.float32)  # R, A, S
    network = build_network(bundle.card.network, 1)
    fill_network(network, load_weights(bundle, 0))
    form = Turned(
        LayerByLayer(network, divisor(bundle.card.network), torch.device("cpu")),
        bundle.card.orientation,
    )
    patch = patch_along_body(bundle.card)
    assert patch == (16, 16, 8)
    images = normalized(exam, bundle.card)
    found = predict_exam(images, [form], WindowPlan(window=patch), floor=float(images.min()))

    read = exam[0, ::-1, ::-1].transpose(2, 1, 0)
    z = torch.from_numpy((read - read.mean()) / read.std())[None]
    same = LayerByLayer(source, divisor(bundle.card.network), torch.device("cpu"))
    plan = WindowPlan(window=bundle.card.patch)
    expected = predict_exam(z.numpy(), [same], plan, floor=float(z.min()))
    turned = expected.probability.transpose(2, 1, 0)[::-1, ::-1]
    np.testing.assert_allclose(found.probability, turned, atol=1e-5)  # order of sums


def test_the_record_says_what_is_known_and_what_is_not(converted):
    card = converted[1].card
    assert (card.in_phases, card.orientation, card.patch) == (("0001",), "SPL", (8, 16, 16))
    assert card.normalization == "per_channel"
    assert card.prediction.mirror
    assert card.license == "CC BY-NC 4.0"
    assert card.training is None
    assert choose_models(card, "anybody").origin == "unknown"


class Touch:
    """A pickle that makes a file when it is loaded without care."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


def trapped(tmp_path, place):
    """A training whose checkpoint makes a folder when it is loaded without care."""
    folder, trap = write_results(tmp_path / "results", made_network()), tmp_path / "trap"
    path = folder / "fold_0" / "checkpoint_final.pth"
    torch.save(made_checkpoint(made_network(), **{place: Touch(trap)}), path)
    torch.load(path, weights_only=False)
    trap.rmdir()  # it was there: the trap works
    return folder, path, trap


@pytest.mark.parametrize("place", ["logging", "network_weights", "trainer_name"])
def test_nothing_of_a_pickle_is_run(tmp_path, place):
    _, path, trap = trapped(tmp_path, place)
    with pytest.raises(InputError) as caught:
        read_checkpoint(path)
    assert caught.value.code is ErrorCode.CHECKPOINT_REFUSED
    assert "mkdir" in str(caught.value)
    assert not trap.exists()


@pytest.mark.slow
def test_nothing_of_a_pickle_is_run_by_an_import(tmp_path):
    folder, path, trap = trapped(tmp_path, "logging")
    with pytest.raises(InputError) as caught:
        imported(tmp_path, folder)
    assert caught.value.code is ErrorCode.CHECKPOINT_REFUSED
    assert caught.value.evidence["file"] == str(path)
    assert not trap.exists()
    assert not (tmp_path / "bundle").exists()


def without(key):
    checkpoint = made_checkpoint(made_network())
    del checkpoint[key]
    return checkpoint


@pytest.mark.parametrize(
    "content",
    [
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(b"nonsense"),
        lambda path: path.write_bytes(path.read_bytes()[:-300]),
        lambda path: torch.save([1, 2], path),
        lambda path: torch.save(without("network_weights"), path),
        lambda path: torch.save(without("init_args"), path),
        lambda path: torch.save(made_checkpoint(made_network(), network_weights={"a": 1}), path),
    ],
)
def test_what_is_no_checkpoint_is_refused(tmp_path, content):
    path = tmp_path / "checkpoint_final.pth"
    torch.save(made_checkpoint(made_network()), path)
    content(path)
    with pytest.raises(InputError) as caught:
        read_checkpoint(path)
    assert caught.value.code is ErrorCode.CHECKPOINT_REFUSED
    assert "weights_only" not in str(caught.value)


@pytest.mark.slow
def test_a_process_that_fails_is_an_answer_too(tmp_path):
    path = tmp_path / "checkpoint_final.pth"
    torch.save(made_checkpoint(made_network()), path)
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(InputError, match="ended with status 1") as caught:
        read_apart(path, tmp_path / "file" / "x.safetensors")
    assert caught.value.code is ErrorCode.CHECKPOINT_REFUSED


def test_names_of_wrapped_networks_are_unwrapped(tmp_path):
    network = made_network()
    wrapped = {f"module._orig_mod.{name}": one for name, one in network.state_dict().items()}
    path = tmp_path / "checkpoint_final.pth"
    torch.save(made_checkpoint(network, network_weights=wrapped), path)
    found = read_checkpoint(path).weights
    assert found.keys() == dict(network.named_parameters()).keys()


def test_weights_of_another_network_are_refused(tmp_path):
    folder = write_results(tmp_path / "results", made_network("ResidualEncoderUNet"))
    with pytest.raises(InputError) as caught:
        imported(tmp_path, folder)
    assert caught.value.code is ErrorCode.WEIGHTS_FOREIGN


@pytest.mark.parametrize("name", ["plans.json", "dataset.json"])
@pytest.mark.parametrize("text", [None, "{", "[]", "\udcff"])
def test_a_folder_of_something_else(tmp_path, name, text):
    folder = write_results(tmp_path / "results", made_network())
    if text is None:
        (folder / name).unlink()
    else:
        (folder / name).write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(InputError, match=name) as caught:
        imported(tmp_path, folder)
    assert caught.value.code is ErrorCode.PLAN_UNSUPPORTED


def test_a_training_without_a_checkpoint(tmp_path):
    with pytest.raises(InputError, match="fold_"):
        imported(tmp_path, write_results(tmp_path / "results"))


def test_the_place_is_looked_at_first(tmp_path):
    (tmp_path / "bundle").mkdir()
    (tmp_path / "bundle" / "mine.txt").write_text("mine")
    with pytest.raises(StoreError):
        imported(tmp_path, tmp_path / "absent")


def test_an_alias_with_other_weights_is_refused(tmp_path):
    network = made_network()
    weights = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    next(one for name, one in weights.items() if "all_modules" in name).add_(1)
    folder = write_results(tmp_path / "results", network)
    checkpoint = made_checkpoint(network, network_weights=weights)
    torch.save(checkpoint, folder / "fold_0" / "checkpoint_final.pth")
    with pytest.raises(InputError, match="one layer"):
        imported(tmp_path, folder)


def test_old_names_of_numpy_are_known(tmp_path):
    """NumPy 1 pickled its numbers with the help of `numpy.core.multiarray.scalar`."""
    new, old = tmp_path / "new.pth", tmp_path / "old.pth"
    torch.save(made_checkpoint(made_network()), new)
    with zipfile.ZipFile(new) as source, zipfile.ZipFile(old, "w") as target:
        for name in source.namelist():
            payload = source.read(name)
            if name.endswith("data.pkl"):
                assert b"numpy._core.multiarray" in payload
                payload = payload.replace(b"numpy._core.multiarray", b"numpy.core.multiarray")
            target.writestr(name, payload)
    assert read_checkpoint(old).weights.keys() == read_checkpoint(new).weights.keys()
