"""A network that has seen only generated exams, on a real one: Dice against the producer's FTV.

    python benchmarks/segment_zero_shot.py OUT [--train 40] [--epochs 20] [--threads 2] [--keep]

OUT is a data set of `breastdce run` with an exam whose FTV was measured in the region of interest
of its producer (as ucsf_br_06). Trains `tiny` on generated exams of a whole field of view, applies
it by `segment predict`, and compares with the FTV mask inside that region, on the 1 mm grid; the
last line is `ratio <that Dice>`. --bundle keeps the model, or takes the one that is there.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
from generated import Row, predict_row, store, train
from measure import machine
from numpy.typing import NDArray
from PIL import Image

from breastdce import __version__
from breastdce.core.exam import ExamId
from breastdce.core.grid import Grid
from breastdce.core.volume import Mask
from breastdce.dataset import layout
from breastdce.dataset.layout import MaskName
from breastdce.dataset.provenance import read_exams
from breastdce.formats.nifti import read_mask, read_volume
from breastdce.imaging.anatomical import Anatomical
from breastdce.imaging.resample import Edge, nearest
from breastdce.run.bundle import Trained, load_weights, read_bundle, write_bundle
from breastdce.run.prediction import PredictRequest, predict
from breastdce.segment.bundle import ModelCard, TrainingData
from breastdce.segment.net.forms import ready_form
from breastdce.segment.preset import Preset, shipped_preset

RESULTS = Path(__file__).parent / "results"
SHAPE = (200, 200, 132)
UNSEEN = 4
SEED = 30
Image3 = NDArray[np.float32]
Outline = NDArray[np.bool_]


class Real(NamedTuple):
    """A real exam on its grid of 1 mm."""

    name: str
    image: Image3
    """First phase after contrast."""
    subtraction: Image3
    ftv: Outline
    region: Outline
    """Of interest, the producer's."""
    grid: Grid


def main() -> None:
    """Train, predict, compare, draw."""
    args = _arguments()
    preset = _preset(args.epochs)
    with tempfile.TemporaryDirectory() as folder:
        scratch = args.scratch or Path(folder)
        bundle = args.bundle or scratch / "bundle"
        started = time.perf_counter()
        if not bundle.exists():
            _train(scratch, bundle, preset, args)
        seconds = time.perf_counter() - started
        unseen = list(_unseen(scratch, bundle, preset, args))
        real = _real(args.out)
        pred = scratch / "pred"
        request = PredictRequest(bundle=bundle, dataset=args.out, out=pred, threads=args.threads)
        predict(request, print)
        found = read_mask(pred / f"{real.name}_mask.nii.gz").data
        probability = read_volume(pred / f"{real.name}_prob.nii.gz").data
    inside = _dice(found & real.region, real.ftv)
    kept = {
        "machine": machine(),
        "generated_exams": args.train,
        "epochs": args.epochs,
        "train_s": round(seconds),
        "unseen": [row._asdict() for row in unseen],
        "unseen_dice_mean": round(float(np.mean([row.dice for row in unseen])), 4),
        "real_dice_inside": round(inside, 4),
        "real_found_inside_ml": round(float((found & real.region).sum()) / 1000, 2),
        "real_found_ml": round(float(found.sum()) / 1000, 2),
        "ftv_ml": round(float(real.ftv.sum()) / 1000, 2),
        "real_dice_by_threshold": {
            f"{level / 255:.2f}": round(_dice((probability >= level) & real.region, real.ftv), 4)
            for level in (13, 26, 51, 77, 102, 128, 153, 204, 242)
        },
    }
    print(json.dumps(kept, indent=1))
    if args.keep:
        text = json.dumps(kept, indent=1) + "\n"
        (RESULTS / "segment_zero_shot.json").write_text(text, encoding="utf-8")
        _draw(real, found).save(RESULTS / "segment_zero_shot.jpg", quality=88)
    print(f"ratio {inside:.3f}")


def _preset(epochs: int) -> Preset:
    plain = shipped_preset("tiny")
    schedule = msgspec.structs.replace(plain.schedule, epochs=epochs)
    return msgspec.structs.replace(plain, schedule=schedule)


