"""asyncio-wait: the coroutine that fetches a body also decodes it.

The window is full and the requests do overlap, and still one core is all that
this ever uses: coroutines take turns on the event loop's thread, and a decode
holds that thread from begin to end. No other response is decoded meanwhile,
and none is read either.
"""

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice

from ..collation import Collate, Collation, Placement, abandon
from ..decoding import Decoded, decode


async def collate(op: Collation) -> None:
    async def respond(id: int) -> Decoded:
        body = await op.fetch(id)
        return decode(op.codec, body)  # nothing to await: all others stand still

    def start(ids: Iterable[int]) -> set[asyncio.Task[Decoded]]:
        return {asyncio.create_task(respond(op.admit(id))) for id in ids}

    ids = iter(op.ids)
    tasks = start(islice(ids, op.window))
    try:
        while tasks:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                op.collated(task.result())  # raises what the task raised
            tasks -= done
            tasks |= start(islice(ids, len(done)))
    except BaseException:  # a cancelled collation cancels its requests, too
        await abandon(tasks)
        raise


@contextmanager
def collating(workers: int) -> Iterator[Collate]:
    """Needs no pool: however many workers there may be, the loop has one thread."""
    yield collate


PLACEMENT = Placement(
    name="asyncio-wait",
    order="completion",
    about="the event loop's thread decodes, in the coroutine that fetched",
    collating=collating,
)
