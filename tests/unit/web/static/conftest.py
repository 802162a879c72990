"""A browser without and with WebGL, and pages of a server in memory."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.unit.web.static.made import EXAM, Room, serving
from tests.until import until

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
NO_GL = "--disable-3d-apis"


@pytest.fixture(
    scope="module"
)  # Playwright cannot be started twice at a time, as other modules would
def chromium() -> Iterator[Callable[[bool], Any]]:
    """Launches a browser, with software WebGL or with none at all."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("Chromium is not installed")
    with playwright.sync_playwright() as engine:
        running: dict[bool, Any] = {}

        def launch(gl: bool) -> Any:
            if gl not in running:
                flags = [*FLAGS] if gl else [*FLAGS, NO_GL]
                running[gl] = engine.chromium.launch(executable_path=path, args=flags)
            return running[gl]

        yield launch
        for browser in running.values():
            browser.close()


@pytest.fixture
def room() -> Room:
    return Room()


@pytest.fixture
def url(room) -> Iterator[str]:
    with serving(room) as address:
        yield address


class Watched:
    """A page of a fresh profile, with all that it complained of and asked for."""

    def __init__(self, browser: Any, **options: Any) -> None:
        viewport = {"width": 1400, "height": 900}
        self.context = browser.new_context(**{"viewport": viewport, **options})
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.page = self.new_page()

    def new_page(self) -> Any:
        page = self.context.new_page()
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self.requests.append(request.url))
        return page

    def open(self, url: str, page: Any = None) -> Any:
        """Open the case and wait until it can be edited."""
        shown = page or self.page
        shown.goto(f"{url}/case/{EXAM}")
        shown.wait_for_selector("#panes[aria-busy=false]")
        until(shown, "Boolean(window.__editor?.timings.ready)")
        return shown


@contextmanager
def watching(chromium: Callable[[bool], Any]) -> Iterator[Callable[..., Watched]]:
    """Opens watched pages; at the end none may have complained or asked another host."""
    opened: list[Watched] = []

    def new(gl: bool = False, **options: Any) -> Watched:
        opened.append(Watched(chromium(gl), **options))
        return opened[-1]

    yield new
    for watched in opened:
        watched.context.close()
        assert watched.complaints == []
        hosts = {request.split("/")[2] for request in watched.requests if request[:4] == "http"}
        assert all(host.startswith("127.0.0.1:") for host in hosts)


@pytest.fixture
def watch(chromium, url) -> Iterator[Callable[..., Watched]]:
    """As `watching`; the pages are closed before the server is."""
    with watching(chromium) as new:
        yield new
