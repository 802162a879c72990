"""Which phases are early and late: the first two after contrast, or those nearest nominal times."""

from __future__ import annotations

from collections.abc import Sequence

from breastdce.core.exam import PhaseRole

EARLY_S, LATE_S = 150.0, 450.0
"""Nominal times after contrast, 2 min 30 s and 7 min 30 s: TCIA, description of the maps."""
LATE_TOLERANCE_S = 120.0


def choose_by_time(
    indices: tuple[int, int, int], delays_s: Sequence[float | None]
) -> tuple[int, int, int]:
    """Choose early and late phase by time.

    Parameters
    ----------
    indices
        Pre-contrast phase and the first two after contrast; all later phases are after contrast.
    delays_s
        Effective time of each phase in seconds after contrast (or the start of the first phase
        after it); None where unknown.

    Returns
    -------
    tuple of int
        Pre, the phase nearest 150 s, and of those after it the one nearest 450 s; ties take the
        earlier. `indices` as they are when a time is unknown. The rule is that of UCSF's public
        extension for exams with more phases than the trial asked for.
    """
    pre, first = indices[:2]
    posts = range(first, len(delays_s))
    times = {k: time for k in posts if (time := delays_s[k]) is not None}
    if len(times) < len(posts):
        return indices
    early = min(posts[:-1], key=lambda k: abs(times[k] - EARLY_S))
    late = min(range(early + 1, len(delays_s)), key=lambda k: abs(times[k] - LATE_S))
    return pre, early, late


def roles_of(indices: tuple[int, int, int], roles: Sequence[PhaseRole]) -> tuple[PhaseRole, ...]:
    """Roles of all phases when `indices` are pre, early and late."""
    chosen = dict(zip(indices, (PhaseRole.PRE, PhaseRole.POST1, PhaseRole.POST2), strict=True))
    kept = {PhaseRole.PRE, PhaseRole.BASELINE}
    return tuple(
        chosen.get(k, role if role in kept else PhaseRole.POST) for k, role in enumerate(roles)
    )
