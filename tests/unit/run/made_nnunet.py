"""The folder that a small training of nnU-Net v2 would leave."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from dynamic_network_architectures.architectures.unet import PlainConvUNet, ResidualEncoderUNet
from torch import nn

STAGES = 3
ARGUMENTS: dict[str, Any] = {
    "n_stages": STAGES,
    "features_per_stage": [4, 8, 16],
    "conv_op": "torch.nn.modules.conv.Conv3d",
    "kernel_sizes": [[1, 3, 3], [3, 3, 3], [3, 3, 3]],
    "strides": [[1, 1, 1], [1, 2, 2], [2, 2, 2]],
    "n_conv_per_stage_decoder": [1, 1],
    "conv_bias": True,
    "norm_op": "torch.nn.modules.instancenorm.InstanceNorm3d",
    "norm_op_kwargs": {"eps": 1e-05, "affine": True},
    "dropout_op": None,
    "dropout_op_kwargs": None,
    "nonlin": "torch.nn.LeakyReLU",
    "nonlin_kwargs": {"inplace": True},
}
KINDS: dict[str, tuple[type[nn.Module], dict[str, Any]]] = {
    "PlainConvUNet": (PlainConvUNet, {"n_conv_per_stage": [2, 2, 2]}),
    "ResidualEncoderUNet": (ResidualEncoderUNet, {"n_blocks_per_stage": [1, 2, 2]}),
}


def made_plans(kind: str = "PlainConvUNet", channels: int = 1, *, old: bool = False):
    """The content of plans.json; `old`: as before nnU-Net 2.5."""
    plan: dict[str, Any] = {
        "data_identifier": "nnUNetPlans_3d_fullres",
        "preprocessor_name": "DefaultPreprocessor",
        "batch_size": 2,
        "patch_size": [8, 16, 16],
        "median_image_size_in_voxels": [8.0, 16.0, 16.0],
        "spacing": [1.0, 1.0, 1.0],
        "normalization_schemes": ["ZScoreNormalization"] * channels,
        "use_mask_for_norm": [False] * channels,
        "batch_dice": False,
    }
    if old:
        plan |= {
            "UNet_class_name": kind,
            "UNet_base_num_features": 4,
            "unet_max_num_features": 16,
            "n_conv_per_stage_encoder": next(iter(KINDS[kind][1].values())),
            "n_conv_per_stage_decoder": ARGUMENTS["n_conv_per_stage_decoder"],
            "num_pool_per_axis": [1, 2, 2],
            "pool_op_kernel_sizes": ARGUMENTS["strides"],
            "conv_kernel_sizes": ARGUMENTS["kernel_sizes"],
        }
    else:
        plan["architecture"] = {
            "network_class_name": f"dynamic_network_architectures.architectures.unet.{kind}",
            "arch_kwargs": ARGUMENTS | KINDS[kind][1],
            "_kw_requires_import": ["conv_op", "norm_op", "dropout_op", "nonlin"],
        }
    return {
        "dataset_name": "Dataset900_Made",
        "plans_name": "nnUNetPlans",
        "image_reader_writer": "SimpleITKIO",
        "transpose_forward": [0, 1, 2],
        "transpose_backward": [0, 1, 2],
        "configurations": {"3d_fullres": plan},
    }


def made_dataset(channels: int = 1):
    return {
        "channel_names": {str(n): f"MRI {n}" for n in range(channels)},
        "labels": {"background": 0, "tumor": 1},
        "numTraining": 10,
        "file_ending": ".nii.gz",
    }


def made_network(kind: str = "PlainConvUNet", channels: int = 1, seed: int = 0) -> nn.Module:
    """As nnU-Net makes it from those plans, with weights of our own."""
    network, counts = KINDS[kind]
    words = {**ARGUMENTS, **counts, "conv_op": nn.Conv3d, "norm_op": nn.InstanceNorm3d}
    torch.manual_seed(seed)
    made = network(
        input_channels=channels,
        num_classes=2,
        deep_supervision=True,
        **{**words, "nonlin": nn.LeakyReLU},
    )
    with torch.no_grad():  # norms and biases that do something
        for parameter in made.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
    return made


def made_checkpoint(network: nn.Module, **changes: object) -> dict[str, object]:
    """What nnU-Net hands to `torch.save`."""
    return {
        "network_weights": network.state_dict(),
        "optimizer_state": {"state": {}, "param_groups": [{"lr": 0.01}]},
        "grad_scaler_state": None,
        "logging": {
            "mean_fg_dice": [np.float64(0.5), np.float32(0.6)],
            "dice_per_class_or_region": [[np.float64(0.5)], [np.float64(0.6)]],
            "epoch_start_timestamps": [1.0],
        },
        "_best_ema": np.float64(0.6),
        "current_epoch": 2,
        "init_args": {
            "plans": {},
            "configuration": "3d_fullres",
            "fold": 0,
            "dataset_json": {},
            "device": torch.device("cuda"),
        },
        "trainer_name": "nnUNetTrainer",
        "inference_allowed_mirroring_axes": (0, 1, 2),
        **changes,
    }


def write_results(folder: Path, *networks: nn.Module, plans=None, dataset=None) -> Path:
    """Write plans, data set and one fold for each network."""
    folder.mkdir()
    (folder / "plans.json").write_text(json.dumps(plans or made_plans()))
    (folder / "dataset.json").write_text(json.dumps(dataset or made_dataset()))
    for number, network in enumerate(networks):
        fold = folder / f"fold_{number}"
        fold.mkdir()
        torch.save(made_checkpoint(network), fold / "checkpoint_final.pth")
    return folder
