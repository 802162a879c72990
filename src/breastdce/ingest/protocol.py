"""Which volumes were acquired alike: one protocol, one grid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from breastdce.formats.dicom.header import Header
from breastdce.ingest.series import SAME_PROTOCOL, Part
from breastdce.ingest.volumes import Stack

_FAT_OPTIONS = frozenset({"FS", "SAT_GEMS", "FATSAT", "FAT_SAT", "SFS"})
"""ScanOptions terms that mean fat saturation (DICOM's FS, GE's own)."""
_FAT_SUPPRESSION = frozenset({"FAT", "FAT_AND_WATER", "SPIR", "SPAIR"})
"""Terms of SpectrallySelectedSuppression that mean it."""


@dataclass(frozen=True, slots=True)
class Protocol:
    """What has to be alike in all phases of one dynamic."""

    repetition_ms: float | None
    echo_ms: float | None
    flip_deg: float | None
    fat_suppressed: bool
    coil: str

    def differences(self, other: Protocol) -> tuple[str, ...]:
        """What differs, with numbers of our own; a value that one side lacks does not count."""
        pairs = (
            ("TR", self.repetition_ms, other.repetition_ms),
            ("TE", self.echo_ms, other.echo_ms),
            ("flip angle", self.flip_deg, other.flip_deg),
        )
        found = [f"{name} {b:g}, not {a:g}" for name, a, b in pairs if a and b and _far(a, b)]
        if self.fat_suppressed != other.fat_suppressed:
            found.append("fat suppression")
        if self.coil and other.coil and self.coil != other.coil:
            found.append("receive coil")
        return tuple(found)


def _far(one: float, other: float) -> bool:
    return abs(one - other) > SAME_PROTOCOL * max(abs(one), abs(other))


def protocol_of(part: Part) -> Protocol:
    """Protocol of a part, from its first slice."""
    return Protocol(
        repetition_ms=part.frame.repetition_time_ms,
        echo_ms=part.frame.echo_time_ms,
        flip_deg=part.frame.flip_angle_deg,
        fat_suppressed=_fat_suppressed(part.header),
        coil=part.header.receive_coil.strip().upper(),
    )


def _fat_suppressed(header: Header) -> bool:
    options = {option.strip().upper() for option in header.scan_options}
    return bool(options & _FAT_OPTIONS) or header.fat_suppression.upper() in _FAT_SUPPRESSION


def same_protocol(one: Part, other: Part) -> bool:
    """Whether nothing that both headers tell differs."""
    return not protocol_of(one).differences(protocol_of(other))


def is_sibling(one: Stack, other: Stack) -> bool:
    """Same protocol and orientation over overlapping ground, whatever the exact grid."""
    aligned = bool(abs(one.lattice.direction - other.lattice.direction).max() < 1e-3)
    overlapping = one.lattice.overlap(other.lattice) > 0.2
    return aligned and overlapping and same_protocol(one.part, other.part)


def alike_sets(stacks: Sequence[Stack]) -> tuple[tuple[Stack, ...], ...]:
    """Volumes gathered by grid and protocol, compared with the first of each set."""
    sets: list[list[Stack]] = []
    for stack in sorted(stacks, key=lambda item: item.identity):
        near = (
            members
            for members in sets
            if stack.lattice.same_place(members[0].lattice)
            and same_protocol(members[0].part, stack.part)
        )
        home = next(near, None)
        if home is None:
            sets.append([stack])
        else:
            home.append(stack)
    return tuple(map(tuple, sets))
