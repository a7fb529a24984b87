"""What each placement promises, seen without a network."""

import asyncio
import gc
import unittest
from collections.abc import Awaitable, Callable
from typing import Any

from support import BODY, DIGEST, RECORDS, LoopTest

from peer.collation import Collation
from peer.decoding import Body, Decoded
from peer.failure import ResponseFailure
from peer.placements import PLACEMENTS

Fetch = Callable[[int], Awaitable[Body]]


async def fetch(id: int) -> Body:
    await asyncio.sleep(id % 3 / 1000)
    return Body(id, BODY, RECORDS, DIGEST)


async def never(id: int) -> Body:
    await asyncio.get_running_loop().create_future()
    raise AssertionError


class Watch:
    """A collation under watch: what is admitted, and what is collated."""

    def __init__(self, ids: range, window: int, fetch: Fetch) -> None:
        self.admitted: list[int] = []
        self.collated: list[int] = []
        self.peak = 0
        self.elsewhere = 0  # CPU time of other processes
        self.first = asyncio.Event()  # one is collated
        self.collation = Collation(
            ids, window, "json", fetch, self._admitted, self._collated
        )

    def _admitted(self, id: int) -> None:
        self.admitted.append(id)
        self.peak = max(self.peak, len(self.admitted) - len(self.collated))

    def _collated(self, decoded: Decoded) -> None:
        assert len(decoded.records) == int(RECORDS)
        self.collated.append(decoded.id)
        self.elsewhere += decoded.elsewhere
        self.first.set()


class Promise:
    """Keeps the class from the test runner, which would take it for a placement."""

    class Test(LoopTest):
        placement: str

        async def asyncSetUp(self) -> None:
            await super().asyncSetUp()
            self.complaints: list[dict[str, Any]] = []
            asyncio.get_running_loop().set_exception_handler(
                lambda _, what: self.complaints.append(what)
            )

        async def collate(self, watch: Watch, timeout: float = 20) -> None:
            with PLACEMENTS[self.placement].collating(2) as collate:
                try:
                    await asyncio.wait_for(collate(watch.collation), timeout)
                finally:
                    left = asyncio.all_tasks() - {asyncio.current_task()}
                    self.assertFalse(left, "outlives its op")
                    # asyncio complains about an exception that nobody took when
                    # its task is freed.
                    gc.collect()
                    self.assertEqual(self.complaints, [])

        async def test_window_is_full_and_never_exceeded(self) -> None:
            for window, peak in ((1, 1), (5, 5), (100, 40)):
                with self.subTest(window=window):
                    watch = Watch(range(7, 47), window, fetch)
                    await self.collate(watch)
                    self.assertEqual(watch.peak, peak)
                    self.assertEqual(watch.admitted, list(range(7, 47)))
                    self.assertEqual(sorted(watch.collated), watch.admitted)

        async def test_window_is_kept_full(self) -> None:
            last, window = 40, 5
            fetching = 0
            full = asyncio.Event()

            async def together(id: int) -> Body:
                nonlocal fetching, full
                fetching += 1
                if fetching == window or id == last:
                    full.set()  # all that wait for it are done at one time
                    full, fetching = asyncio.Event(), 0
                else:
                    await full.wait()
                return Body(id, BODY, RECORDS, DIGEST)

            watch = Watch(range(last + 1), window, together)
            await self.collate(watch, timeout=5)
            self.assertEqual(len(watch.collated), last + 1)

        async def test_results_come_in_the_order_that_is_told(self) -> None:
            async def first_is_last(id: int) -> Body:
                if id == 0:
                    await watch.first.wait()
                return await fetch(id)

            watch = Watch(range(2), 2, first_is_last)
            await self.collate(watch)
            self.assertEqual(watch.collated, [1, 0])
            self.assertEqual(PLACEMENTS[self.placement].order, "completion")

        async def check_that_third_cancels_others(self, third: Fetch) -> None:
            cancelled = []

            async def one_is_bad(id: int) -> Body:
                if id == 2:
                    return await third(id)
                try:
                    return await never(id)
                except asyncio.CancelledError:
                    await asyncio.sleep(0.01)  # to close a connection takes its time
                    cancelled.append(id)
                    raise

            watch = Watch(range(64), 4, one_is_bad)
            with self.assertRaisesRegex(ResponseFailure, "^response 2: "):
                await self.collate(watch)
            self.assertEqual(watch.admitted, [0, 1, 2, 3])
            self.assertEqual(sorted(cancelled), [0, 1, 3])

        async def test_a_failed_fetch_cancels_the_others(self) -> None:
            async def refused(id: int) -> Body:
                raise ResponseFailure(id, "status 503")

            await self.check_that_third_cancels_others(refused)

        async def test_a_failed_decode_cancels_the_others(self) -> None:
            async def corrupt(id: int) -> Body:
                return Body(id, b"[")

            await self.check_that_third_cancels_others(corrupt)

        async def test_failures_at_one_time_are_one(self) -> None:
            async def refused(id: int) -> Body:
                raise ResponseFailure(id, "status 503")

            with self.assertRaises(ResponseFailure):
                await self.collate(Watch(range(64), 4, refused))

        async def test_to_cancel_a_collation_cancels_its_requests(self) -> None:
            with self.assertRaises(asyncio.TimeoutError):
                await self.collate(Watch(range(64), 4, never), timeout=0.01)


class AsyncioWaitTest(Promise.Test):
    placement = "asyncio-wait"


class ToThreadTest(Promise.Test):
    placement = "to-thread"


class ProcessesTest(Promise.Test):
    placement = "processes"

    async def test_workers_tell_their_cpu_time(self) -> None:
        watch = Watch(range(8), 8, fetch)
        await self.collate(watch)
        self.assertGreater(watch.elsewhere, 0)


if __name__ == "__main__":
    unittest.main()
