"""Rounding as printed tables do it: half away from zero, on the decimals as written."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction


def rounded(value: float | Decimal | Fraction, decimals: int) -> Decimal:
    """Round half up.

    A float counts as its shortest decimal: 48.85 is 48.85 and not 48.8499999999999943.
    """
    if isinstance(value, Fraction):
        # Exact, where a quotient of decimals would have been rounded once already.
        scaled = abs(value) * 10**decimals
        whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
        result = Decimal(whole).scaleb(-decimals)
        return -result if value < 0 and whole else result
    exact = value if isinstance(value, Decimal) else Decimal(repr(float(value)))
    return exact.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def percent(part: int, total: int, decimals: int) -> Decimal | None:
    """Part of a whole in percent; None for a whole of 0."""
    return rounded(Fraction(100 * part, total), decimals) if total else None


def median(values: Sequence[float]) -> Decimal | None:
    """Middle value, or the mean of the two in the middle, exact; None without values."""
    ordered = sorted(Decimal(repr(float(value))) for value in values)
    if not ordered:
        return None
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return (ordered[middle - 1] + ordered[middle]) / 2
