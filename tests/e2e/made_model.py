"""Networks that have learned nothing."""

from __future__ import annotations

import torch

from breastdce.run.bundle import Trained, write_bundle
from breastdce.segment.net.build import build_network
from breastdce.segment.net.weights import weights_of
from breastdce.segment.preset import PredictionParams, ResUNetParams
from tests.unit.segment.made_card import made_card


def made_bundle(folder, *, threshold=0.8, membership=None, places=((None, None),)):
    """Networks with fresh weights: what they outline means nothing, and is the same every time."""
    torch.manual_seed(3)
    params = ResUNetParams(base=2, dropout=0.0, coarse=2)  # in an eighth of the time
    card = made_card(
        patch=(96, 96, 96),
        prediction=PredictionParams(threshold=threshold, overlap=0.0),
        network=params,
        membership=membership,
    )
    arrays = weights_of(build_network(params))
    write_bundle(folder, card, [Trained(outer, inner, arrays) for outer, inner in places])
    return folder
