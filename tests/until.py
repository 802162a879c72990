"""Waiting for what a page comes to."""

from __future__ import annotations

import time
from typing import Any

import pytest

PATIENCE_S = 60.0


def until(page: Any, expression: str) -> Any:
    """Wait for an expression to hold in the page; its policy forbids Playwright's own way."""
    end = time.monotonic() + PATIENCE_S
    while True:
        value = page.evaluate(expression)
        if value:
            return value
        if time.monotonic() > end:
            pytest.fail(f"never true: {expression}")
        time.sleep(0.02)
