"""How an artifact becomes bytes: a tree of plain values and a list of arrays, nothing pickled.

An artifact is built of dataclasses, NamedTuples, msgspec records, tuples, plain values and numpy
arrays. Its type says how to read it back, so the bytes carry data only and reading runs no code.
"""

from __future__ import annotations

import types
from dataclasses import fields, is_dataclass
from typing import Any, NamedTuple, TypeVar, Union, cast, get_args, get_origin, get_type_hints

import msgspec
import numpy as np
from numpy.typing import NDArray

from breastdce.core.digest import digest_bytes

T = TypeVar("T")
Array = NDArray[Any]
# Order is content: the columns of a feature row, the keys of a sidecar. Stages make it the same way
# each time, so equal values have equal bytes.
_encode = msgspec.msgpack.Encoder().encode


class Packed(NamedTuple):
    """An artifact as plain data."""

    tree: bytes
    """msgpack of the nested plain values; an array stands as its number."""
    arrays: tuple[Array, ...]

    def digest(self) -> str:
        """Name of the content: equal for equal values, whatever made them."""
        parts = [digest_bytes(self.tree)]
        for array in self.arrays:
            parts.append(f"{array.dtype.str}{array.shape}")
            parts.append(digest_bytes(_flat(array)))
        return digest_bytes("\n".join(parts).encode())


def pack(value: object) -> Packed:
    """Take an artifact apart; arrays are not copied where they are contiguous."""
    arrays: list[Array] = []
    return Packed(_encode(_lower(value, arrays)), tuple(arrays))


def unpack(packed: Packed, kind: type[T]) -> T:
    """Put an artifact of type `kind` together again."""
    return cast(T, _lift(msgspec.msgpack.decode(packed.tree), kind, packed.arrays))


def to_bytes(array: Array) -> bytes:
    """Bytes of an array in Fortran order, the order of all our images."""
    return array.tobytes(order="F")


def from_bytes(payload: bytes, dtype: str, shape: tuple[int, ...]) -> Array:
    """Inverse of `to_bytes`; the array is read-only and Fortran-ordered."""
    return np.frombuffer(payload, dtype=np.dtype(dtype)).reshape(shape, order="F")


def _flat(array: Array) -> memoryview | bytes:
    if array.flags.f_contiguous and array.size:
        flat: memoryview = array.reshape(-1, order="F").data
        return flat.cast("B")
    return to_bytes(array)


def _lower(value: Any, arrays: list[Array]) -> Any:
    if isinstance(value, np.ndarray):
        arrays.append(value)
        return len(arrays) - 1
    if is_dataclass(value):
        return [_lower(getattr(value, field.name), arrays) for field in fields(value)]
    if isinstance(value, tuple):
        return [_lower(item, arrays) for item in value]
    return msgspec.to_builtins(value)


def _lift(tree: Any, kind: Any, arrays: tuple[Array, ...]) -> Any:
    origin = _origin(kind)
    if origin is np.ndarray:
        return arrays[tree]
    if origin in (Union, types.UnionType) and type(None) in get_args(kind):
        arms = [arm for arm in get_args(kind) if arm is not type(None)]
        return None if tree is None else _lift(tree, Union[tuple(arms)], arrays)  # noqa: UP007
    if is_dataclass(kind) or _is_named_tuple(kind):
        hints = get_type_hints(kind)
        names = _field_names(kind)
        return kind(*(_lift(item, hints[n], arrays) for n, item in zip(names, tree, strict=True)))
    if origin is tuple:
        return tuple(_lift_items(tree, get_args(kind), arrays))
    return msgspec.convert(tree, kind)


def _origin(kind: Any) -> Any:
    """What a generic type is made of; by NumPy 2.5 on Python 3.12, NDArray is an alias."""
    origin = get_origin(kind)
    return get_origin(getattr(origin, "__value__", None)) or origin


def _lift_items(tree: list[Any], args: tuple[Any, ...], arrays: tuple[Array, ...]) -> list[Any]:
    kinds = [args[0]] * len(tree) if args[-1] is Ellipsis else list(args)
    return [_lift(item, kind, arrays) for item, kind in zip(tree, kinds, strict=True)]


def _is_named_tuple(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, tuple) and hasattr(kind, "_fields")


def _field_names(kind: Any) -> tuple[str, ...]:
    if _is_named_tuple(kind):
        return cast("tuple[str, ...]", kind._fields)
    return tuple(field.name for field in fields(kind))
