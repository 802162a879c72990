"""What the plans of an nnU-Net v2 training say of its network and its input.

Read as nnU-Net's `plans_handler.py` and `default_experiment_planner.py` (2.0 to 2.8) write them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

import msgspec

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import CallError, InputError
from breastdce.segment.bundle import AXIS
from breastdce.segment.preset import PHASES, NetworkParams, PlainParams, ResEncParams

Table = Mapping[str, Any]
_SAME_MM = 1e-3
_READS_RAS = "NibabelIOWithReorient"
_READERS = ("SimpleITKIO", "NibabelIO", _READS_RAS)
"""Readers of NIfTI; all give the axes of the file from last to first."""
_NORMALIZATION: dict[str, Literal["pooled", "per_channel"]] = {
    "NoNormalization": "pooled",
    "ZScoreNormalization": "per_channel",
}
_NOT_OF_THE_FORM = (LookupError, TypeError, ValueError, AttributeError, msgspec.ValidationError)
_FIXED = {
    "conv_op": ("Conv3d",),
    "norm_op": ("InstanceNorm3d",),
    "nonlin": ("LeakyReLU",),
    "dropout_op": (None,),
}
_KNOWN = {
    "n_stages",
    "features_per_stage",
    "kernel_sizes",
    "strides",
    "n_conv_per_stage",
    "n_blocks_per_stage",
    "n_conv_per_stage_decoder",
    "conv_bias",
    "norm_op_kwargs",
    "nonlin_kwargs",
    "dropout_op_kwargs",
    "deep_supervision",
    *_FIXED,
}


class PlannedNetwork(NamedTuple):
    """What a plan says, in breastdce's words."""

    name: str
    """Name of the data set that was trained on."""
    network: NetworkParams
    channels: tuple[str, ...]
    """Names of the input channels in dataset.json, in order."""
    normalization: Literal["pooled", "per_channel"]
    patch: tuple[int, int, int]
    orientation: str
    """Of the network's input, one letter an axis."""


def read_plan(plans: Table, dataset: Table, configuration: str, axes: str | None) -> PlannedNetwork:
    """Read one configuration of plans.json, with dataset.json.

    Parameters
    ----------
    plans, dataset
        Content of the two files.
    configuration
        `3d_fullres`, as a rule.
    axes
        Where the indices of the image files that were trained on run to, such as `LPS`; none where
        the reader of the plan brings all files to RAS.

    Raises
    ------
    InputError
        PLAN_UNSUPPORTED with what it is that cannot be done here.
    CallError
        CALL_INVALID where `axes` are needed or wrong.
    """
    try:
        plan = _inherited(plans["configurations"], configuration)
        if plan.get("previous_stage") is not None:
            raise _unsupported("it needs the result of another network", configuration)
        patch = _three(plan["patch_size"], "patch_size")
        _check_spacing(plan["spacing"])
        return PlannedNetwork(
            name=str(plans["dataset_name"]),
            network=_checked(_network(plan)),
            channels=_channels(dataset),
            normalization=_normalization(plan),
            patch=patch,
            orientation=_orientation(plans, axes),
        )
    except _NOT_OF_THE_FORM as error:
        raise _unsupported("the plan is not of a known form", repr(error)) from error


def phases_of(channels: Sequence[str], given: Sequence[str]) -> tuple[str, ...]:
    """Which phase each channel is: as given, or where the names of the channels say so themselves.

    Raises
    ------
    CallError
        CALL_INVALID.
    """
    phases = tuple(given) or tuple(channels)
    if len(phases) == len(channels) and set(phases) <= set(PHASES):
        return phases
    raise CallError(
        ErrorCode.CALL_INVALID,
        "Which phase each channel of the model is must be given",
        evidence={"channels": ", ".join(channels), "given": " ".join(given) or "nothing"},
        remedy=f"Give --phases with {len(channels)} of {' '.join(PHASES)}, in the channels' order.",
    )


def _inherited(configurations: Mapping[str, Table], name: str, depth: int = 0) -> dict[str, Any]:
    plan = dict(configurations[name])
    parent = plan.pop("inherits_from", None)
    if parent is None:
        return plan
    if depth > len(configurations):
        raise _unsupported("configurations inherit in a circle", name)
    return _inherited(configurations, parent, depth + 1) | plan


def _network(plan: Table) -> NetworkParams:
    known = plan.get("architecture")
    kind, arguments = _old_form(plan) if known is None else _new_form(known)
    _check_arguments(arguments)
    stages = int(arguments["n_stages"])
    features = _each(arguments["features_per_stage"], stages)
    kernels = tuple(_three(one, "kernel_sizes") for one in arguments["kernel_sizes"])
    strides = tuple(_three(one, "strides") for one in arguments["strides"])
    decoder = _each(arguments["n_conv_per_stage_decoder"], stages - 1)
    if not len(features) == len(kernels) == len(strides) == len(decoder) + 1 == stages:
        raise _unsupported("its lists are of different lengths", stages)
    if kind == "PlainConvUNet":
        return PlainParams(
            features=features,
            kernels=kernels,
            strides=strides,
            encoder_convs=_each(arguments["n_conv_per_stage"], stages),
            decoder_convs=decoder,
            deep_supervision=False,
        )
    if kind == "ResidualEncoderUNet" and len(set(decoder)) == 1:
        return ResEncParams(
            features=features,
            kernels=kernels,
            strides=strides,
            blocks=_each(arguments["n_blocks_per_stage"], stages),
            decoder_convs=decoder[0],
            deep_supervision=False,
        )
    raise _unsupported("the network is not one of nnU-Net's own two", kind)


