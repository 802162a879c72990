"""Features as a data frame, for notebooks."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Literal, overload

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import EngineError
from breastdce.core.volume import Mask, Volume
from breastdce.radiomics.extract import extract_features
from breastdce.radiomics.panel import Panel, load_panel

if TYPE_CHECKING:
    import polars as pl


@overload
def extract(
    image: Volume,
    mask: Mask,
    panel: str | Panel = "ibsi",
    *,
    threads: int = 1,
    dataframe: Literal["polars"] = "polars",
) -> pl.DataFrame: ...


@overload
def extract(
    image: Volume,
    mask: Mask,
    panel: str | Panel = "ibsi",
    *,
    threads: int = 1,
    dataframe: Literal["pandas"],
) -> Any: ...


def extract(
    image: Volume,
    mask: Mask,
    panel: str | Panel = "ibsi",
    *,
    threads: int = 1,
    dataframe: Literal["polars", "pandas"] = "polars",
) -> Any:
    """Compute a panel's features of `image` inside `mask`.

    Parameters
    ----------
    image, mask
        Image (float32) and region (bool) on one grid, [i, j, k].
    panel
        Name of a panel that ships with the package, or one of your own (`parse_panel`).
    threads
        Families computed side by side; the values do not depend on it.
    dataframe
        `polars`, or `pandas` where that is installed.

    Returns
    -------
    DataFrame
        One row, float64; the columns are the panel's, in its order. NaN where a feature is
        undefined: `extract_features` also gives the reasons.

    Raises
    ------
    InputError
        GRID_MISMATCH when the grids differ.
    RecipeError
        UNKNOWN_ENTRY when there is no such panel.
    EngineError
        ENGINE_MISSING when pandas is asked for and not installed.
    """
    frames = _engine(dataframe)
    chosen = load_panel(panel) if isinstance(panel, str) else panel
    values = extract_features(image, mask, chosen, threads=threads).values
    return frames.DataFrame({name: [value] for name, value in values.items()})


def _engine(name: str) -> Any:
    """Import a library of data frames, late: it would slow down the start of every command."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise EngineError(
            ErrorCode.ENGINE_MISSING,
            evidence={"package": name},
            remedy=f"Install it: pip install {name}; or leave out dataframe.",
        ) from error
