"""A process that reads one foreign checkpoint and leaves its weights as safetensors.

Called as `python -m breastdce.run.checkpoint_process CHECKPOINT WEIGHTS` by `read_apart`; the one
line on standard output is an `Answer`.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import msgspec

from breastdce.core.codes import ErrorCode
from breastdce.core.errors import InputError
from breastdce.formats.tensors import Seal, write_tensors


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What a checkpoint says beside its weights."""

    configuration: str
    trainer: str
    mirrored: tuple[int, ...]
    seal: Seal
    """Of the file of weights."""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """Facts, or why there are none."""

    facts: Facts | None = None
    why: str = ""


def read_apart(checkpoint: Path, weights: Path) -> Facts:
    """Read a checkpoint in a process of its own, which writes `weights`.

    Raises
    ------
    InputError
        CHECKPOINT_REFUSED.
    """
    module = "breastdce.run.checkpoint_process"
    command = [sys.executable, "-m", module, str(checkpoint), str(weights)]
    done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603 - our own program
    try:
        answer = msgspec.json.decode(done.stdout, type=Answer)
    except msgspec.DecodeError:
        last = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        answer = Answer(why=f"the reading process ended with status {done.returncode}: {last}")
    if answer.facts is None:
        raise InputError(
            ErrorCode.CHECKPOINT_REFUSED, evidence={"file": str(checkpoint), "why": answer.why}
        )
    return answer.facts


def _answer(checkpoint: Path, weights: Path) -> Answer:
    from breastdce.segment.net.nnunet import read_checkpoint

    try:
        found = read_checkpoint(checkpoint)
    except InputError as error:
        return Answer(why=str(error.evidence["why"]))
    facts = Facts(
        configuration=found.configuration,
        trainer=found.trainer,
        mirrored=found.mirrored,
        seal=write_tensors(weights, found.weights),
    )
    return Answer(facts=facts)


if __name__ == "__main__":
    sys.stdout.buffer.write(msgspec.json.encode(_answer(Path(sys.argv[1]), Path(sys.argv[2]))))
