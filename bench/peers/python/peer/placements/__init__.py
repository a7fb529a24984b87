"""The placements: one idiom a file, to be read side by side."""

from ..collation import Placement
from . import asyncio_wait, processes, to_thread

PLACEMENTS: dict[str, Placement] = {
    module.PLACEMENT.name: module.PLACEMENT
    for module in (asyncio_wait, to_thread, processes)
}
