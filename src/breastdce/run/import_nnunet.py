"""Make a bundle of a model that was trained with nnU-Net v2: read once, then never unpickled."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from breastdce import __version__
from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError
from breastdce.formats.tensors import read_tensors
from breastdce.run.bundle import Bundle, Trained, check_place, write_bundle
from breastdce.run.checkpoint_process import Facts, read_apart
from breastdce.segment.bundle import ModelCard
from breastdce.segment.nnunet import PlannedNetwork, phases_of, read_plan
from breastdce.segment.preset import PredictionParams

_CHECKPOINTS = ("checkpoint_final.pth", "checkpoint_best.pth")
_UNSTATED = "Not stated in the files; whoever gave the weights knows."
_UNKNOWN_TRAINING = (
    "The bundle cannot tell whom the networks have learned from: for nobody is a result known to be"
    " out-of-fold."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOptions:
    """What is imported, and what its files do not say."""

    folder: Path
    """nnU-Net's results of one training: plans.json, dataset.json, fold_*."""
    bundle: Path
    phases: Sequence[str] = ()
    """Which phase each channel is."""
    axes: str | None = None
    """Where the indices of the training files run to, such as LPS."""
    license: str = _UNSTATED
    """Of the weights, in words."""
    source: str = ""
    """What was learned from, and how to cite it, in words."""


def import_nnunet(options: ImportOptions) -> Bundle:
    """Convert all folds of a training.

    Raises
    ------
    InputError
        PLAN_UNSUPPORTED, CHECKPOINT_REFUSED, WEIGHTS_FOREIGN.
    CallError
        CALL_INVALID where something must be given.
    StoreError
        OUTPUT_FOREIGN, OUTPUT_UNWRITABLE.
    """
    check_place(options.bundle)
    plans, dataset = (_table(options.folder / name) for name in ("plans.json", "dataset.json"))
    checkpoints = _checkpoints(options.folder)
    with tempfile.TemporaryDirectory() as scratch:
        aside = Path(scratch) / "weights.safetensors"
        facts = read_apart(checkpoints[0], aside)
        planned = read_plan(plans, dataset, facts.configuration, options.axes)
        card = _card(options, planned, facts)
        first = _converted(card, facts, aside)
        others = (_converted(card, read_apart(path, aside), aside) for path in checkpoints[1:])
        return write_bundle(options.bundle, card, chain((first,), others))


def _converted(card: ModelCard, facts: Facts, aside: Path) -> Trained:
    from breastdce.segment.net.build import empty_network
    from breastdce.segment.net.weights import distinct_weights

    network = empty_network(card.network, len(card.in_phases))
    return Trained(None, None, distinct_weights(network, read_tensors(aside, facts.seal)))


def _card(options: ImportOptions, planned: PlannedNetwork, facts: Facts) -> ModelCard:
    phases = phases_of(planned.channels, options.phases)
    sideways = next(n for n, letter in enumerate(planned.orientation) if letter in "RL")
    return ModelCard(
        title=f"{planned.name} ({facts.configuration}), trained with nnU-Net",
        package_version=__version__,
        preset=f"nnU-Net, {facts.trainer}",
        network=planned.network,
        in_phases=phases,
        orientation=planned.orientation,
        normalization=planned.normalization,
        patch=planned.patch,
        prediction=PredictionParams(mirror=sideways in facts.mirrored, postprocess="none"),
        methods=(
            f"Trained with nnU-Net v2 ({facts.trainer}), converted by breastdce {__version__}.",
        ),
        known_failures=(_UNKNOWN_TRAINING,),
        intended_input=(
            f"Breast DCE-MRI at 1 mm, z-scored over the phases together: {', '.join(phases)}."
        ),
        license=options.license,
        citation=tuple(filter(None, (options.source,))),
    )


def _checkpoints(folder: Path) -> list[Path]:
    """The final state of each fold, or the best where there is no final one."""
    found = [
        next((fold / name for name in _CHECKPOINTS if (fold / name).is_file()), None)
        for fold in sorted(folder.glob("fold_*"))
    ]
    checkpoints = [path for path in found if path is not None]
    if not checkpoints:
        raise _no_model(folder, f"no fold_*/{_CHECKPOINTS[0]} is there")
    return checkpoints


def _table(path: Path) -> dict[str, Any]:
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise _no_model(path.parent, f"{path.name} cannot be read: {error}") from error
    if not isinstance(table, dict):
        raise _no_model(path.parent, f"{path.name} is not a table")
    return table


def _no_model(folder: Path, why: str) -> InputError:
    return InputError(
        ErrorCode.PLAN_UNSUPPORTED,
        "The folder is not what a training of nnU-Net v2 leaves",
        evidence={"folder": str(folder), "why": why},
        remedy="Give the folder that holds plans.json, dataset.json and fold_0.",
    )
