"""A preset: the network, how it is trained and how it is used, as one strict TOML file."""

from __future__ import annotations

from importlib import resources
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import RecipeError
from breastdce.core.params import Params
from breastdce.core.toml import TomlError, parse_toml, reason_of
from breastdce.segment.schedule import ScheduleParams

SCHEMA = 1
"""Version of the files' form; the key `schema` states it."""
PHASES = ("0000", "0001", "0002")

Count = Annotated[int, Meta(ge=1)]
Share = Annotated[float, Meta(ge=0, le=1)]
Shape = Annotated[tuple[Count, Count, Count], Meta(description="voxels along i, j, k")]
Planned = Literal["plan"]


class ResUNetParams(Params, frozen=True, tag_field="kind", tag="resunet"):
    """The paper's residual U-Net: GaNDLF 0.0.14, `models/unet.py`, architecture `resunet`."""

    base: Count = 30
    """Channels of the first level; doubled at each of the four below."""
    norm: Literal["instance", "batch"] = "instance"
    """At batch size 1 both are the same function."""
    running_stats: bool = False
    """Whether the instance norm uses other statistics in evaluation than in training, as the
    original does; for weights that were trained so."""
    dropout: Share = 0.5
    """Of whole channels, after the first convolution of a pair on the way down."""
    coarse: Annotated[int, Meta(ge=1, le=4)] = 1
    """Voxels along each axis that the network sees as one: their mean goes in, and logits come out
    trilinearly. 2 on a grid of 1 mm works at 2 mm, in an eighth of the time, and sees twice as far
    around; what is finer is lost. The original has 1."""


class ResEncParams(Params, frozen=True, tag_field="kind", tag="resenc"):
    """nnU-Net's U-Net with residual encoder (`ResidualEncoderUNet`, its large configuration)."""

    features: tuple[Count, ...] = (32, 64, 128, 256, 320, 320)
    """Channels of each stage."""
    kernels: tuple[Shape, ...] = ()
    """Kernel of each stage; none: 3 along every axis."""
    strides: tuple[Shape, ...] = ()
    """Stride at the entry of each stage; none: from the second on a stage halves every axis."""
    blocks: tuple[Count, ...] = (1, 3, 4, 6, 6, 6)
    """Residual blocks of each stage of the encoder."""
    decoder_convs: Count = 1
    """Convolutions of each stage of the decoder."""
    deep_supervision: bool = True
    """Whether training also scores the coarser outputs."""


class PlainParams(Params, frozen=True, tag_field="kind", tag="plain"):
    """nnU-Net's plain U-Net (`PlainConvUNet`), as published weights have it."""

    features: tuple[Count, ...] = (32, 64, 128, 256, 320, 320)
    """Channels of each stage."""
    kernels: tuple[Shape, ...] = ((3, 3, 3),) * 6
    """Kernel of each stage."""
    strides: tuple[Shape, ...] = ((1, 1, 1), *((2, 2, 2),) * 5)
    """Stride at the entry of each stage."""
    encoder_convs: tuple[Count, ...] = (2,) * 6
    """Convolutions of each stage of the encoder."""
    decoder_convs: tuple[Count, ...] = (2,) * 5
    """Convolutions of each stage of the decoder."""
    deep_supervision: bool = True
    """Whether training also scores the coarser outputs."""


NetworkParams = ResUNetParams | ResEncParams | PlainParams


class TurnParams(Params, frozen=True):
    """How patches are turned and scaled as they are cut, all phases and the label together."""

    rotate_probability: Share = 0.2
    rotate_deg: Annotated[float, Meta(ge=0, le=180)] = 30.0
    """Largest angle about each axis."""
    scale_probability: Share = 0.2
    scale: tuple[float, float] = (0.7, 1.4)
    """Size of things in the patch, relative to the exam; nnU-Net's range."""


class UniformParams(Params, frozen=True, tag_field="kind", tag="uniform"):
    """The paper's patches: so many of every exam in every epoch, anywhere."""

    patch: Shape | Planned = (128, 128, 128)
    batch: Count | Planned = 1
    patches_per_exam: Count = 10
    """GaNDLF's default (`parseConfig.py:20`); an epoch is this times exams / batch steps."""
    turn: TurnParams | None = None


class ForegroundParams(Params, frozen=True, tag_field="kind", tag="foreground"):
    """nnU-Net's patches: so many steps an epoch, a share of each batch around the tumor."""

    patch: Shape | Planned = "plan"
    batch: Count | Planned = "plan"
    steps_per_epoch: Count = 250
    foreground: Share = 0.33
    """Share of a batch that is centered near a tumor voxel; at least one patch."""
    turn: TurnParams | None = None


SamplingParams = UniformParams | ForegroundParams


