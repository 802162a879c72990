"""What a model says of itself, the content of model.json, and whom it may be asked about."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from typing import Annotated, Literal, NamedTuple

import msgspec
from msgspec import Meta

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError
from breastdce.core.params import Params
from breastdce.segment.folds import Folds
from breastdce.segment.preset import PHASES, NetworkParams, PredictionParams, Shape

FORMAT = 1
"""Version of the record; the key `format` states it."""
Origin = Literal["out_of_fold", "in_sample", "unknown"]
"""Of an output: no model behind it has seen the participant; every one has; nobody can tell."""

AXIS = {"R": 0, "L": 0, "A": 1, "P": 1, "S": 2, "I": 2}
"""Axis of the body that a letter of an orientation stands for."""

Sha256 = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
FileName = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,99}\.safetensors$")]
"""A name in the bundle's own folder, never a path."""
Place = Annotated[int, Meta(ge=0)]
Millimeters = Annotated[float, Meta(gt=0)]


class WeightsFile(Params, frozen=True, kw_only=True):
    """One trained network."""

    file: FileName
    size_bytes: Annotated[int, Meta(ge=1)]
    sha256: Sha256
    outer: Place | None = None
    """Outer fold whose test participants it has not seen; none: not of a cross-validation."""
    inner: Place | None = None


class MemberFold(Params, frozen=True, kw_only=True):
    """Who took part in making one network, as salted hashes in order."""

    outer: Place
    inner: Place
    train: tuple[Sha256, ...]
    val: tuple[Sha256, ...]


class Membership(Params, frozen=True, kw_only=True):
    """Who took part in making each network.

    Whoever holds the bundle can try out names: the hashes answer "was this participant in it?",
    they do not hide who was.
    """

    salt: Annotated[str, Meta(min_length=16)]
    folds: Annotated[tuple[MemberFold, ...], Meta(min_length=1)]


class TrainingData(Params, frozen=True, kw_only=True):
    """What the networks have learned from."""

    n_participants: Annotated[int, Meta(ge=1)] | None = None
    n_exams: Annotated[int, Meta(ge=1)] | None = None
    makers: tuple[str, ...] = ()
    """Makers of the scanners."""
    source: str
    license: str
    """Of the data, in words."""


class Metric(Params, frozen=True, kw_only=True):
    """A figure with its 95 % confidence interval, where there is one."""

    value: float
    low: float | None = None
    high: float | None = None
    n: Annotated[int, Meta(ge=0)] | None = None
    """Exams behind it."""


class ModelCard(Params, frozen=True, kw_only=True):
    """The content of model.json."""

    format: int = FORMAT
    title: Annotated[str, Meta(min_length=1, max_length=200)]
    package_version: str
    """Of breastdce, when the bundle was written."""
    preset: str
    """Name of the preset, or of the program that trained it."""
    network: NetworkParams
    in_phases: Annotated[tuple[str, ...], Meta(min_length=1)] = PHASES
    """Input channels, in order."""
    spacing_mm: tuple[Millimeters, Millimeters, Millimeters] = (1.0, 1.0, 1.0)
    """Of the input, along i, j, k."""
    orientation: Annotated[str, Meta(pattern="^[RLAPSI]{3}$")] = "RAS"
    """Where each index of the network's input runs to; breastdce's own arrays are RAS."""
    normalization: Literal["pooled", "per_channel"] = "pooled"
    """`pooled`: z-score with the mean and SD of the three phases together, as in a data set's
    `images/`; `per_channel`: then once more, each phase by its own."""
    patch: Shape
    """Voxels along the network's own axes."""
    prediction: PredictionParams = PredictionParams()
    precision: tuple[str, ...] = ()
    """Sentences: in what precision it was trained, and what was found to be safe."""
    models: tuple[WeightsFile, ...] = ()
    training: TrainingData | None = None
    """None: not known."""
    methods: tuple[str, ...] = ()
    """Sentences: how it was trained."""
    metrics: dict[str, Metric] = msgspec.field(default_factory=dict)
    known_failures: tuple[str, ...] = ()
    """Sentences."""
    intended_input: str
    license: str
    """Of the weights, in words."""
    citation: tuple[str, ...] = ()
    membership: Membership | None = None
    """None: nobody can tell whether an exam was learned from."""


class Choice(NamedTuple):
    """Which networks may predict an exam, and what the result is then worth."""

    models: tuple[int, ...]
    """Places in `ModelCard.models`."""
    origin: Origin


