"""Where the runner keeps its own things: `OUT/.breastdce`, safe to delete."""

from __future__ import annotations

from pathlib import Path

from breastdce.dataset import layout


class WorkPaths:
    """Names below `OUT/.breastdce`."""

    def __init__(self, out: Path) -> None:
        self.root = layout.store(out)
        self.status = self.root / "status"
        """One small file per exam in work."""
        self.log = self.root / "run.log"
        self.agreement = self.root / "agreement.json"
        """How far the masks of each exam agree, to be computed once."""
        self.sums = self.root / "sums.msgpack"
        """Remembered checksums of files that no exam's provenance names."""

    def lock(self, name: str) -> Path:
        """File that is locked by whoever writes an exam's folder, or `tables`."""
        return self.root / "locks" / name

    def seen(self, exam: str) -> Path:
        """Remembered digests of an exam's input files."""
        return self.root / "seen" / f"{exam}.msgpack"

    def published(self, exam: str) -> Path:
        """What was last written to the data set for an exam."""
        return self.root / "published" / f"{exam}.json"