class LossParams(Params, frozen=True):
    """What training lowers."""

    kind: Literal["mcd", "dice_ce"] = "dice_ce"
    """`mcd`: mean over background and tumor of 1 - Dice, the whole batch as one vector, GaNDLF's;
    `dice_ce`: minus the Dice of the tumor of each sample, plus cross-entropy, nnU-Net's."""


class OptimizerParams(Params, frozen=True):
    """How weights follow the gradient."""

    kind: Literal["sgd", "adamw"] = "sgd"
    momentum: Share = 0.9
    """Of SGD."""
    nesterov: bool = False
    """Of SGD."""
    weight_decay: Annotated[float, Meta(ge=0)] = 0.0
    clip_grad_norm: Annotated[float, Meta(gt=0)] | None = None
    """Largest norm of the whole gradient; none: not clipped."""


class TrainingParams(Params, frozen=True):
    """Cross-validation, precision, and which weights are kept."""

    outer: Annotated[int, Meta(ge=2)] = 5
    """Outer folds: each participant is tested once."""
    inner: Count = 5
    """Models of each outer fold; 1: one model, on the first inner split."""
    precision: Literal["fp32", "bf16", "auto"] = "auto"
    """`bf16`: by autocast; `auto`: where the device computes it faster."""
    ema: Share | None = None
    """Decay, a step, of the moving mean of the weights, which is then what is kept; none: the
    weights themselves."""
    select: Literal["last", "best"] = "last"
    """`best`: the epoch of the least validation loss."""
    patience: Count | None = None
    """Epochs without a smaller validation loss after which training ends; none: never."""


class PredictionParams(Params, frozen=True):
    """How a trained network is applied."""

    overlap: Annotated[float, Meta(ge=0, lt=1)] = 0.5
    """Of neighboring windows, as a share of their width; windows have the size of the patch."""
    weights: Literal["gaussian", "flat"] = "gaussian"
    """Of a window's voxels where windows overlap."""
    mirror: bool = False
    """Whether the mean with the exam mirrored left to right is taken."""
    threshold: Share = 0.5
    """Least probability of the tumor."""
    postprocess: Literal["none", "stv"] = "stv"
    """`stv`: the part with the largest summed probability and parts within 20 mm of it."""


class Preset(Params, frozen=True):
    """Everything that makes a model, but the data."""

    schema: int
    name: Annotated[str, Meta(pattern="^[A-Za-z0-9_-]{1,64}$")]
    description: str = ""
    in_phases: Annotated[tuple[str, ...], Meta(min_length=1)] = PHASES
    """Input channels, in order."""
    network: NetworkParams = ResUNetParams()
    sampling: SamplingParams = ForegroundParams()
    augment: tuple[dict[str, Any], ...] = ()
    """Transforms in order: the key `transform` names one, the others are its parameters."""
    loss: LossParams = LossParams()
    optimizer: OptimizerParams = OptimizerParams()
    schedule: ScheduleParams = ScheduleParams()
    training: TrainingParams = TrainingParams()
    prediction: PredictionParams = PredictionParams()


def shipped_presets() -> tuple[str, ...]:
    """Names of the presets that ship with the package."""
    folder = resources.files("breastdce.segment.presets")
    names = (entry.name for entry in folder.iterdir())
    return tuple(sorted(name[:-5] for name in names if name.endswith(".toml")))


def shipped_preset(name: str) -> Preset:
    """Read a preset that ships with the package.

    Raises
    ------
    RecipeError
        UNKNOWN_ENTRY with the names that there are.
    """
    known = shipped_presets()
    if name not in known:
        raise RecipeError(
            ErrorCode.UNKNOWN_ENTRY,
            "No such preset",
            evidence={"given": name, "known": ", ".join(known)},
            remedy="Give one of these names or the path of a .toml file.",
        )
    path = resources.files("breastdce.segment.presets").joinpath(f"{name}.toml")
    return parse_preset(path.read_text(encoding="utf-8"), name)


def parse_preset(text: str, origin: str) -> Preset:
    """Read a preset from TOML text; `origin` is named in errors.

    Raises
    ------
    RecipeError
        DEFINITION_INVALID with the place in the file.
    """
    try:
        preset = msgspec.convert(parse_toml(text), Preset)
    except (TomlError, msgspec.ValidationError) as error:
        raise _invalid(origin, reason_of(error)) from error
    if preset.schema != SCHEMA:
        raise _invalid(origin, f"schema {preset.schema} is unknown; this version reads {SCHEMA}")
    return preset


def _invalid(origin: str, why: str) -> RecipeError:
    return RecipeError(
        ErrorCode.DEFINITION_INVALID,
        "The preset is wrong; nothing was computed.",
        evidence={"preset": origin, "why": why},
        remedy="Compare with `breastdce segment info --preset paper`.",
    )
