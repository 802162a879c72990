"""A recipe: the steps in order, with their wiring and parameters, read from TOML."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import msgspec

from breastdce.core.codes import ErrorCode
from breastdce.core.digest import digest_json
from breastdce.core.errors import RecipeError
from breastdce.core.toml import TomlError, parse_toml, reason_of

SCHEMA = 1
_PREDICT, _FEATURES, _BREAST = "predict", "radiomics", "breast"


class Step(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One stage with its place in the data flow."""

    stage: str
    """Name of the stage."""
    reads: dict[str, str] = {}
    """Input slot to name of an artifact; a slot not listed reads the artifact of its own name."""
    writes: dict[str, str] = {}
    """Output slot to name of an artifact, likewise."""
    params: dict[str, object] = {}
    """Parameters of the stage; what is left out has its default."""
    keep: bool = True
    """Whether the outputs are stored; made again when needed if not."""


class Recipe(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is done to every exam."""

    name: str
    """Recorded in the data set."""
    schema: int
    """Version of the form of this file: 1."""
    description: str = ""
    """One line, for people."""
    step: tuple[Step, ...]
    """The steps, in order."""

    def digest(self) -> str:
        """Name of the recipe's content."""
        return digest_json(msgspec.to_builtins(self))


def with_prediction(recipe: Recipe) -> Recipe:
    """The recipe with a step that asks a network, before features are computed; as it is if any.

    The network is told where the breasts are: by a step of the recipe, else by one just before it,
    so that no other step of the recipe sees them.
    """
    if any(step.stage == _PREDICT for step in recipe.step):
        return recipe
    first = next((n for n, step in enumerate(recipe.step) if step.stage == _FEATURES), None)
    place = len(recipe.step) if first is None else first
    masked = any(step.stage == _BREAST for step in recipe.step)
    asks = (Step(stage=_PREDICT),) if masked else (Step(stage=_BREAST), Step(stage=_PREDICT))
    steps = (*recipe.step[:place], *asks, *recipe.step[place:])
    return msgspec.structs.replace(recipe, step=steps)


def load_recipe(name_or_path: str) -> Recipe:
    """Read a recipe that ships with the package, or a TOML file.

    Raises
    ------
    RecipeError
        RECIPE_INVALID with the place in the file.
    """
    path = Path(name_or_path)
    if path.suffix == ".toml":
        return parse_recipe(_read(path), name_or_path)
    shipped = shipped_recipes()
    if name_or_path not in shipped:
        raise RecipeError(
            ErrorCode.UNKNOWN_ENTRY,
            "No such recipe",
            evidence={"given": name_or_path, "known": ", ".join(shipped)},
            remedy="Give one of these names or the path of a .toml file.",
        )
    text = resources.files("breastdce.run.recipes").joinpath(f"{name_or_path}.toml").read_text()
    return parse_recipe(text, name_or_path)


def shipped_recipes() -> tuple[str, ...]:
    """Names of the recipes that ship with the package."""
    folder = resources.files("breastdce.run.recipes")
    names = (entry.name for entry in folder.iterdir())
    return tuple(sorted(name[:-5] for name in names if name.endswith(".toml")))


def parse_recipe(text: str, origin: str) -> Recipe:
    """Read a recipe from TOML text; `origin` is named in errors."""
    try:
        recipe = msgspec.convert(parse_toml(text), Recipe)
    except (TomlError, msgspec.ValidationError) as error:
        raise _invalid(origin, reason_of(error)) from error
    if recipe.schema != SCHEMA:
        raise _invalid(origin, f"schema {recipe.schema} is unknown; this version reads {SCHEMA}")
    return recipe


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _invalid(str(path), str(error)) from error


def _invalid(origin: str, why: str) -> RecipeError:
    return RecipeError(
        ErrorCode.RECIPE_INVALID,
        evidence={"recipe": origin, "why": why},
        remedy="Compare with the recipes that ship with the package (ispy1, best).",
    )
