"""`segment predict`: masks and probabilities of a model for a folder of exams."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from breastdce.core.codes import ErrorCode
from breastdce.core.counted import counted
from breastdce.core.errors import BreastDceError, CallError
from breastdce.core.exam import ExamId, participant_of
from breastdce.core.grid import Grid
from breastdce.core.volume import Mask, Volume
from breastdce.dataset import layout
from breastdce.dataset.layout import MaskName
from breastdce.dataset.provenance import Provenance, read_exams
from breastdce.exchange.layouts import nnunet
from breastdce.formats.atomic import remove_unfinished_in
from breastdce.formats.nifti import read_grid, read_mask, read_volume, write_mask, write_volume
from breastdce.formats.tables import Column, Row, write_json, write_tsv
from breastdce.imaging.anatomical import Anatomical
from breastdce.imaging.resample import Edge, nearest
from breastdce.prepare.breast_mask import BreastParams, breast_mask
from breastdce.prepare.resample import breasts_on
from breastdce.run.bundle import Bundle, load_weights, read_bundle
from breastdce.run.lock import locked
from breastdce.run.pages import read_measurements
from breastdce.run.training_results import on_grid
from breastdce.segment.bundle import Choice, ModelCard, choose_models
from breastdce.segment.inference_memory import Memory, memory_of
from breastdce.segment.network_input import Turned, along_body, normalized, patch_along_body
from breastdce.segment.postprocess import mask_of
from breastdce.segment.profile import Walk, fast_walk, full_walk
from breastdce.segment.windows import window_plan

if TYPE_CHECKING:
    from breastdce.segment.net.predict import Form, Prediction

Say = Callable[[str], None]
Profile = Literal["full", "fast"]
_BYTE = 255
_PHASES = ("0000", "0001", "0002")


class PredictRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What shall be predicted by what."""

    bundle: Path
    dataset: Path
    out: Path
    exams: tuple[str, ...] = ()
    """Names; all where none is given."""
    profile: Profile = "full"
    """`fast`: one breast at a time by one network, in one pass where memory suffices; `full`: every
    network with the windows that the model was validated with."""
    memory_gb: float = 4.0
    """That `fast` may take."""
    in_sample: bool = False
    """Whether networks may predict whom they have learned from."""
    threads: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictExam:
    """One exam to predict."""

    name: str
    images: tuple[Path, ...]
    """On a grid of 1 mm, in order of phase."""
    native: Path | None = None
    """Pre-contrast phase on the native grid."""
    breast: Path | None = None
    """Mask on the native grid."""

    @property
    def participant(self) -> str:
        """By whom membership is asked."""
        return participant_of(self.name)


class Refusal(NamedTuple):
    """An exam that was not predicted."""

    exam: str
    error: BreastDceError


class Predictions(NamedTuple):
    """What came of it."""

    rows: tuple[Row, ...]
    refused: tuple[Refusal, ...]


COLUMNS = (
    Column(name="exam_id", long_name="Exam", description="Name of the files"),
    Column(
        name="origin",
        long_name="Origin",
        description="Whether the networks have learned from the participant",
        levels={
            "out_of_fold": "No network that was asked has",
            "in_sample": "All have",
            "unknown": "Nobody can tell",
        },
    ),
    Column(name="networks", long_name="Networks", description="Averaged", kind="integer"),
    Column(name="voxels", long_name="Voxels", description="Of the mask, 1 mm", kind="integer"),
    Column(name="ml", long_name="Volume", description="Of the mask", kind="number", units="mL"),
    Column(
        name="entropy_bits",
        long_name="Entropy",
        description="Mean where the probability exceeds 0.1: 0 sure, 1 undecided",
        kind="number",
    ),
    Column(
        name="volume_cv",
        long_name="Spread of volumes",
        description="SD over mean of the networks' volumes",
        kind="number",
    ),
    Column(
        name="agreement",
        long_name="Agreement",
        description="Mean Dice of all pairs of networks",
        kind="number",
    ),
)


