"""A page in a browser, with all that it complains of and asks for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.until import until

# By their width: of many lazy pictures of one file Chromium calls those that it shows incomplete,
# and its network may then never be idle.
_PICTURES_IN_SIGHT_ARE_THERE = """
[...document.images].every(image => {
  const box = image.getBoundingClientRect();
  const seen = box.width > 0 && box.bottom > 0 && box.top < window.innerHeight;
  return image.naturalWidth > 0 || !seen;
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
    until(page, _PICTURES_IN_SIGHT_ARE_THERE)
    return page, complaints, requests
