"""Plans of nnU-Net: what is understood, and what is refused with its reason."""

from copy import deepcopy

import pytest

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import CallError, InputError
from breastdce.segment.nnunet import phases_of, read_plan
from breastdce.segment.preset import PlainParams, ResEncParams
from tests.unit.run.made_nnunet import made_dataset, made_plans

FULL = "3d_fullres"


def plan_of(plans):
    return plans["configurations"][FULL]


@pytest.mark.parametrize("old", [False, True])
def test_a_plain_network(old):
    found = read_plan(made_plans(old=old), made_dataset(), FULL, "LPS")
    assert found.network == PlainParams(
        features=(4, 8, 16),
        kernels=((1, 3, 3), (3, 3, 3), (3, 3, 3)),
        strides=((1, 1, 1), (1, 2, 2), (2, 2, 2)),
        encoder_convs=(2, 2, 2),
        decoder_convs=(1, 1),
        deep_supervision=False,
    )
    assert found.channels == ("MRI 0",)
    assert (found.patch, found.normalization) == ((8, 16, 16), "per_channel")


@pytest.mark.parametrize("old", [False, True])
def test_a_network_with_residual_encoder(old):
    found = read_plan(made_plans("ResidualEncoderUNet", old=old), made_dataset(), FULL, "LPS")
    assert isinstance(found.network, ResEncParams)
    assert (found.network.blocks, found.network.decoder_convs) == ((1, 2, 2), 1)
    assert found.network.strides[1] == (1, 2, 2)


@pytest.mark.parametrize(
    ("reader", "axes", "forward", "expected"),
    [
        ("SimpleITKIO", "LPS", [0, 1, 2], "SPL"),  # arrays run z, y, x
        ("NibabelIO", "LAI", [0, 1, 2], "IAL"),
        ("SimpleITKIO", "LPS", [2, 0, 1], "LSP"),
        ("NibabelIOWithReorient", None, [0, 1, 2], "SAR"),
    ],
)
def test_axes_are_the_files_from_last_to_first(reader, axes, forward, expected):
    plans = made_plans() | {"image_reader_writer": reader, "transpose_forward": forward}
    assert read_plan(plans, made_dataset(), FULL, axes).orientation == expected


@pytest.mark.parametrize("axes", [None, "LP", "LPX", "LRS", "lps"])
def test_axes_that_the_plan_does_not_say_are_asked_for(axes):
    with pytest.raises(CallError, match="--axes"):
        read_plan(made_plans(), made_dataset(), FULL, axes)


def test_images_that_are_not_normalized_again():
    plans = made_plans()
    plan_of(plans)["normalization_schemes"] = ["NoNormalization"]
    assert read_plan(plans, made_dataset(), FULL, "LPS").normalization == "pooled"


def test_configurations_inherit():
    plans = made_plans()
    plans["configurations"]["mine"] = {"inherits_from": FULL, "patch_size": [16, 16, 16]}
    assert read_plan(plans, made_dataset(), "mine", "LPS").patch == (16, 16, 16)
    plans["configurations"]["mine"]["inherits_from"] = "mine"
    with pytest.raises(InputError, match="circle"):
        read_plan(plans, made_dataset(), "mine", "LPS")


def arguments(plans):
    return plan_of(plans)["architecture"]["arch_kwargs"]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda plans: plan_of(plans).update(spacing=[1.0, 0.7, 0.7]), "1 mm"),
        (lambda plans: plan_of(plans).update(patch_size=[16, 16]), "three axes"),
        (lambda plans: plan_of(plans).update(previous_stage="3d_lowres"), "another network"),
        (lambda plans: plan_of(plans).update(normalization_schemes=["CTNormalization"]), "another"),
        (lambda plans: plan_of(plans).update(use_mask_for_norm=[True]), "inside a mask"),
        (lambda plans: plans.update(image_reader_writer="NpIO"), "read in another way"),
        (lambda plans: arguments(plans).update(dropout_op="torch.nn.Dropout3d"), "dropout_op"),
        (lambda plans: arguments(plans).update(norm_op="torch.nn.BatchNorm3d"), "norm_op"),
        (lambda plans: arguments(plans).update(conv_bias=False), "no bias"),
        (lambda plans: arguments(plans).update(nonlin_first=True), "nonlin_first"),
        (lambda plans: arguments(plans).update(nonlin_kwargs={"negative_slope": 0.2}), "slope"),
        (lambda plans: arguments(plans).update(strides=[[1, 1, 1]]), "different lengths"),
        (lambda plans: arguments(plans).update(features_per_stage=[0, 8, 16]), "known form"),
        (lambda plans: arguments(plans).pop("n_conv_per_stage"), "known form"),
        (lambda plans: plan_of(plans)["architecture"].update(network_class_name="a.B"), "own two"),
        (lambda plans: plans.pop("configurations"), "known form"),
        (lambda plans: plans.update(transpose_forward=[0, 1, 7]), "known form"),
    ],
)
def test_what_cannot_be_done_is_said(change, why):
    plans = deepcopy(made_plans())
    change(plans)
    with pytest.raises(InputError, match=why) as caught:
        read_plan(plans, made_dataset(), FULL, "LPS")
    assert caught.value.code is ErrorCode.PLAN_UNSUPPORTED


@pytest.mark.parametrize(
    "labels", [{"background": 0, "a": 1, "b": 2}, {"background": 0, "whole": [1, 2]}, {"a": 1}]
)
def test_other_labels_than_a_tumor_are_refused(labels):
    with pytest.raises(InputError, match="labels"):
        read_plan(made_plans(), made_dataset() | {"labels": labels}, FULL, "LPS")


def test_a_configuration_that_is_not_there():
    with pytest.raises(InputError) as caught:
        read_plan(made_plans(), made_dataset(), "2d", "LPS")
    assert caught.value.code is ErrorCode.PLAN_UNSUPPORTED


def test_phases_are_asked_for_and_never_guessed():
    assert phases_of(("0000", "0001", "0002"), ()) == ("0000", "0001", "0002")
    assert phases_of(("MRI",), ("0001",)) == ("0001",)
    for channels, given in ((("MRI",), ()), (("MRI",), ("0000", "0001")), (("MRI",), ("0009",))):
        with pytest.raises(CallError, match="--phases"):
            phases_of(channels, given)