def predict(request: PredictRequest, say: Say) -> Predictions:
    """Predict exams one after another; one that cannot be is left out, the others go on.

    Writes, for each exam, <exam>_mask.nii.gz and <exam>_prob.nii.gz (p x 255) on its grid of 1 mm,
    <exam>_mask.json, spread/<exam>.nii.gz (SD over networks x 255, where there are several), and
    native/<exam>_mask.nii.gz where the native grid is known; predictions.tsv of all.

    Raises
    ------
    CallError
        CALL_INVALID when there is nothing to predict, an exam is not there, or the masks would lie
        in a data set.
    InputError
        BUNDLE_INVALID, BUNDLE_NEWER, WEIGHTS_DAMAGED.
    StoreError
        OUTPUT_BUSY when another process predicts to the same folder, OUTPUT_UNWRITABLE.
    """
    _check_out(request)
    bundle = read_bundle(request.bundle)
    exams = _wanted(predict_exams(request.dataset), request.exams)
    with locked(request.out / ".lock", wait=False):
        for folder in (request.out, request.out / "spread", request.out / "native"):
            remove_unfinished_in(folder)
        return _predict_all(bundle, exams, request, say)


def _check_out(request: PredictRequest) -> None:
    out, dataset = request.out.resolve(), request.dataset.resolve()
    if layout.description(request.dataset).exists() and out.is_relative_to(dataset):
        raise CallError(
            ErrorCode.CALL_INVALID,
            "The masks would lie inside the data set, which holds nothing but its own files",
            evidence={"out": str(request.out), "dataset": str(request.dataset)},
            remedy="Choose a folder outside; `breastdce run --model` puts masks into a data set.",
        )


def _predict_all(
    bundle: Bundle, exams: Sequence[PredictExam], request: PredictRequest, say: Say
) -> Predictions:
    rows: list[Row] = []
    refused = []
    for number, exam in enumerate(exams, 1):
        say(f"[{number}/{len(exams)}] {exam.name}")
        try:
            rows.append(_predict(bundle, exam, request, say))
        except BreastDceError as error:
            refused.append(Refusal(exam.name, error))
    if rows:
        write_tsv(request.out / "predictions.tsv", COLUMNS, rows)
    return Predictions(tuple(rows), tuple(refused))


def predict_exams(folder: Path) -> tuple[PredictExam, ...]:
    """Exams of a data set of ours, or of a raw folder of nnU-Net, in order of name.

    Raises
    ------
    CallError
        CALL_INVALID when it is neither.
    """
    if layout.description(folder).exists():
        found = [_ours(folder, record) for record in read_exams(folder)]
    elif (folder / "dataset.json").exists():
        found = [
            PredictExam(name=case.images[0].name.removesuffix("_0000.nii.gz"), images=case.images)
            for case in nnunet.read(folder)
        ]
    else:
        raise CallError(
            ErrorCode.CALL_INVALID,
            "There is nothing to predict in this folder",
            evidence={"folder": str(folder)},
            remedy="Give a data set of `breastdce run`, or a folder DatasetNNN_Name of nnU-Net.",
        )
    return tuple(sorted(found, key=lambda exam: exam.name))


def _ours(out: Path, record: Provenance) -> PredictExam:
    exam, pre = ExamId.parse(record.exam_id), read_measurements(record).row.phase_indices[0]
    breast = layout.mask(out, exam, MaskName.BREAST)
    return PredictExam(
        name=str(exam),
        images=tuple(layout.image(out, exam, n) for n in range(layout.PUBLISHED_PHASES)),
        native=layout.native_image(out, exam, pre),
        breast=breast if breast.exists() else None,
    )


def _wanted(exams: Sequence[PredictExam], names: Sequence[str]) -> list[PredictExam]:
    missing = sorted(set(names) - {exam.name for exam in exams})
    if missing or not exams:
        raise CallError(
            ErrorCode.CALL_INVALID,
            "An exam is not there" if missing else "There is no exam to predict",
            evidence={"missing": ", ".join(missing), "found": len(exams)},
        )
    return [exam for exam in exams if not names or exam.name in names]


def _predict(bundle: Bundle, exam: PredictExam, request: PredictRequest, say: Say) -> Row:
    from breastdce.segment.net.predict import predict_exam

    card = bundle.card
    choice = choose_models(card, exam.participant, in_sample=request.in_sample)
    images, grid = _images(exam, card)
    networks = choice.models if request.profile == "full" else choice.models[:1]
    breast = _breast(exam, grid)
    memory = _memory(bundle, request)
    walk = _walk(card, request.profile, images, _along(breast, grid), memory)
    peak = memory.peak(images[0].shape, walk.plan.window)
    size = " x ".join(map(str, walk.plan.window))
    several = counted(len(networks), "network")
    say(f"  {several}, windows of {size} voxels, at most {peak / 1e9:.1f} GB")
    found = predict_exam(
        images,
        _forms(bundle, networks, request.threads),
        walk.plan,
        floor=float(images.min()),
        regions=walk.regions,
        within=walk.within,
    )
    probability, params = on_grid(found.probability, grid), card.prediction
    mask = mask_of(probability, grid, params.threshold, params.postprocess, breast)
    _write_bytes(request.out / f"{exam.name}_prob.nii.gz", probability, grid)
    return _write(exam, request.out, found, mask, choice._replace(models=networks))


