"""From the times of a run to its benchmark line."""

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

Interval = tuple[int, int]


class Figures(NamedTuple):
    """What was measured between clock on and clock off; all times in ns."""

    wall: int
    cpu: int  # of the process and its workers
    decodes: list[Interval]
    responses: list[int]  # of each, from admission to collated

    def line(self, name: str, ops: int, size: int) -> str:
        """The benchmark line; size is the bytes of all responses together."""
        busy = covered(self.decodes)
        overlap = sum(end - begin for begin, end in self.decodes) / busy
        pairs = {
            "ns/op": str(round(self.wall / ops)),
            "MB/s": plain(size / 1e6 / (self.wall / 1e9)),
            "cpus": plain(self.cpu / self.wall),
            "decode-busy": plain(busy / self.wall),
            "decode-overlap": plain(overlap),
            "resp-p50-ns": str(percentile(self.responses, 50)),
            "resp-p99-ns": str(percentile(self.responses, 99)),
        }
        values = " ".join(f"{value} {unit}" for unit, value in pairs.items())
        return f"BenchmarkCollate/{name} {ops} {values}"


def covered(intervals: Iterable[Interval]) -> int:
    """The length of the union of intervals: the time in which one is open at least."""
    total, reached = 0, 0
    for begin, end in sorted(intervals):
        total += max(0, end - max(begin, reached))
        reached = max(reached, end)
    return total


def percentile(values: Sequence[int], percent: int) -> int:
    """By nearest rank: a value that occurred, never one in between."""
    rank = -(-len(values) * percent // 100)  # rounded up, in whole numbers
    return sorted(values)[max(rank, 1) - 1]


def plain(value: float) -> str:
    """Four significant digits at least, and never an exponent."""
    if value <= 0:
        return "0"
    return f"{value:.{max(0, 3 - math.floor(math.log10(value)))}f}"
