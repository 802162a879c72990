"""What runs here: this version, Python, engines and extras; nothing of them is loaded."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from breastdce import __version__
from breastdce.cli.as_json import print_json
from breastdce.core.extras import CORE, EXTRAS, how_to_install, missing_packages


@dataclass(frozen=True, slots=True)
class ExtraState:
    """Whether an extra can be used here."""

    installed: bool
    packages: dict[str, str | None]
    """Version of each package; None for one that is missing."""
    remedy: str | None
    """What installs it, where it is missing."""


@dataclass(frozen=True, slots=True)
class Installation:
    """What a report of a problem should name."""

    breastdce: str
    python: str
    platform: str
    engines: dict[str, str | None]
    """Version of each package that every installation has."""
    extras: dict[str, ExtraState]


def show_installation(*, as_json: bool) -> None:
    """Print versions of everything that results can depend on."""
    found = _installation()
    if as_json:
        print_json(found)
        return
    print(f"breastdce {found.breastdce}")
    print(f"{found.python} on {found.platform}")
    print("engines")
    for name, number in found.engines.items():
        print(f"  {name:<14}{number or 'missing'}")
    print("extras")
    for name, extra in found.extras.items():
        print(f"  {name:<14}{_words(extra)}")


def _words(extra: ExtraState) -> str:
    if extra.remedy is None:
        return ", ".join(f"{name} {number}" for name, number in extra.packages.items())
    missing = [name for name, number in extra.packages.items() if number is None]
    return f"not installed ({', '.join(missing)}). {extra.remedy}"


def _installation() -> Installation:
    return Installation(
        breastdce=__version__,
        python=f"{platform.python_implementation()} {platform.python_version()}",
        platform=platform.platform(),
        engines={name: _version(name) for name in CORE},
        extras={name: _state(name) for name in EXTRAS},
    )


def _state(name: str) -> ExtraState:
    missing = missing_packages(name)
    versions = {
        package: None if package in missing else _version(package) or "of unknown version"
        for package in EXTRAS[name].packages
    }
    return ExtraState(not missing, versions, how_to_install(name) if missing else None)


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
