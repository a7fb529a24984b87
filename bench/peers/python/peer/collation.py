"""A collation as its placement sees it, and what a placement is."""

import asyncio
from collections.abc import Awaitable, Callable, Set
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, NamedTuple

from .decoding import Body, Decoded


@dataclass(frozen=True)
class Collation:
    """One collation: which responses, and what to tell about each of them."""

    ids: range
    window: int  # most requests admitted and not collated
    codec: str
    fetch: Callable[[int], Awaitable[Body]]
    admitted: Callable[[int], None]
    collated: Callable[[Decoded], None]

    def admit(self, id: int) -> int:
        """Notes that a request takes its place in the window, before it is sent."""
        self.admitted(id)
        return id


Collate = Callable[[Collation], Awaitable[None]]


class Placement(NamedTuple):
    """An idiom for who decodes."""

    name: str
    order: str  # of the results: completion or request
    about: str
    # From the number of workers to the collating function. Pools live as long
    # as the context, which is entered on the running loop's thread.
    collating: Callable[[int], AbstractContextManager[Collate]]


async def abandon(tasks: Set[asyncio.Task[Any]]) -> None:
    """Cancels tasks and waits for their end, so that no request outlives its op.

    It also takes the exceptions of those that failed together with the first:
    asyncio complains on standard error about one that nobody took.
    """
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
