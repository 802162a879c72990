"""A folder is a registry: the file name is the name. Imported one by one, on demand."""

from __future__ import annotations

import importlib
import pkgutil
from difflib import get_close_matches
from functools import cache
from typing import Generic, Protocol, TypeVar

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import RecipeError


class Named(Protocol):
    """What a catalog can hold."""

    @property
    def name(self) -> str: ...


T = TypeVar("T", bound=Named)


class Catalog(Generic[T]):
    """Entries of one package, each the module-level `attribute` of a file without underscore."""

    def __init__(self, package: str, attribute: str, kind: type[T]) -> None:
        self._package, self._attribute, self._kind = package, attribute, kind

    def names(self) -> tuple[str, ...]:
        """Names of all entries, sorted, without importing any of them."""
        return _names(self._package)

    def get(self, name: str) -> T:
        """Import one entry."""
        if name not in self.names():
            near = get_close_matches(name, self.names(), n=1)
            raise RecipeError(
                ErrorCode.UNKNOWN_ENTRY,
                f"{self._package} has no entry {name!r}",
                evidence={"known": self.names()},
                remedy=f"Did you mean {near[0]!r}?" if near else "Choose one of the known names.",
            )
        entry = getattr(importlib.import_module(f"{self._package}.{name}"), self._attribute)
        if not isinstance(entry, self._kind) or entry.name != name:
            raise TypeError(f"{self._package}.{name}.{self._attribute} breaks the contract")
        return entry


@cache
def _names(package: str) -> tuple[str, ...]:
    path = importlib.import_module(package).__path__
    found = (module.name for module in pkgutil.iter_modules(path))
    return tuple(sorted(name for name in found if not name.startswith("_")))