def _images(exam: PredictExam, card: ModelCard) -> tuple[NDArray[np.float32], Grid]:
    """What the model wants to see, along the axes of the body; nothing else stays in memory."""
    by_name = dict(zip(_PHASES, exam.images, strict=False))
    volumes = [read_volume(by_name[name]) for name in card.in_phases]
    grid = volumes[0].grid
    along = Anatomical.of(grid)
    stacked = np.stack([along.view(volume.data) for volume in volumes])
    return normalized(np.ascontiguousarray(stacked, np.float32), card), grid


def _walk(
    card: ModelCard,
    profile: Profile,
    images: NDArray[np.float32],
    breast: NDArray[np.bool_] | None,
    memory: Memory,
) -> Walk:
    from breastdce.segment.net.build import divisor

    plan = window_plan(card.prediction, patch_along_body(card))
    if profile == "full":
        return full_walk(plan, breast)
    step = along_body(divisor(card.network), card.orientation)
    i, j, k = images.shape[1:]
    return fast_walk(plan, (i, j, k), breast, step, memory)


def _memory(bundle: Bundle, request: PredictRequest) -> Memory:
    from breastdce.segment.net.build import empty_network, parameter_count
    from breastdce.segment.net.memory import has_gpu

    network, phases = bundle.card.network, len(bundle.card.in_phases)
    return memory_of(
        network,
        parameter_count(empty_network(network, phases)),
        phases=phases,
        threads=request.threads,
        most=int(request.memory_gb * 1e9),
        by_layers=has_gpu(),
    )


def _forms(bundle: Bundle, networks: Sequence[int], threads: int) -> Iterator[Form]:
    from breastdce.segment.net.forms import ready_form

    card = bundle.card
    for number in networks:
        weights = load_weights(bundle, number)
        form = ready_form(card.network, len(card.in_phases), weights, threads=threads)
        del weights  # kept in the form
        yield Turned(form, card.orientation)


def _breast(exam: PredictExam, grid: Grid) -> NDArray[np.bool_] | None:
    """The breasts on the grid of the images: the data set's, else masked here; none without."""
    if exam.breast is not None:
        return breasts_on(read_mask(exam.breast), grid)
    if exam.native is None:
        return None
    return breasts_on(breast_mask(read_volume(exam.native), BreastParams()).mask, grid)


def _along(mask: NDArray[np.bool_] | None, grid: Grid) -> NDArray[np.bool_] | None:
    return None if mask is None else np.ascontiguousarray(Anatomical.of(grid).view(mask))


def _write(exam: PredictExam, out: Path, found: Prediction, mask: Mask, choice: Choice) -> Row:
    from breastdce.segment.net.predict import case_uncertainty

    grid = mask.grid
    if found.spread is not None:
        _write_bytes(out / "spread" / f"{exam.name}.nii.gz", on_grid(found.spread, grid), grid)
    if exam.native is not None:
        native = nearest(mask, read_grid(exam.native), Edge.ITK)
        write_mask(out / "native" / f"{exam.name}_mask.nii.gz", native)
    sure = case_uncertainty(found)
    row: Row = {
        "exam_id": exam.name,
        "origin": choice.origin,
        "networks": len(choice.models),
        "voxels": int(np.count_nonzero(mask.data)),
        "ml": mask.volume_ml,
        "entropy_bits": _known(sure.entropy),
        "volume_cv": _known(sure.volume_cv),
        "agreement": _known(sure.agreement),
    }
    write_json(out / f"{exam.name}_mask.json", row)
    write_mask(out / f"{exam.name}_mask.nii.gz", Mask(mask.data, grid))
    return row


def _write_bytes(path: Path, values: NDArray[np.float32], grid: Grid) -> None:
    whole = np.asfortranarray(np.rint(values * _BYTE), np.float32)
    write_volume(path, Volume(whole, grid), dtype="exact-integer")


def _known(value: float) -> float | None:
    return None if np.isnan(value) else value
