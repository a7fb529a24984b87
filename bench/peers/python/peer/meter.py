"""The probes: two clock readings a response, beside those of the decode."""

import time

from .decoding import Decoded
from .figures import Figures, Interval


class Meter:
    """Notes what a run does. All calls are made on the event loop's thread."""

    def __init__(self) -> None:
        self._admitted: dict[int, int] = {}
        self.clock_on()

    def clock_on(self) -> None:
        """Forgets all that was before: the warm-up is not measured."""
        self._decodes: list[Interval] = []
        self._responses: list[int] = []
        self._elsewhere = 0
        self._cpu = time.process_time_ns()
        self._began = time.monotonic_ns()

    def clock_off(self) -> Figures:
        wall = time.monotonic_ns() - self._began
        cpu = time.process_time_ns() - self._cpu + self._elsewhere
        return Figures(wall, cpu, self._decodes, self._responses)

    def admitted(self, id: int) -> None:
        self._admitted[id] = time.monotonic_ns()

    def collated(self, decoded: Decoded) -> None:
        self._responses.append(time.monotonic_ns() - self._admitted.pop(decoded.id))
        self._decodes.append((decoded.begin, decoded.end))
        self._elsewhere += decoded.elsewhere
