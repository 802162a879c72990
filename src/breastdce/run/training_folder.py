"""The folder of a training: where everything lies, and what it was started with.

run.toml               every key of the preset, resolved
folds.json             who tests, validates and trains
environment.json       versions, device, threads
cases/                 exams as training reads them; may be deleted, and is then made again
outer0/inner0/         log.tsv, the state of the last epochs, then model.safetensors, model.json
outer0/predictions/    <exam>_mask.nii.gz <exam>_prob.nii.gz, of exams that were never seen
metrics.tsv            one row an exam, out of fold
bundle/                the model, to be given away
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError, StoreError
from breastdce.formats.atomic import UNFINISHED, remove_unfinished, write_bytes
from breastdce.formats.tensors import Arrays, Seal, read_tensors, write_tensors
from breastdce.segment.preset import Preset, parse_preset


class Trained(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The content of model.json of one network: written last, so it says that all is done."""

    seal: Seal
    epochs: int
    best_epoch: int
    skipped: int


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """One network of the cross-validation."""

    path: Path

    @property
    def log(self) -> Path:
        """One row an epoch."""
        return self.path / "log.tsv"

    @property
    def validation(self) -> Path:
        """Whole exams that the network validated on."""
        return self.path / "val_cases.tsv"

    def trained(self) -> Trained | None:
        """What is known of the finished network; none while it is not."""
        try:
            return msgspec.json.decode((self.path / "model.json").read_bytes(), type=Trained)
        except FileNotFoundError:
            return None
        except msgspec.DecodeError as error:
            raise InputError(
                ErrorCode.WEIGHTS_DAMAGED,
                evidence={"file": str(self.path / "model.json"), "why": str(error)},
            ) from error

    def finish(self, arrays: Arrays, *, epochs: int, best_epoch: int, skipped: int) -> None:
        """Write the weights, then that they are there."""
        seal = write_tensors(self.path / "model.safetensors", arrays)
        record = Trained(seal=seal, epochs=epochs, best_epoch=best_epoch, skipped=skipped)
        write_bytes(self.path / "model.json", msgspec.json.encode(record))

    def weights(self) -> Arrays:
        """Read the weights of a finished network."""
        trained = self.trained()
        if trained is None:
            raise InputError(ErrorCode.WEIGHTS_DAMAGED, evidence={"file": str(self.path)})
        return read_tensors(self.path / "model.safetensors", trained.seal)


@dataclass(frozen=True, slots=True)
class RunFolder:
    """A training."""

    root: Path

    @property
    def cases(self) -> Path:
        """Stored exams."""
        return self.root / "cases"

    @property
    def folds(self) -> Path:
        """Who is where."""
        return self.root / "folds.json"

    @property
    def metrics(self) -> Path:
        """Out-of-fold scores."""
        return self.root / "metrics.tsv"

    @property
    def bundle(self) -> Path:
        """The model to give away."""
        return self.root / "bundle"

    @property
    def lock(self) -> Path:
        """Held while a training runs."""
        return self.root / ".lock"

    def model(self, outer: int, inner: int) -> ModelFolder:
        """One network's folder."""
        return ModelFolder(self.root / f"outer{outer}" / f"inner{inner}")

    def predictions(self, outer: int) -> Path:
        """Masks and probabilities of the exams that an outer fold tests."""
        return self.root / f"outer{outer}" / "predictions"

    def begin(self, preset: Preset, environment: dict[str, object]) -> None:
        """Write what the training is started with, or check that it is the same as before.

        Raises
        ------
        StoreError
            OUTPUT_FOREIGN when the folder holds a training with another preset, or other things.
        """
        path = self.root / "run.toml"
        if path.exists():
            if parse_preset(path.read_text(encoding="utf-8"), str(path)) != preset:
                raise StoreError(
                    ErrorCode.OUTPUT_FOREIGN,
                    "The folder holds a training with another preset",
                    evidence={"folder": str(self.root), "preset": preset.name},
                    remedy="Give another folder with --out, or the preset that is in its run.toml.",
                )
        else:
            allowed = {self.folds.name, self.cases.name, self.lock.name}
            there = {entry.name for entry in self.root.glob("*")}
            others = {name for name in there - allowed if not name.startswith(UNFINISHED)}
            if others:
                raise StoreError(
                    ErrorCode.OUTPUT_FOREIGN,
                    "The folder holds something that is not a training",
                    evidence={"folder": str(self.root), "holds": sorted(others)[:8]},
                    remedy="Give a new or empty folder with --out.",
                )
            write_bytes(path, preset_toml(preset))
        remove_unfinished(self.root)
        payload = msgspec.json.format(msgspec.json.encode(environment), indent=2)
        write_bytes(self.root / "environment.json", payload)


def preset_toml(preset: Preset) -> bytes:
    """A preset with every key, as TOML; what has no value is left out."""
    import tomli_w

    return tomli_w.dumps(_filled(msgspec.to_builtins(preset))).encode()


def _filled(value: dict[str, object]) -> dict[str, object]:
    """Without keys whose value is none, which TOML cannot say."""
    return {
        key: _filled(item) if isinstance(item, dict) else item
        for key, item in value.items()
        if item is not None
    }