def parse_card(payload: bytes, origin: str) -> ModelCard:
    """Read and check model.json; `origin` is named in errors.

    Raises
    ------
    InputError
        BUNDLE_NEWER for a form of the future; BUNDLE_INVALID with the place of what is wrong.
    """
    try:
        found = msgspec.json.decode(payload, type=_Form).format
        if found > FORMAT:
            raise InputError(
                ErrorCode.BUNDLE_NEWER,
                evidence={"file": origin, "format": found, "known": FORMAT},
            )
        card = msgspec.json.decode(payload, type=ModelCard)
    except (msgspec.DecodeError, RecursionError) as error:
        raise _invalid(str(error), file=origin) from error
    check_card(card)
    return card


class _Form(msgspec.Struct):
    format: int


def check_card(card: ModelCard) -> None:
    """Raise InputError(BUNDLE_INVALID) where the parts of a record contradict each other."""
    if card.format != FORMAT:
        raise _invalid("unknown format", format=card.format)
    if not card.models:
        raise _invalid("it names no weights")
    twice = _twice([model.file.casefold() for model in card.models])
    if twice:
        raise _invalid("two networks share a file", files=twice)
    axes = sorted(AXIS[letter] for letter in card.orientation)
    if axes != [0, 1, 2]:
        raise _invalid("the orientation names an axis twice", orientation=card.orientation)
    if card.membership is not None:
        _check_membership(card)


def _check_membership(card: ModelCard) -> None:
    assert card.membership is not None  # noqa: S101 - the caller has looked
    hashed = [(fold.outer, fold.inner) for fold in card.membership.folds]
    made = [(model.outer, model.inner) for model in card.models]
    if _twice(hashed) or sorted(hashed) != sorted(made, key=str) or _twice(made):
        raise _invalid("weights and membership name different folds")


def membership_of(folds: Folds, models: Iterable[tuple[int, int]]) -> Membership:
    """Hash who trained and who validated each network.

    Parameters
    ----------
    folds
        The cross-validation.
    models
        Outer and inner number of each network of the bundle.

    Notes
    -----
    A hash is the SHA-256 of salt, a zero byte and the participant's identifier. The salt stands
    beside the hashes and is made from the folds' seed and data set, so that equal trainings give
    equal bundles.
    """
    words = f"membership\0{folds.seed}\0{folds.dataset_digest}"
    salt = hashlib.sha256(words.encode()).hexdigest()[:32]
    parts = {(outer.outer, inner.inner): inner for outer in folds.folds for inner in outer.inner}
    return Membership(
        salt=salt,
        folds=tuple(
            MemberFold(
                outer=outer,
                inner=inner,
                train=_hashes(salt, parts[outer, inner].train),
                val=_hashes(salt, parts[outer, inner].val),
            )
            for outer, inner in models
        ),
    )


def choose_models(card: ModelCard, participant: str, *, in_sample: bool = False) -> Choice:
    """Which networks may predict an exam of this participant.

    Those that have not seen it: for a participant of the cross-validation the networks of the
    outer fold that tests it, for a stranger all. Where membership is not known, all, and the
    origin says so.

    Parameters
    ----------
    card
        Of a bundle that was read.
    participant
        Identifier as in the data set that was trained on.
    in_sample
        Whether networks that have seen the participant may predict where no other can.

    Raises
    ------
    InputError
        LEAK when every network has seen the participant, unless `in_sample`.
    """
    everyone = tuple(range(len(card.models)))
    if card.membership is None:
        return Choice(everyone, "unknown")
    name = _hash(card.membership.salt, participant)
    saw = {
        (fold.outer, fold.inner)
        for fold in card.membership.folds
        if name in fold.train or name in fold.val
    }
    unseen = [n for n, model in enumerate(card.models) if (model.outer, model.inner) not in saw]
    if unseen:
        return Choice(tuple(unseen), "out_of_fold")
    if in_sample:
        return Choice(everyone, "in_sample")
    raise InputError(ErrorCode.LEAK, evidence={"participant": participant, "model": card.title})


def origin_of(card: ModelCard, participant: str) -> Origin:
    """What the best that the bundle can say of this participant's exams is worth."""
    return choose_models(card, participant, in_sample=True).origin


def _hashes(salt: str, participants: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(_hash(salt, name) for name in participants))


def _hash(salt: str, participant: str) -> str:
    return hashlib.sha256(f"{salt}\0{participant}".encode()).hexdigest()


def _twice(values: Iterable[object]) -> list[object]:
    return [value for value, times in Counter(values).items() if times > 1]


def _invalid(why: str, **evidence: object) -> InputError:
    return InputError(ErrorCode.BUNDLE_INVALID, evidence={"why": why, **evidence})
