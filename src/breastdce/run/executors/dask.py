"""On a running dask.distributed cluster that sees the same files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import CallError
from breastdce.run.executors._contract import WorkerLost

T = TypeVar("T")
R = TypeVar("R")


class Dask:
    """The scheduler at `address` (for example tcp://10.0.0.1:8786).

    The scheduler runs a task again when its worker dies; after several deaths it gives up.
    """

    def __init__(self, address: str) -> None:
        self._address = address

    def run(self, call: Callable[[T], R], tasks: Sequence[T]) -> Iterator[tuple[T, R | WorkerLost]]:
        """See `Executor.run`.

        Raises
        ------
        CallError
            No scheduler answers at the address.
        """
        from distributed import Client, KilledWorker, as_completed

        try:
            client = Client(self._address, timeout="10s", set_as_default=False)
        except (OSError, TimeoutError, ValueError) as error:
            raise CallError(
                ErrorCode.CALL_INVALID,
                "No Dask scheduler answers",
                evidence={"address": self._address, "why": str(error)},
                remedy="Start one with `dask scheduler`, and give its address.",
            ) from error
        with client:
            # Pure would let the scheduler answer from memory although files may have changed.
            futures = client.map(call, tasks, pure=False)
            by_key = {future.key: task for future, task in zip(futures, tasks, strict=True)}
            for future in as_completed(futures, loop=client.loop):
                try:
                    yield by_key[future.key], future.result()
                except KilledWorker as error:
                    yield by_key[future.key], WorkerLost(str(error).splitlines()[0])
