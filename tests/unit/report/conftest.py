"""A small exam, made up: a bright block in a body of air, sagittal slices, uneven voxels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from breastdce.core.caveats import Caveat
from breastdce.core.codes import CaveatCode
from breastdce.core.exam import PhaseRole, TimeZero
from breastdce.core.grid import Grid
from breastdce.core.volume import Mask, Volume
from breastdce.report.view import ExamView, ExclusionView, PhaseView, StepView

SAGITTAL = np.array([[0.0, 0.0, 1.0], [-1.0, 0.0, 0.0], [0.0, -1.0, 0.0]])


FIT = {"residual": 0.09, "information_nats": 1.05, "enhancing_ml": 17.0}
TRUSTED = {
    "mask": "stv-candidate",
    "chance_bad": 0.61,
    "known": ["breast"],
    "inputs": [
        {"name": "left_out", "value": 1.0, "typical": 0.2, "push": 1.5},
        {"name": "dim", "value": 0.1, "typical": 0.2, "push": -0.2},
    ],
}
TRUST = {"bad_dice": 0.7, "base_rate": 0.2, "masks": [TRUSTED]}
MOTION = {
    "reference": 0,
    "mask_source": "breast",
    "mask_ml": 500.0,
    "phases": [
        {"phase": 0, "verdict": "reference", "before": None, "after": None, "change": None},
        {
            "phase": 1,
            "verdict": "rigid",
            "before": FIT,
            "after": {"residual": 0.016, "information_nats": 1.75, "enhancing_ml": 16.6},
            "change": {
                "displacement_median_mm": 3.06,
                "displacement_p99_mm": 4.1,
                "jacobian_p1": 1.0,
                "jacobian_p99": 1.0,
                "lesion_change": 0.0,
            },
        },
        {"phase": 2, "verdict": "still", "before": FIT, "after": FIT, "change": None},
    ],
}
"""What the page needs of a report of motion."""


def _block(shape: tuple[int, int, int], value: float) -> np.ndarray:
    data = np.zeros(shape, dtype=np.float32, order="F")
    data[2:-2, 2:-2, 1:-1] = 100.0
    data[10:16, 12:20, 4:7] = value
    return data


@pytest.fixture
def view() -> ExamView:
    """An exam with three phases, two caveats, one exclusion, all masks."""
    grid = Grid((32, 28, 12), (0.7, 0.7, 2.0), SAGITTAL, (-40.0, 30.0, 20.0))
    fine = Grid((22, 20, 24), (1.0, 1.0, 1.0), SAGITTAL, (-40.0, 30.0, 20.0))
    volumes = [Volume(_block(grid.shape, signal), grid) for signal in (110.0, 300.0, 260.0)]
    ftv = Mask(volumes[1].data == 300.0, grid)
    stv = Mask(np.zeros(fine.shape, dtype=bool), fine)
    stv.data[7:11, 8:14, 8:14] = True
    ser = np.where(ftv.data, np.float32(190 / 150), np.nan).astype(np.float32)
    pe = np.where(ftv.data, 172.7, 0.0).astype(np.float32)
    ml = ftv.volume_ml
    roles = (PhaseRole.PRE, PhaseRole.POST1, PhaseRole.POST2)
    return ExamView(
        exam="sub-0001_ses-T0",
        row={
            "exam_id": "sub-0001_ses-T0",
            "participant_id": "0001",
            "manufacturer": "GE",
            "manufacturer_model": "Other",
            "field_strength_t": "1.5",
            "n_phases": 3,
            "zscore_mean": 80.0,
            "zscore_sd": 40.0,
            "pe_threshold_percent": 70,
            "voi": "producer",
            "ftv_voxels": int(ftv.data.sum()),
            "ftv_ml": ml,
            "ser_washout_ml": ml,
            "ser_plateau_ml": 0.0,
            "ser_persistent_ml": "0",
            "stv_source": "stv-candidate",
            "stv_voxels": int(stv.data.sum()),
            "stv_ml": stv.volume_ml,
            "caveats": "PRE_GAP;GRID_EDGE",
        },
        phases=tuple(
            PhaseView(volume, role, time)
            for volume, role, time in zip(volumes, roles, (-230.0, 177.0, 531.0), strict=True)
        ),
        phase_indices=(0, 1, 2),
        time_zero=TimeZero.FIRST_POST_START,
        pe=Volume(pe, grid),
        ser=Volume(ser, grid),
        ftv=ftv,
        image=Volume(np.where(stv.data, 3.0, 0.5).astype(np.float32), fine),
        image_pre=Volume(np.full(fine.shape, 0.25, np.float32), fine),
        image_late=Volume(np.where(stv.data, 2.5, 0.5).astype(np.float32), fine),
        masks={"ftv": ftv, "stv-candidate": stv},
        stv=stv,
        caveats=(Caveat(CaveatCode.PRE_GAP, {"gap_s": 700.5}), Caveat(CaveatCode.GRID_EDGE)),
        steps=(StepView("ftv", "1", "pe_percent 70"),),
        exclusions=(ExclusionView("series", "LOCALIZER", "3 images", 2),),
        methods="Phases were read.",
        made_by="breastdce 0, recipe ispy1 (0123456789ab)",
        reports={"motion": MOTION, "trust": TRUST},
        files=("sub-0001/ses-T0/masks/sub-0001_ses-T0_ftv.nii.gz",),
    )


@pytest.fixture
def emptied() -> Callable[[ExamView], ExamView]:
    """Take the tumor out of an exam, as a complete response or a wrong region would."""

    def empty(view: ExamView) -> ExamView:
        nothing = {name: 0 for name in view.row if name.startswith(("ftv_", "ser_"))}
        row = {**view.row, **nothing, "stv_source": "n/a", "stv_voxels": "n/a", "stv_ml": "n/a"}
        ftv = Mask(np.zeros_like(view.ftv.data), view.ftv.grid)
        return replace(view, row=row, ftv=ftv, stv=None, masks={"ftv": ftv})

    return empty
