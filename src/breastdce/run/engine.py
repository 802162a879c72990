"""One exam through the plan: look up, else compute; results are named by what made them.

Keys are made from the content of inputs, not from the keys of the steps before: a step that gives
the same bytes again leaves everything after it valid. Images that a step does not keep, since they
are made again sooner than they are read, are named by the key of the step.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import msgspec

from breastdce import __version__
from breastdce.core.digest import digest_json
from breastdce.core.errors import StoreError
from breastdce.run.plan import Plan, PlannedStep
from breastdce.run.recipe import Recipe
from breastdce.stages._contract import Context
from breastdce.store.codecs import pack, unpack
from breastdce.store.local import Store
from breastdce.store.record import Record

_SMALL_BYTES = 1 << 16
"""Reports and tables are always stored: it is images that a step may choose not to keep."""
OnStep = Callable[[int, str], None]
OnMade = Callable[[str, Any], None]


def _nothing(_artifact: str, _value: Any) -> None:
    pass


class Given(NamedTuple):
    """An artifact that no step makes."""

    value: object
    digest: str
    """Of its content."""


class ExamEngine:
    """Runs the steps of a plan for one exam.

    Parameters
    ----------
    plan
        Checked plan.
    store
        Where results are looked up and kept.
    given
        Artifacts that no step makes, each with the digest of its content.
    wanted
        Artifacts that are read after the last step; they stay in memory once made.
    threads
        Threads that a step may use.
    """

    def __init__(
        self,
        plan: Plan,
        store: Store,
        given: Mapping[str, Given],
        wanted: frozenset[str],
        *,
        threads: int = 1,
    ) -> None:
        self._plan = plan
        self._store = store
        self.wanted = wanted
        self._context = Context(threads)
        self._given = frozenset(given)
        self._values: dict[str, Any] = {name: one.value for name, one in given.items()}
        self.digests = {name: one.digest for name, one in given.items()}
        self.records: list[Record] = []
        self.computed = 0
        """Steps without a result so far; images that are made again do not count."""

    @property
    def recipe(self) -> Recipe:
        """The recipe behind the plan."""
        return self._plan.recipe

    def methods(self) -> tuple[str, ...]:
        """What the stages say about themselves, in order."""
        return tuple(step.stage.methods(step.params) for step in self._plan.steps)

    def run(self, on_step: OnStep | None = None, on_made: OnMade = _nothing) -> None:
        """Bring every artifact of the plan up to date; tell of what had to be made."""
        for index, step in enumerate(self._plan.steps):
            if on_step is not None:
                on_step(index, step.stage.name)
            record = self._recall(step)
            if record is None:
                record = self._compute(step)
                self.computed += 1
                for artifact in step.writes.values():
                    on_made(artifact, self._values[artifact])
            self.records.append(record)
            self._release(index)

    def value(self, artifact: str) -> Any:
        """Return an artifact: live, from the store, or made again if it was not kept."""
        if artifact not in self._values:
            step = self._plan.producer(artifact)
            if not self._load(artifact):
                self._compute(step)
        return self._values[artifact]

    def _recall(self, step: PlannedStep) -> Record | None:
        record = self._store.find(step.key(self._inputs(step)))
        if record is None:
            return None
        if step.keep and not all(self._store.has(digest) for digest in record.outputs.values()):
            return None
        for slot, digest in record.outputs.items():
            self.digests[step.writes[slot]] = digest
        return record

    def _compute(self, step: PlannedStep) -> Record:
        slots = {slot: self.value(artifact) for slot, artifact in step.reads.items()}
        started = time.monotonic()
        result = step.stage.run(step.stage.inputs(**slots), step.params, self._context)
        key = step.key(self._inputs(step))
        outputs = {
            slot: self._keep(step, key, slot, getattr(result.outputs, slot)) for slot in step.writes
        }
        record = Record(
            key=key,
            stage=step.stage.name,
            version=step.stage.version,
            params=msgspec.to_builtins(step.params),
            inputs=self._inputs(step),
            outputs=outputs,
            engines=step.engines(),
            package=__version__,
            seconds=round(time.monotonic() - started, 3),
            peak_bytes=peak_memory_bytes(),
            caveats=result.caveats,
        )
        self._store.commit(record)
        return record

    def _keep(self, step: PlannedStep, key: str, slot: str, value: object) -> str:
        packed = pack(value)
        if step.keep or sum(array.nbytes for array in packed.arrays) < _SMALL_BYTES:
            digest = packed.digest()
            self._store.put(packed, digest)
        else:
            # Named by what made it: it cannot be looked up, so its content need not be read.
            digest = digest_json({"key": key, "slot": slot})
        # The same way back as from the store: what is published cannot depend on which it was.
        artifact = step.writes[slot]
        self._values[artifact] = unpack(packed, self._plan.types[artifact])
        self.digests[step.writes[slot]] = digest
        return digest

    def _load(self, artifact: str) -> bool:
        digest = self.digests[artifact]
        if not self._store.has(digest):
            return False
        try:
            self._values[artifact] = self._store.get(digest, self._plan.types[artifact])
        except StoreError:  # damaged objects are removed by the store, and made again by us
            return False
        return True

    def _inputs(self, step: PlannedStep) -> dict[str, str]:
        return {slot: self.digests[artifact] for slot, artifact in step.reads.items()}

    def _release(self, index: int) -> None:
        done = [
            artifact
            for artifact in self._values
            if artifact not in self._given
            and artifact not in self.wanted
            and self._plan.last_reader(artifact) <= index
        ]
        for artifact in done:
            del self._values[artifact]


def peak_memory_bytes() -> int:
    """Peak resident memory of this process so far."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
