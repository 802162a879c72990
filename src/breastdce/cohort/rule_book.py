"""The rules of a cohort, read from TOML: ordered, each with its code and its kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from breastdce.cohort.definition import convert, invalid, read_toml
from breastdce.cohort.kinds._contract import AnyRuleKind, Needs, RuleKind
from breastdce.core.catalog import Catalog
from breastdce.core.codes import CohortCode
from breastdce.core.params import Params

KINDS: Catalog[AnyRuleKind] = Catalog("breastdce.cohort.kinds", "RULE", RuleKind)


class _Head(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    kind: str
    code: CohortCode
    label: str
    reference: int | None = None


class Sparing(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Patients who are kept although the rule with this code excludes them."""

    code: CohortCode
    patients: tuple[str, ...]
    reason: str


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    schema: int
    name: str
    title: str
    description: str = ""
    visit: str = "T0"
    table1: str | None = None
    table2: str = "scanners"
    reference: int | None = None
    rule: tuple[dict[str, Any], ...]
    exception: tuple[Sparing, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule with its parameters."""

    code: CohortCode
    label: str
    """What it asks for, in a few words."""
    kind: AnyRuleKind
    params: Params
    reference: int | None
    """How many the source of the cohort (a paper) had left after it."""

    def needs(self) -> Needs:
        """What the tables must offer."""
        return self.kind.needs(self.params)


@dataclass(frozen=True, slots=True)
class RuleBook:
    """Everything that says who is in a cohort and what is told of it."""

    name: str
    title: str
    description: str
    visit: str
    """The visit that rules about exams look at."""
    table1: str | None
    """Definition of the table of characteristics: a name that ships, or a file beside the rules."""
    table2: str
    """Definition of the table of scanners, likewise."""
    reference: int | None
    """How many patients the source of the cohort began with."""
    rules: tuple[Rule, ...]
    exceptions: tuple[Sparing, ...]


def parse_rules(text: str, origin: str) -> RuleBook:
    """Read the rules from TOML text; `origin` is named in errors.

    Raises
    ------
    RecipeError
        DEFINITION_INVALID with the place; UNKNOWN_ENTRY for a kind that does not exist.
    """
    file = convert(read_toml(text, origin), _File, origin)
    rules = tuple(_rule(entry, f"{origin}, rule {n}") for n, entry in enumerate(file.rule, 1))
    codes = [rule.code for rule in rules]
    if len(set(codes)) < len(codes):
        raise invalid(origin, "two rules have the same code")
    for exception in file.exception:
        if exception.code not in codes:
            raise invalid(origin, f"an exception names {exception.code}, which no rule gives")
    return RuleBook(
        name=file.name,
        title=file.title,
        description=file.description,
        visit=file.visit,
        table1=file.table1,
        table2=file.table2,
        reference=file.reference,
        rules=rules,
        exceptions=file.exception,
    )


def _rule(entry: Mapping[str, Any], origin: str) -> Rule:
    heads = _Head.__struct_fields__
    head = convert({key: entry[key] for key in heads if key in entry}, _Head, origin)
    kind = KINDS.get(head.kind)
    own = {key: value for key, value in entry.items() if key not in heads}
    params: Params = convert(own, kind.params, origin)
    return Rule(head.code, head.label, kind, params, head.reference)
