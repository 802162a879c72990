"""Templates of the package, always with escaping; hashes for the content security policy."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib import resources
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape


def fill(template: str, **values: object) -> Markup:
    """Fill a template of this package; every text is escaped, an unknown name is an error."""
    filled = _environment().get_template(template).render(**values)
    return Markup(filled)  # noqa: S704  # escaped by the template engine


def source(name: str) -> str:
    """Text of a style sheet or script that is embedded in pages."""
    file = resources.files("breastdce.report") / "templates" / name
    return file.read_text(encoding="utf-8")


def policy(style: str, script: str | None) -> str:
    """Content security policy: nothing is fetched but images of the data set itself."""
    script_source = f"'{_hash(script)}'" if script is not None else "'none'"
    return (
        "default-src 'none'; img-src data: 'self'; "
        f"style-src '{_hash(style)}'; script-src {script_source}; "
        "base-uri 'none'; form-action 'none'"
    )


def url(path: str) -> str:
    """Quote a relative path as a link; it cannot become an address of another kind."""
    return quote(path, safe="/")


def marked(words: str) -> Markup:
    """Text with commands between backticks set as code; all of it is escaped."""
    parts = words.split("`")
    if len(parts) % 2 == 0:  # a backtick without its partner is one of the text
        return escape(words)
    return Markup().join(
        Markup("<code>{}</code>").format(part) if number % 2 else part
        for number, part in enumerate(parts)
    )


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return "sha256-" + base64.b64encode(digest).decode("ascii")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("breastdce.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["url"] = url
    environment.filters["marked"] = marked
    return environment
