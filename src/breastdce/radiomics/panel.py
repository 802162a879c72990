"""A panel: which families with which parameters, under which column names, in which order."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any, Literal

import msgspec

from breastdce.core.catalog import Catalog
from breastdce.core.codes import ErrorCode
from breastdce.core.errors import RecipeError
from breastdce.core.params import Params
from breastdce.core.toml import TomlError, parse_toml, reason_of
from breastdce.radiomics.families._contract import AnyFamily, Family
from breastdce.radiomics.processing import Processing

FAMILIES: dict[str, Catalog[AnyFamily]] = {
    standard: Catalog(f"breastdce.radiomics.families.{standard}", "FAMILY", Family)
    for standard in ("captk", "ibsi")
}
Table = Mapping[str, Any]
"""A panel as its TOML file says it."""
_SCHEMA = 1
_NO_PROCESSING = Processing()
_FOLDER = "breastdce.radiomics.panels"


class _Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    label: str
    params: dict[str, Any] = {}


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: str
    schema: int
    description: str
    families: Literal["captk", "ibsi"]
    """Whose definitions."""
    prefix: str = ""
    processing: Processing = Processing()
    shared: dict[str, Any] = {}
    """Parameters of every family that knows them, unless its own entry says otherwise."""
    family: tuple[_Entry, ...]


@dataclass(frozen=True, slots=True)
class Member:
    """One family of a panel with its parameters and the text its columns begin with."""

    family: AnyFamily
    params: Params
    label: str
    """For example `T1_E_Intensity_`."""

    def columns(self) -> tuple[str, ...]:
        """Published names of the family's features, in order."""
        return tuple(f"{self.label}{name}" for name in self.family.names(self.params))

    def describe(self) -> Iterator[FeatureRecord]:
        """Say what each column means."""
        for feature in self.family.features(self.params):
            yield FeatureRecord(
                name=f"{self.label}{feature.name}",
                family=self.family.name,
                feature=feature.name,
                definition=feature.definition,
                unit=feature.unit,
                defect=feature.defect,
                ibsi=feature.ibsi,
                tag=feature.tag,
            )


@dataclass(frozen=True, slots=True)
class Panel:
    """Families in the order of the table."""

    name: str
    description: str
    members: tuple[Member, ...]
    processing: Processing = _NO_PROCESSING

    def columns(self) -> tuple[str, ...]:
        """All published names, in the published order."""
        return tuple(column for member in self.members for column in member.columns())


class FeatureRecord(msgspec.Struct, frozen=True):
    """One column of a feature table, for its data dictionary."""

    name: str
    """Published name: the column."""
    family: str
    feature: str
    definition: str
    unit: str
    defect: str
    """What the matched program does otherwise than the name says; empty when nothing."""
    ibsi: str
    """Code of the IBSI reference manual, or "none" where the definition is not IBSI's."""
    tag: str
    """Name in IBSI's tables of reference values; empty where there is none."""


def describe(panel: Panel) -> list[FeatureRecord]:
    """Say what each column of `panel` means, in the order of the table."""
    return [record for member in panel.members for record in member.describe()]


def shipped_panels() -> tuple[str, ...]:
    """Names of the panels that ship with the package."""
    names = (entry.name for entry in resources.files(_FOLDER).iterdir())
    return tuple(sorted(name[:-5] for name in names if name.endswith(".toml")))


def load_panel(name: str) -> Panel:
    """Read a panel that ships with the package.

    Raises
    ------
    RecipeError
        UNKNOWN_ENTRY when there is no such panel or family.
    """
    known = shipped_panels()
    if name not in known:
        raise RecipeError(
            ErrorCode.UNKNOWN_ENTRY,
            "No such panel",
            evidence={"given": name, "known": ", ".join(known)},
        )
    return panel_of(shipped_table(name), name)


def shipped_table(name: str) -> Table:
    """A panel that ships with the package, as its file says it."""
    text = resources.files(_FOLDER).joinpath(f"{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def parse_panel(text: str, origin: str) -> Panel:
    """Read a panel from TOML text; `origin` is named in errors.

    Raises
    ------
    RecipeError
        RECIPE_INVALID with the place in the text; UNKNOWN_ENTRY for a family that does not exist.
    """
    try:
        table = parse_toml(text)
    except TomlError as error:
        raise _invalid(origin, str(error)) from error
    return panel_of(table, origin)


def panel_of(table: Table, origin: str) -> Panel:
    """Make the panel that a table describes; `origin` is named in errors.

    Raises
    ------
    RecipeError
        RECIPE_INVALID with the place in the table; UNKNOWN_ENTRY for a family that does not exist.
    """
    try:
        file = msgspec.convert(table, _File)
        if file.schema != _SCHEMA:
            raise _invalid(origin, f"schema {file.schema} is unknown; this version reads {_SCHEMA}")
        members = tuple(_member(file, entry) for entry in file.family)
    except (msgspec.ValidationError, KeyError) as error:
        raise _invalid(origin, reason_of(error)) from error
    return Panel(file.name, file.description, members, file.processing)


def _member(file: _File, entry: _Entry) -> Member:
    family = FAMILIES[file.families].get(entry.name)
    known = family.params.__struct_fields__
    shared = {key: value for key, value in file.shared.items() if key in known}
    params: Params = msgspec.convert(shared | entry.params, family.params)
    label = entry.label.format(**msgspec.structs.asdict(params))
    return Member(family, params, "".join(f"{part}_" for part in (file.prefix, label) if part))


def _invalid(origin: str, why: str) -> RecipeError:
    return RecipeError(
        ErrorCode.RECIPE_INVALID,
        "The panel is wrong",
        evidence={"panel": origin, "why": why},
        remedy="Compare with the panels that ship with the package.",
    )