def _train(scratch: Path, bundle: Path, preset: Preset, args: argparse.Namespace) -> None:
    cases = scratch / "cases"
    names = [store(cases, SEED, number, SHAPE) for number in range(args.train)]
    weights = train(scratch, cases, names, preset, SEED, args.threads)
    card = ModelCard(
        title="Learned from generated exams alone",
        package_version=__version__,
        preset=preset.name,
        network=preset.network,
        patch=preset.sampling.patch,
        prediction=preset.prediction,
        training=TrainingData(
            n_exams=args.train,
            source=f"breastdce.testing.trial, seed {SEED}",
            license="Apache-2.0",
        ),
        known_failures=("It has never seen a patient.",),
        intended_input="Three phases of a breast DCE-MRI, 1 mm, z-scored together.",
        license="Apache-2.0",
    )
    write_bundle(bundle, card, [Trained(None, None, weights)])


def _unseen(scratch: Path, bundle: Path, preset: Preset, args: argparse.Namespace) -> Iterator[Row]:
    form = ready_form(preset.network, 3, _weights(bundle), threads=args.threads)
    for number in range(args.train, args.train + UNSEEN):
        name = store(scratch / "unseen", SEED, number, SHAPE)
        yield predict_row(scratch / "unseen", name, form, preset)


def _weights(bundle: Path) -> dict[str, NDArray[Any]]:
    return load_weights(read_bundle(bundle), 0)


def _real(out: Path) -> Real:
    """The first exam of a data set whose region of interest is its producer's."""
    records = {record.exam_id: record.measurements["reports"] for record in read_exams(out)}
    name, measures = next(
        (name, reports["measures"])
        for name, reports in records.items()
        if reports["measures"]["voi_source"] == "producer"
    )
    exam = ExamId.parse(name)
    early = read_volume(layout.image(out, exam, 1))
    ftv = read_mask(layout.mask(out, exam, MaskName.FTV))
    box = measures["voi"]
    region = np.zeros(ftv.grid.shape, bool, order="F")
    region[tuple(slice(a, b + 1) for a, b in zip(box["first"], box["last"], strict=True))] = True
    return Real(
        name=name,
        image=early.data,
        subtraction=early.data - read_volume(layout.image(out, exam, 0)).data,
        ftv=nearest(ftv, early.grid, Edge.ITK).data,
        region=nearest(Mask(region, ftv.grid), early.grid, Edge.ITK).data,
        grid=early.grid,
    )


def _dice(one: Outline, other: Outline) -> float:
    return float(2 * (one & other).sum() / (one.sum() + other.sum()))


def _draw(real: Real, found: Outline) -> Image.Image:
    """Signal and difference in three planes: FTV green, the network red, the region blue."""
    along = Anatomical.of(real.grid)
    layers = [np.asarray(along.view(one)) for one in (real.image, real.subtraction)]
    masks = [np.asarray(along.view(one)) for one in (real.ftv, found, real.region)]
    center = [round(float(np.mean(where))) for where in np.nonzero(masks[0])]
    rows = []
    for layer in layers:
        low, high = np.percentile(layer, [2, 99.7])
        tiles = [
            _tile(np.clip((layer - low) / (high - low), 0, 1), masks, axis, center[axis])
            for axis in (2, 0, 1)
        ]
        tall = max(tile.shape[0] for tile in tiles)
        rows.append(np.hstack([np.pad(t, ((0, tall - t.shape[0]), (0, 4), (0, 0))) for t in tiles]))
    return Image.fromarray(np.vstack(rows))


def _tile(layer: Image3, masks: list[Outline], axis: int, at: int) -> NDArray[np.uint8]:
    """One plane, head and front upward, two pixels a voxel."""
    gray = np.kron(layer.take(at, axis).T[::-1], np.ones((2, 2)))
    tile = np.repeat((gray * 255).astype(np.uint8)[..., None], 3, axis=2)
    for mask, color in zip(masks, ((40, 220, 90), (255, 60, 60), (70, 130, 255)), strict=True):
        inside = np.kron(mask.take(at, axis).T[::-1], np.ones((2, 2), bool))
        core = inside.copy()
        for shift in ((0, 1), (0, -1), (1, 0), (-1, 0)):
            core &= np.roll(inside, shift, (0, 1))
        tile[inside & ~core] = color
    return tile


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("out", type=Path, metavar="OUT", help="data set with the real exam")
    parser.add_argument("--train", type=int, default=40, help="generated exams to learn from")
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--bundle", type=Path, help="kept there; taken from there if it exists")
    parser.add_argument("--scratch", type=Path, help="where training goes on if stopped")
    parser.add_argument("--keep", action="store_true", help="keep figures and picture in results/")
    return parser.parse_args()


if __name__ == "__main__":
    main()
