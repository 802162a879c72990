"""Every key of a recipe: its own, those of a step, and the parameters of each stage."""

from __future__ import annotations

import inspect
import sys
from typing import get_type_hints

import msgspec

from breastdce.run.plan import STAGES
from breastdce.run.recipe import Recipe, Step, load_recipe, shipped_recipes
from breastdce.stages._contract import AnyStage
from reference._markdown import code, page, prose, table
from reference._records import fields_of, fields_table

_LEAD = """A recipe is a TOML file: the steps in order, each a stage with its parameters. A key
that does not exist is an error that names it. Start from a copy of `ispy1.toml` or `best.toml`
(`src/breastdce/run/recipes`), give it another `name`, and pass its path to `--recipe`. What is
left out has the default; a parameter changes the stored results of its own step and of those that
read it, no others.

```toml
name = "mine"
schema = 1

[[step]]
stage = "n4"
params = { field = "shared", shrink_mm = 4.0 }
```

(Shown alone; a recipe needs the steps before and behind it too.)"""


def text() -> str:
    """The page."""
    shipped = table(
        ("recipe", "steps"),
        ((code(name), _steps(name)) for name in shipped_recipes()),
    )
    own = "## Keys of a recipe\n\n" + fields_table(Recipe)
    step = "## Keys of a step\n\n" + fields_table(Step)
    stages = (_stage(STAGES.get(name)) for name in STAGES.names())
    return page("Recipes: every key", _LEAD, shipped, own, step, *stages)


def _steps(name: str) -> str:
    return " → ".join(code(step.stage) for step in load_recipe(name).step)


def _stage(stage: AnyStage) -> str:
    module = sys.modules[stage.run.__module__]
    parts = [f"## Stage {stage.name}", prose(inspect.getdoc(module) or "")]
    parts.append(
        f"Version {stage.version}. Reads {_slots(stage.inputs)}; makes {_slots(stage.outputs)}."
    )
    record: type[msgspec.Struct] = stage.params
    parts.append(fields_table(record) if list(fields_of(record)) else "It has no parameters.")
    return "\n\n".join(parts)


def _slots(slots: type) -> str:
    return ", ".join(code(name) for name in get_type_hints(slots)) or "nothing"
