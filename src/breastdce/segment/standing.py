"""How far a training has come."""

from __future__ import annotations

import msgspec


class Standing(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """How far a training has come; with the arrays of the state, all that resuming needs."""

    epoch: int = 0
    """Finished epochs."""
    step: int = 0
    skipped: int = 0
    """Steps whose loss or gradient was not finite, and that changed nothing."""
    skipped_in_a_row: int = 0
    best_epoch: int = -1
    best_loss: float | None = None
    """Least validation loss so far."""