def _checked(network: NetworkParams) -> NetworkParams:
    """Bounds are those of a record that is read, not of one that is made."""
    checked: NetworkParams = msgspec.convert(msgspec.to_builtins(network), NetworkParams)
    return checked


def _new_form(architecture: Table) -> tuple[str, Table]:
    name = str(architecture["network_class_name"]).rpartition(".")[2]
    return name, architecture["arch_kwargs"]


def _old_form(plan: Table) -> tuple[str, Table]:
    """Plans before 2.5 state the widths by two numbers, and nnU-Net's own choices not at all."""
    kind = str(plan["UNet_class_name"])
    counts = plan["n_conv_per_stage_encoder"]
    base, most = int(plan["UNet_base_num_features"]), int(plan["unet_max_num_features"])
    arguments = {
        "n_stages": len(counts),
        "features_per_stage": [min(base * 2**stage, most) for stage in range(len(counts))],
        "kernel_sizes": plan["conv_kernel_sizes"],
        "strides": plan["pool_op_kernel_sizes"],
        "n_conv_per_stage": counts,
        "n_blocks_per_stage": counts,
        "n_conv_per_stage_decoder": plan["n_conv_per_stage_decoder"],
        "conv_op": "Conv3d",
        "norm_op": "InstanceNorm3d",
        "nonlin": "LeakyReLU",
        "conv_bias": True,
        "norm_op_kwargs": {"eps": 1e-5, "affine": True},
    }
    return kind, arguments


def _check_arguments(arguments: Table) -> None:
    unknown = sorted(set(arguments) - _KNOWN)
    if unknown:
        raise _unsupported("the network has settings that are not known", ", ".join(unknown))
    for key, allowed in _FIXED.items():
        value = arguments.get(key)
        short = None if value is None else str(value).rpartition(".")[2]
        if short not in allowed:
            raise _unsupported(f"the network's {key} is another", value)
    norm = dict(arguments["norm_op_kwargs"])
    if norm != {"eps": 1e-5, "affine": True} or not arguments["conv_bias"]:
        raise _unsupported("the network has no bias, or another norm", norm)
    slope = (arguments.get("nonlin_kwargs") or {}).get("negative_slope", 0.01)
    if slope != 0.01:
        raise _unsupported("the network's rectifier has another slope", slope)


def _channels(dataset: Table) -> tuple[str, ...]:
    names = dataset["channel_names"]
    labels = dataset["labels"]
    if sorted(labels.values(), key=str) != [0, 1]:
        raise _unsupported("it has other labels than background 0 and tumor 1", dict(labels))
    return tuple(str(names[key]) for key in sorted(names, key=int))


def _normalization(plan: Table) -> Literal["pooled", "per_channel"]:
    schemes = set(plan["normalization_schemes"])
    if len(schemes) != 1 or not schemes <= set(_NORMALIZATION):
        raise _unsupported("intensities are normalized in another way", sorted(schemes))
    how = _NORMALIZATION[schemes.pop()]
    if how == "per_channel" and any(plan["use_mask_for_norm"]):
        raise _unsupported("intensities are normalized inside a mask", plan["use_mask_for_norm"])
    return how


def _orientation(plans: Table, axes: str | None) -> str:
    reader = str(plans["image_reader_writer"])
    if reader not in _READERS:
        raise _unsupported("images are read in another way", reader)
    stored = "RAS" if reader == _READS_RAS else axes or ""
    if sorted(AXIS.get(letter, -1) for letter in stored) != [0, 1, 2]:
        raise CallError(
            ErrorCode.CALL_INVALID,
            "How the training files store their images must be given",
            evidence={"reader": reader, "given": stored or "nothing"},
            remedy="Give --axes: where the indices of the training files run to, such as LPS.",
        )
    return "".join(stored[::-1][int(place)] for place in plans["transpose_forward"])


def _check_spacing(spacing: Sequence[float]) -> None:
    if any(abs(step - 1.0) > _SAME_MM for step in spacing):
        raise _unsupported("its voxels are not 1 mm, as a data set's images are", list(spacing))


def _each(value: int | Sequence[int], count: int) -> tuple[int, ...]:
    return (value,) * count if isinstance(value, int) else tuple(int(one) for one in value)


def _three(values: Sequence[int], what: str) -> tuple[int, int, int]:
    if len(values) != 3:
        raise _unsupported(f"its {what} is not of three axes", list(values))
    return int(values[0]), int(values[1]), int(values[2])


def _unsupported(why: str, seen: object) -> InputError:
    return InputError(ErrorCode.PLAN_UNSUPPORTED, evidence={"why": why, "seen": seen})
