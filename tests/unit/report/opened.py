"""A page in a browser, with all that it complains of and asks for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

# The browser's own "network idle" is no sign: on a busy machine it did not come within 30 s.
_PICTURES_IN_SIGHT_ARE_LOADED = """
() => [...document.images].every(image => {
  const box = image.getBoundingClientRect();
  return image.complete || box.bottom < 0 || box.top > window.innerHeight;
})
"""


def opened(browser: Any, path: Path, scheme: str, width: int) -> tuple[Any, list[str], list[str]]:
    """Open a file and scroll to its end; the page, its complaints, the addresses it asked for."""
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    complaints: list[str] = []
    requests: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("requestfailed", lambda request: complaints.append(request.url))
    page.on("request", lambda request: requests.append(request.url))
    page.goto(path.as_uri())
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    page.wait_for_function(_PICTURES_IN_SIGHT_ARE_LOADED)
    return page, complaints, requests
