"""The cell: what is to be measured, in one name."""

import re
from collections.abc import Collection
from typing import NamedTuple

from .failure import Failure

# All that a cell has, each once. Another one would ask for what this client
# does not do.
_DIMENSIONS = ("codec", "placement", "window", "size")
_UNITS = {"B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}
_MAX_COUNT = 1_000_000


class Cell(NamedTuple):
    """A cell's name, read."""

    name: str
    codec: str
    placement: str
    window: int
    size: str  # as in the upstream's URL
    bytes: int
    workers: int


def parse_cell(name: str, codecs: Collection[str], placements: Collection[str]) -> Cell:
    """Reads codec=json/placement=to-thread/window=32/size=1MiB-2, in any order."""
    elements, workers = _without_workers(name)
    found = _elements(elements)
    missing = [d for d in _DIMENSIONS if d not in found]
    if missing:
        known = ", ".join(_DIMENSIONS)
        raise Failure(f"{' and '.join(missing)} missing: a cell has {known}")
    return Cell(
        name,
        _one_of("codec", found["codec"], codecs),
        _one_of("placement", found["placement"], placements),
        parse_count("window:", found["window"]),
        found["size"],
        _parse_size(found["size"]),
        workers,
    )


def parse_count(what: str, text: str) -> int:
    """A whole number, as windows, ops and the like are."""
    if re.fullmatch("[0-9]{1,9}", text) and 1 <= int(text) <= _MAX_COUNT:
        return int(text)
    raise Failure(f'{what} "{text}" is not a whole number from 1 to {_MAX_COUNT}')


def _without_workers(name: str) -> tuple[str, int]:
    elements, dash, digits = name.rpartition("-")
    if not dash or not re.fullmatch("[0-9]+", digits):
        return name, 1
    return elements, parse_count("workers, after the last -:", digits)


def _elements(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for element in text.split("/"):
        dimension, equals, value = element.partition("=")
        if not (dimension and equals and value):
            raise Failure(f'"{element}" is not dimension=value')
        if dimension not in _DIMENSIONS:
            known = ", ".join(_DIMENSIONS)
            raise Failure(
                f"{dimension}: this client has no such dimension; it knows {known}"
            )
        if dimension in found:
            raise Failure(f"{dimension}: given twice; a cell has each dimension once")
        found[dimension] = value
    return found


def _one_of(dimension: str, value: str, allowed: Collection[str]) -> str:
    if value not in allowed:
        raise Failure(f'{dimension}: "{value}" is not one of {", ".join(allowed)}')
    return value


def _parse_size(text: str) -> int:
    match = re.fullmatch(f"([1-9][0-9]{{0,15}})({'|'.join(_UNITS)})", text)
    if not match:
        raise Failure(
            f'size: "{text}" is not a whole number of B, KiB, MiB or GiB, as in 1MiB'
        )
    return int(match[1]) * _UNITS[match[2]]
