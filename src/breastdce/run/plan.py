"""From a recipe to a checked plan: stages found, slots wired, parameters complete.

Nothing is read but the recipe: a wrong recipe is refused before any image is touched.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from types import NoneType
from typing import Any, get_args, get_type_hints

import msgspec

from breastdce.core.catalog import Catalog
from breastdce.core.codes import ErrorCode
from breastdce.core.digest import digest_json
from breastdce.core.errors import RecipeError
from breastdce.core.extras import extra_with, how_to_install
from breastdce.core.params import Params
from breastdce.core.toml import reason_of
from breastdce.run.recipe import Recipe
from breastdce.stages._contract import AnyStage, Stage

SOURCE = "source"
"""The artifact that is given: where an exam's files are."""
MODEL = "model"
"""The artifact that is given where a network is to outline tumors."""
EXPERT = "stv_expert"
"""The mask that is given where a revision was accepted."""
REVISION = "revision"
"""The artifact beside it: which revision that is."""

STAGES: Catalog[AnyStage] = Catalog("breastdce.stages", "STAGE", Stage)


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """A step whose stage, parameters and wiring have been checked."""

    stage: AnyStage
    params: Params
    reads: dict[str, str]
    writes: dict[str, str]
    keep: bool

    def key(self, inputs: dict[str, str]) -> str:
        """Name of this computation; `inputs` maps slots to content digests."""
        return digest_json(
            {
                "stage": self.stage.name,
                "version": self.stage.version,
                "params": msgspec.to_builtins(self.params),
                "inputs": inputs,
                "engines": {name: _minor(full) for name, full in self.engines().items()},
            }
        )

    def engines(self) -> dict[str, str]:
        """Full versions of the engines behind the stage."""
        return {name: version(name) for name in self.stage.engines(self.params)}


@dataclass(frozen=True, slots=True)
class Plan:
    """Checked steps in order, and the type of each artifact they make."""

    recipe: Recipe
    steps: tuple[PlannedStep, ...]
    types: dict[str, Any]

    def producer(self, artifact: str) -> PlannedStep:
        """Return the step that makes an artifact."""
        return next(step for step in self.steps if artifact in step.writes.values())

    def last_reader(self, artifact: str) -> int:
        """Index of the last step that reads an artifact; -1 when none does."""
        readers = [i for i, step in enumerate(self.steps) if artifact in step.reads.values()]
        return readers[-1] if readers else -1


def make_plan(recipe: Recipe, given: Iterable[str] = (SOURCE,)) -> Plan:
    """Check a recipe and complete it; `given` names the artifacts that no step makes.

    Raises
    ------
    RecipeError
        RECIPE_INVALID or UNKNOWN_ENTRY with the step and the slot; ENGINE_MISSING with the package
        that a step needs.
    """
    steps: list[PlannedStep] = []
    types: dict[str, Any] = dict.fromkeys(given)
    for number, step in enumerate(recipe.step):
        stage = STAGES.get(step.stage)
        place = f"step {number + 1} ({step.stage})"
        params = _params(stage, step.params, place)
        _check_engines(stage.engines(params), place)
        reads = _reads(stage, step.reads, types, place)
        outputs = get_type_hints(stage.outputs)
        writes = _wire(outputs, step.writes, place, "writes")
        for slot, artifact in writes.items():
            if artifact in types:
                raise _wrong(place, f"artifact {artifact!r} is made twice")
            types[artifact] = outputs[slot]
        steps.append(PlannedStep(stage, params, reads, writes, step.keep))
    return Plan(recipe, tuple(steps), types)


def _check_engines(engines: Iterable[str], place: str) -> None:
    for name in engines:
        try:
            version(name)
        except PackageNotFoundError as error:
            raise RecipeError(
                ErrorCode.ENGINE_MISSING,
                "The recipe has a step whose package is not installed",
                evidence={"place": place, "package": name},
                remedy=f"{_how_to_install(name)} Or leave the step out of the recipe.",
            ) from error


def _how_to_install(package: str) -> str:
    extra = extra_with(package)
    return how_to_install(extra) if extra else f"Install it: pip install {package}."


def _reads(
    stage: AnyStage, given: dict[str, str], types: dict[str, Any], place: str
) -> dict[str, str]:
    """Artifact of each slot; an optional slot whose artifact nobody makes stays empty."""
    slots = get_type_hints(stage.inputs)
    reads = _wire(slots, given, place, "reads")
    unfilled = {
        slot
        for slot in stage.inputs._field_defaults
        if slot not in given and reads[slot] not in types
    }
    for slot, artifact in reads.items():
        if slot not in unfilled:
            _check_read(types, artifact, _filled(slots[slot]), f"{place}, {slot}")
    return {slot: artifact for slot, artifact in reads.items() if slot not in unfilled}


def _filled(kind: Any) -> Any:
    """The type of a slot that may be None, when it is not."""
    kinds = [one for one in get_args(kind) if one is not NoneType]
    return kinds[0] if NoneType in get_args(kind) else kind


def _wire(slots: dict[str, Any], given: dict[str, str], place: str, what: str) -> dict[str, str]:
    unknown = sorted(set(given) - set(slots))
    if unknown:
        raise _wrong(place, f"{what} names no slot {unknown[0]!r}; slots are {sorted(slots)}")
    return {slot: given.get(slot, slot) for slot in slots}


def _check_read(types: dict[str, Any], artifact: str, kind: Any, place: str) -> None:
    if artifact not in types:
        raise _wrong(place, f"artifact {artifact!r} is not made by an earlier step")
    made = types[artifact]
    if made is not None and made != kind:
        raise _wrong(place, f"artifact {artifact!r} is {_name(made)}, {_name(kind)} is needed")


def _params(stage: AnyStage, given: dict[str, object], place: str) -> Params:
    try:
        params: Params = msgspec.convert(given, stage.params)
    except msgspec.ValidationError as error:
        raise _wrong(place, f"params: {reason_of(error)}") from error
    return params


def _name(kind: Any) -> str:
    return getattr(kind, "__name__", str(kind))


def _minor(text: str) -> str:
    # A patch release of an engine should not make every stored result stale.
    return ".".join(text.split(".")[:2])


def _wrong(place: str, why: str) -> RecipeError:
    return RecipeError(ErrorCode.RECIPE_INVALID, evidence={"place": place, "why": why})
