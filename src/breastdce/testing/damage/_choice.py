"""What the kinds of damage share: which slices are hit, and how their headers are rewritten."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

import numpy as np

from breastdce.testing.damage._contract import Changes, Scene
from breastdce.testing.damage._elements import DataSet, edited

T = TypeVar("T")
Edit = Callable[[DataSet], None]


def one(items: Sequence[T], rng: np.random.Generator) -> T:
    """One of several, each as likely."""
    return items[int(rng.integers(len(items)))]


def one_slice(scene: Scene, rng: np.random.Generator) -> str:
    """Any slice of the dynamic."""
    return one(scene.slices, rng)


def inner_slice(scene: Scene, rng: np.random.Generator) -> str:
    """A slice that is neither the first nor the last of its phase."""
    return one(one(scene.phases, rng)[1:-1], rng)


def some_slices(scene: Scene, rng: np.random.Generator) -> tuple[str, ...]:
    """One slice, all of one phase, or all of the dynamic."""
    kind = int(rng.integers(3))
    if kind == 0:
        return (one_slice(scene, rng),)
    return one(scene.phases, rng) if kind == 1 else scene.slices


def part_of_slices(scene: Scene, rng: np.random.Generator) -> tuple[str, ...]:
    """One slice, the second half of one phase, or all of one phase: never all of the dynamic."""
    kind = int(rng.integers(3))
    phase = one(scene.phases, rng)
    if kind == 0:
        return (one(phase, rng),)
    return phase[len(phase) // 2 :] if kind == 1 else phase


def rewritten(scene: Scene, names: Iterable[str], edit: Edit) -> Changes:
    """The same edit in the headers of several files."""
    return {name: edited(scene.files[name], edit) for name in names}


def put_text(tag: int, vr: bytes, text: str | bytes) -> Edit:
    """An edit that replaces one value."""

    def edit(data: DataSet) -> None:
        data.put(tag, vr, text)

    return edit
