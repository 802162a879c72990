"""Find the files of folders of any shape, each real file once, links and loops survived."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path


def walk_trees(roots: Sequence[Path]) -> tuple[list[str], list[tuple[str, str]]]:
    """Paths of files under `roots`, sorted, and of folders that cannot be listed, with the error.

    Real folders are walked before links, so that a file that is reached in both ways has its real
    name. Two hard links are two files. Broken links count as files: opening them tells.
    """
    trees = _Trees()
    for root in roots:
        # resolve() would rename linked roots; their names are the user's.
        trees.add(os.path.abspath(root))  # noqa: PTH100
    trees.walk()
    return sorted(trees.files.values()), trees.unlisted


@dataclass(slots=True)
class _Trees:
    """Queues and findings of one walk."""

    files: dict[str, str] = field(default_factory=dict)
    """Real path of each file to the path it was found by."""
    unlisted: list[tuple[str, str]] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    """Real paths of folders."""
    folders: deque[str] = field(default_factory=deque)
    links: deque[str] = field(default_factory=deque)

    def add(self, path: str) -> None:
        """Queue a folder or take a file, whatever the path leads to."""
        if os.path.isdir(path):  # noqa: PTH112 - Path.is_dir raises without permission in 3.11
            self.folders.append(path)
        else:
            self.files.setdefault(os.path.realpath(path), path)

    def walk(self) -> None:
        """Work until both queues are empty."""
        while self.folders or self.links:
            if not self.folders:
                self.add(self.links.popleft())
                continue
            folder = self.folders.popleft()
            real = os.path.realpath(folder)
            if real not in self.seen:
                self.seen.add(real)
                self._list(folder, real)

    def _list(self, folder: str, real: str) -> None:
        try:
            with os.scandir(folder) as entries:
                found = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            self.unlisted.append((folder, type(error).__name__))
            return
        for entry in found:
            if entry.is_symlink():
                self.links.append(entry.path)
            elif entry.is_dir(follow_symlinks=False):
                self.folders.append(entry.path)
            else:
                path = f"{real}{os.sep}{entry.name}"
                self.files.setdefault(path, path if path == entry.path else entry.path)
