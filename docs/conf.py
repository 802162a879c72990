"""How Sphinx builds the pages: `make docs`."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "src"), str(HERE.parent / "tools")]

from breastdce import __version__  # noqa: E402 - the path of this checkout is set above

project = "breastdce"
author = "The authors of breastdce"
project_copyright = "2026, the authors of breastdce; Apache-2.0"
release = version = __version__

extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build"]
myst_heading_anchors = 4
highlight_language = "none"

html_theme = "furo"
html_title = f"breastdce {__version__}"
html_static_path = ["static"]
html_css_files = ["tables.css"]
html_copy_source = False
html_show_sphinx = False


OUTSIDE = re.compile(r"\]\((\.\./[^)\s#]*\.md)(#[^)\s]*)?\)")


def setup(app: Any) -> None:
    """Write the pages that are made from the code before any page is read."""
    from pygments.lexers.special import TextLexer
    from reference import write_pages

    app.add_lexer("tsv", TextLexer)
    app.connect("config-inited", lambda *_: write_pages(HERE / "reference" / "made"))
    app.connect("source-read", outside_as_downloads)


def outside_as_downloads(app: Any, page: str, source: list[str]) -> None:
    """Offer Markdown of the checkout that is no page, such as CONTRIBUTING.md, as a file."""
    here = (Path(app.srcdir) / page).parent

    def link(match: re.Match[str]) -> str:
        inside = (here / match[1]).resolve().is_relative_to(app.srcdir)
        return match[0] if inside else f"](path:{match[1]})"

    source[0] = OUTSIDE.sub(link, source[0])
