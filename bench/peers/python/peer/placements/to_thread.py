"""to-thread: fetched on the event loop, decoded on a thread of a pool.

The usual advice for code that blocks, and right for code that waits. Decoding
does not wait: json and orjson hold the GIL throughout, so that the threads take
turns as the coroutines did, and pay for the changes of hand. What is won is a
loop that gets a turn, too: it reads and starts requests meanwhile. Without the
GIL (a free-threaded build) the same code decodes on all cores.
"""

import asyncio
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice

from ..collation import Collate, Collation, Placement, abandon
from ..decoding import Decoded, decode


async def collate(op: Collation) -> None:
    async def respond(id: int) -> Decoded:
        body = await op.fetch(id)
        return await asyncio.to_thread(decode, op.codec, body)

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
    """asyncio.to_thread runs on the loop's default executor, which has up to 32
    threads unless another is set. A decode that has begun can't be cancelled: the
    end of the context waits for it.
    """
    with ThreadPoolExecutor(workers) as pool:
        asyncio.get_running_loop().set_default_executor(pool)
        yield collate


PLACEMENT = Placement(
    name="to-thread",
    order="completion",
    about="threads of a pool decode, in turns where there is a GIL",
    collating=collating,
)
