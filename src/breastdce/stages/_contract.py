"""What a stage is: typed inputs and outputs, parameters, a version, and one pure function."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar

from breastdce.core.caveats import Caveat
from breastdce.core.params import Params

In = TypeVar("In")
Out = TypeVar("Out")
P = TypeVar("P", bound=Params)


class Context(NamedTuple):
    """What a stage may use beside its inputs: no store, no clock, no random generator."""

    threads: int
    """Threads it may use, only where bytes cannot depend on the number."""


@dataclass(frozen=True, slots=True)
class Result(Generic[Out]):
    """Outputs of a stage and the limits they carry."""

    outputs: Out
    caveats: tuple[Caveat, ...] = ()


@dataclass(frozen=True, slots=True)
class Stage(Generic[In, P, Out]):
    """One step of an exam.

    `inputs` and `outputs` are NamedTuple classes: a field is a slot, its annotation the artifact
    type; the planner checks each slot against its producer's annotation. An input slot `X | None`
    with the default None is filled where an earlier step of the recipe makes that artifact.
    """

    name: str
    """Equals the file name."""
    version: int
    """Raised whenever equal inputs may give other bytes."""
    inputs: type[In]
    params: type[P]
    outputs: type[Out]
    run: Callable[[In, P, Context], Result[Out]]
    methods: Callable[[P], str]
    """A sentence or two for the methods paragraph, in the past tense, with the parameters."""
    engines: Callable[[P], tuple[str, ...]] = lambda _: ()
    """Distributions whose major.minor version enters the key, for example ("SimpleITK",)."""


AnyStage = Stage[Any, Any, Any]
