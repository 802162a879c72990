"""Write docs/licenses.md: the licence of everything that is locked, and whether we may use it.

Licences are what the installed packages state of themselves; `_STATED` holds what we looked up,
where a package states none, states it wrongly, or belongs to another platform.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, distribution, metadata
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "licenses.md"

_PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)
_NAME = re.compile(r"[A-Za-z0-9._-]+")
_NVIDIA = "LicenseRef-NVIDIA"
_CUDA = ("nvidia-", "cuda-", "triton")
_STATED = {
    "axe-playwright-python": "MIT",  # its LICENSE; the axe-core inside is MPL-2.0
    "colorama": "BSD-3-Clause",
    "docutils": "BSD-2-Clause AND PSF-2.0",  # or nobody's; the GPL is of a mode for Emacs, left out
    "dynamic-network-architectures": "Apache-2.0",  # its LICENCE; its metadata say "private"
    "idc-index-data": "MIT",
    "mlcroissant": "Apache-2.0",
    "text-unidecode": "Artistic-1.0-Perl OR GPL-2.0-or-later",
    "triton": "MIT",
    "tzdata": "Apache-2.0",
}
_CLASSIFIERS = {
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
_SPELLINGS = {
    "Apache License 2.0": "Apache-2.0",
    "Apache 2.0": "Apache-2.0",
    "BSD 2-Clause License": "BSD-2-Clause",
}
_PERMISSIVE = {
    *("0BSD", "Apache-2.0", "BSD", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0", "CC0-1.0", "ISC"),
    *("LLVM-exception", "MIT", "MIT-0", "MIT-CMU", "PSF-2.0", "Zlib"),
}
_VERDICTS = (  # the strictest first
    (("GPL", "AGPL"), "tool only"),
    (("LGPL",), "yes, as a library"),
    (("MPL",), "yes, unchanged"),
    ((_NVIDIA,), "not from us"),
)
_HEAD = """# Licences of what is locked

breastdce is under Apache-2.0 and contains nothing of these packages: they are installed beside it.
Written by `make licenses` from what the packages state; a test compares it with the locks, and
refuses a package under the GPL alone outside of development.

- **yes**: permissive; notices travel with the package itself.
- **yes, unchanged**: MPL-2.0. A file of theirs that one changes stays under it; we change none.
- **yes, as a library**: LGPL. Loaded when it runs, replaceable by the user, never copied into ours.
- **not from us**: NVIDIA's terms. The registry's build of PyTorch for Linux brings them; the build
  for CPUs, which `make` prefers, does not. Who passes an image with them on must read them.
- **tool only**: GPL. Runs in development as a program of its own; nothing of it reaches a user.

| package | version | for | licence | compatible |
| --- | --- | --- | --- | --- |
"""


class Row(NamedTuple):
    """One package of the locks."""

    package: str
    versions: str
    purpose: str
    license: str
    verdict: str


def locked(folder: Path = ROOT / "locks") -> dict[str, str]:
    """Every package that is locked, with its versions."""
    found: dict[str, set[str]] = {}
    for path in folder.glob("*.txt"):
        for name, number in _PIN.findall(path.read_text(encoding="utf-8")):
            found.setdefault(name, set()).add(number.partition("+")[0])
    return {name: ", ".join(sorted(found[name])) for name in sorted(found)}


def rows() -> list[Row]:
    """Licence and verdict of every package that is locked."""
    purposes = _purposes()
    found = []
    for name, versions in locked().items():
        license_ = _license(name)
        found.append(Row(name, versions, purposes[name], license_, verdict(name, license_)))
    return found


def verdict(package: str, license_: str) -> str:
    """Say whether an Apache-2.0 program may use a package; exits where nobody has thought of it."""
    parts = set(re.findall(r"[A-Za-z0-9.+-]+", license_)) - {"AND", "OR", "WITH"}
    choices = parts & {*_PERMISSIVE, "Artistic-1.0-Perl"}
    if parts <= _PERMISSIVE or (" OR " in license_ and choices):
        return "yes"
    for begin, words in _VERDICTS:
        if any(part.startswith(begin) for part in parts):
            return words
    return sys.exit(f"{package}: nobody has judged its licence yet: {license_!r}")


def _license(package: str) -> str:
    if package in _STATED:
        return _STATED[package]
    if package.startswith(_CUDA):
        return _NVIDIA
    try:
        stated = metadata(package)
    except PackageNotFoundError:
        return sys.exit(f"{package} is locked and not installed: run `make test` once, or state it")
    if "License-Expression" in stated:
        return stated["License-Expression"]
    classifiers = [text for text in stated.get_all("Classifier") or () if "License ::" in text]
    words = [text.rpartition(" :: ")[2] for text in classifiers]
    known = sorted(_CLASSIFIERS.get(word, word) for word in words if word != "OSI Approved")
    free = stated["License"].strip() if "License" in stated else ""
    return " AND ".join(known) or _SPELLINGS.get(free, free)


def _purposes() -> dict[str, str]:
    """What brings a package: the core or extras, through whatever they need themselves."""
    from breastdce.core.extras import CORE, EXTRAS

    found = dict.fromkeys(locked(), "development")
    for name, extra in EXTRAS.items():
        for package in _closure(extra.packages) & found.keys():
            earlier = found[package]
            found[package] = name if earlier == "development" else f"{earlier}, {name}"
    found.update((name, "segment, with CUDA") for name in found if name.startswith(_CUDA))
    found.update(dict.fromkeys(_closure(CORE) & found.keys(), "core"))
    return found


def _closure(packages: Iterable[str]) -> set[str]:
    """Packages and what they need, on any platform, without their own extras."""
    found: set[str] = set()
    waiting = [package.lower() for package in packages]
    while waiting:
        package = waiting.pop()
        if package in found:
            continue
        found.add(package)
        try:
            needs = distribution(package).requires or ()
        except PackageNotFoundError:  # of another platform or Python
            continue
        for need in needs:
            name = _NAME.match(need)
            if name is not None and "extra ==" not in need:
                waiting.append(re.sub(r"[-_.]+", "-", name.group()).lower())
    return found


def text(found: Iterable[Row]) -> str:
    """The page."""
    return _HEAD + "".join(f"| {' | '.join(row)} |\n" for row in found)


def told(page: str) -> list[Row]:
    """Read the rows of a page."""
    lines = page.partition("| --- |")[2].splitlines()[1:]
    return [Row(*line.strip("| ").split(" | ")) for line in lines]


if __name__ == "__main__":
    PAGE.write_text(text(rows()), encoding="utf-8")
