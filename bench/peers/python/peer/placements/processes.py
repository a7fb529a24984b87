"""processes: fetched on the event loop, decoded in a process of a pool.

Each worker has a GIL of its own, so decoding does use all cores. The price is
the way there and back. The body is pickled to the worker: a copy, or some. The
records are pickled back to the client, which goes on with them: for those of
1 MiB that takes the worker 2.7 ms and the client, under its one GIL, 2.5 ms,
where json needs 7.5 ms to parse them and orjson 2.4 ms. It pays if decoding
costs far more, or if the client can do with less: with a summary of the records
in their place all of it takes about half the time.
"""

import asyncio
import multiprocessing
import os
import signal
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import partial
from itertools import islice

from .. import worker
from ..collation import Collate, Collation, Placement, abandon
from ..decoding import Decoded
from ..failure import ResponseFailure, said


async def collate(pool: ProcessPoolExecutor, op: Collation) -> None:
    loop = asyncio.get_running_loop()

    async def respond(id: int) -> Decoded:
        body = await op.fetch(id)
        try:
            return await loop.run_in_executor(pool, worker.decode, op.codec, body)
        except BrokenProcessPool as error:  # a worker was killed
            raise ResponseFailure(id, said(error)) from None

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
    """Starts the workers by spawn. A fork would copy the client with its loop,
    its connections and the pool's threads, whose locks stay locked for ever in
    the copy. A fork server is as safe, and starts more workers sooner, but they
    are its children and not the client's; here nothing is timed before all run.
    """
    context = multiprocessing.get_context("spawn")
    # Made before interrupts are blocked: it starts multiprocessing's resource
    # tracker, and to start that one unblocks them.
    begin = context.Barrier(workers)
    with ProcessPoolExecutor(workers, context, worker.begin, (begin,)) as pool:
        # The pool starts a worker when it is given work and none is idle, and
        # none becomes idle before all have met at the barrier.
        try:
            with _interrupts_blocked():
                for started in [pool.submit(os.getpid) for _ in range(workers)]:
                    started.result()
        except BaseException:
            begin.abort()  # else those that did start would wait for ever
            raise
        yield partial(collate, pool)


@contextmanager
def _interrupts_blocked() -> Iterator[None]:
    """Processes that are started meanwhile have SIGINT blocked for good. A terminal
    sends Ctrl-C to all of them, and each worker would print a traceback, where
    the client's line is the one answer. In the client the signal is only late.
    """
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


PLACEMENT = Placement(
    name="processes",
    order="completion",
    about="processes of a pool decode, and pickle the records back",
    collating=collating,
)
