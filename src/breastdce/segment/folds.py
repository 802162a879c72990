"""Nested cross-validation by participant: who tests, who validates, who trains.

The published code looked up inner folds, which are positions in a shortened list, in the full
list, so that most test subjects had trained their own model (spec: GaNDLF 0.0.14,
training_manager.py 211 and 224). Here folds hold identifiers, never positions, and every promise
about them is checked whenever they are made or read.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Literal

import msgspec

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError

_FIFTHS = 5  # of which one validates where there is one model per outer fold
Fold = Annotated[int, msgspec.Meta(ge=1)]


class Inner(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One model: whom it learns from, and who says when."""

    inner: int
    train: tuple[str, ...]
    val: tuple[str, ...]


class Outer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Participants kept away from all models of this fold, and the models."""

    outer: int
    test: tuple[str, ...]
    inner: tuple[Inner, ...]


class Folds(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The content of folds.json: the truth about who was where, never made again silently."""

    format: Literal[1] = 1
    unit: Literal["participant"] = "participant"
    seed: int
    outer: Fold
    inner: Fold
    strata: tuple[str, ...]
    """Columns whose values were spread evenly."""
    dataset_digest: str
    folds: tuple[Outer, ...]

    @property
    def participants(self) -> frozenset[str]:
        """Everyone."""
        return frozenset(name for fold in self.folds for name in fold.test)


def check_enough(participants: int, *, outer: int, inner: int) -> None:
    """Raise InputError(FOLDS_INVALID) where nested folds need more participants than there are."""
    parts = _parts(inner)
    least = outer
    while least - -(-least // outer) < parts:  # who is left when the largest test is taken out
        least += 1
    if participants < least:
        raise InputError(
            ErrorCode.FOLDS_INVALID,
            "There are too few participants for the folds",
            evidence={"participants": participants, "least": least, "outer": outer, "inner": inner},
            remedy=f"Train on {least} participants or more, or give --preset a .toml with "
            "outer = 3 and inner = 2, for which 3 are enough.",
        )


def _parts(inner: int) -> int:
    return inner if inner > 1 else _FIFTHS


def make_folds(
    strata: Mapping[str, Sequence[str]],
    *,
    names: Sequence[str],
    seed: int,
    outer: int,
    inner: int,
    dataset_digest: str,
) -> Folds:
    """Deal participants to nested folds.

    Parameters
    ----------
    strata
        Values of each participant, one for each of `names`; a missing value is a value.
    names
        What the values are, for the record.
    seed
        Decides between equals; the same seed and participants give the same folds.
    outer, inner
        Number of folds, at least 2. `inner` may be 1: then one model is made per outer fold, which
        validates on a fifth of the others.

    Raises
    ------
    InputError
        As `check_enough`.

    Notes
    -----
    Participants of the rarest strata are dealt first, each to the fold with the fewest of its
    stratum, then the fewest of all.
    """
    kinds = {name: tuple(values) for name, values in strata.items()}
    everyone = frozenset(kinds)
    check_enough(len(everyone), outer=outer, inner=inner)
    folds = []
    for number, test in enumerate(_dealt(kinds, everyone, outer, f"{seed}")):
        others = everyone - test
        parts = _dealt(kinds, others, _parts(inner), f"{seed}.{number}")
        models = [
            Inner(place, tuple(sorted(others - val)), tuple(sorted(val)))
            for place, val in enumerate(parts[:inner])
        ]
        folds.append(Outer(number, tuple(sorted(test)), tuple(models)))
    made = Folds(
        seed=seed,
        outer=outer,
        inner=inner,
        strata=tuple(names),
        dataset_digest=dataset_digest,
        folds=tuple(folds),
    )
    check_folds(made)
    return made


def _dealt(
    kinds: Mapping[str, tuple[str, ...]], members: Iterable[str], count: int, salt: str
) -> list[frozenset[str]]:
    size = Counter(kinds[name] for name in members)
    by_rarity = sorted(
        members, key=lambda name: (size[kinds[name]], kinds[name], _hash(salt, name))
    )
    parts: list[set[str]] = [set() for _ in range(count)]
    alike = [Counter[tuple[str, ...]]() for _ in range(count)]
    for name in by_rarity:
        kind = kinds[name]
        place = min(range(count), key=lambda n: (alike[n][kind], len(parts[n]), n))
        parts[place].add(name)
        alike[place][kind] += 1
    return [frozenset(part) for part in parts]


def _hash(salt: str, name: str) -> bytes:
    return hashlib.blake2b(f"{salt}\0{name}".encode(), digest_size=16).digest()


def check_folds(folds: Folds) -> None:
    """Raise InputError(FOLDS_INVALID) unless every promise holds.

    Outer tests share nobody; for each outer fold training and validation together are all others,
    and share nobody; with more than one inner fold their validations share nobody and are all
    others.
    """
    tests = [name for fold in folds.folds for name in fold.test]
    if len(tests) != len(set(tests)):
        raise _invalid("a participant is tested twice", participants=_twice(tests))
    if len(folds.folds) != folds.outer:
        raise _invalid("the number of outer folds differs", folds=len(folds.folds))
    everyone = frozenset(tests)
    for fold in folds.folds:
        _check_outer(fold, everyone - set(fold.test), folds.inner)


def _check_outer(fold: Outer, others: frozenset[str], inner: int) -> None:
    if len(fold.inner) != inner:
        raise _invalid("the number of inner folds differs", outer=fold.outer)
    for model in fold.inner:
        place = {"outer": fold.outer, "inner": model.inner}
        both = set(model.train) & set(model.val)
        if both:
            raise _invalid("a participant trains and validates", **place, participants=sorted(both))
        if set(model.train) | set(model.val) != others:
            raise _invalid("training and validation are not all others", **place)
        if not (model.train and model.val):
            raise _invalid("nobody trains or nobody validates", **place)
    validated = [name for model in fold.inner for name in model.val]
    if inner > 1 and (len(validated) != len(others) or set(validated) != others):
        raise _invalid("inner validations are not all others, each once", outer=fold.outer)


def check_apart(seen: Iterable[str], allowed: Iterable[str], *, what: str) -> None:
    """Raise InputError(FOLDS_INVALID) where someone was loaded who does not belong there."""
    strangers = sorted(set(seen) - set(allowed))
    if strangers:
        raise _invalid(f"a participant does not belong to {what}", participants=strangers)


def _twice(names: Iterable[str]) -> list[str]:
    return sorted(name for name, times in Counter(names).items() if times > 1)


def _invalid(why: str, **evidence: object) -> InputError:
    return InputError(ErrorCode.FOLDS_INVALID, evidence={"why": why, **evidence})
