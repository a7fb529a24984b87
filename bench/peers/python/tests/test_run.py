import unittest

from aiohttp import web
from support import LoopTest, good, upstream

from peer.arguments import parse
from peer.decoding import Decoded
from peer.figures import Figures
from peer.meter import Meter
from peer.run import run


class RunTest(LoopTest):
    async def measure(self, *, window: int) -> tuple[list[int], Figures]:
        ids = []

        async def answer(id: int, request: web.Request) -> web.StreamResponse:
            ids.append(id)
            return good()

        cell = f"codec=json/placement=asyncio-wait/window={window}/size=4KiB"
        async with upstream(answer) as base:
            argv = f"--upstream={base} --cell={cell} --responses=6 --ops=2"
            arguments = parse(argv.split())
            assert arguments is not None
            return ids, await run(arguments)

    async def test_warms_up_and_goes_on_with_the_next_ids(self) -> None:
        ids, _ = await self.measure(window=1)
        self.assertEqual(ids, list(range(4 + 2 * 6)))
        ids, _ = await self.measure(window=9)
        self.assertEqual(sorted(ids), list(range(9 + 2 * 6)))

    async def test_measures_the_ops_alone(self) -> None:
        _, figures = await self.measure(window=9)
        self.assertEqual(len(figures.responses), 2 * 6)
        self.assertEqual(len(figures.decodes), 2 * 6)


class MeterTest(unittest.TestCase):
    def test_counts_from_clock_on(self) -> None:
        meter = Meter()
        for id, end in ((0, 10), (1, 30)):
            meter.clock_on()
            meter.admitted(id)
            meter.collated(Decoded(id, [], end - 5, end, elsewhere=10**15))
        figures = meter.clock_off()
        self.assertEqual(figures.decodes, [(25, 30)])
        self.assertEqual(figures.cpu // 10**15, 1)
        self.assertGreaterEqual(figures.responses[0], 0)
        self.assertGreater(figures.wall, figures.responses[0])


if __name__ == "__main__":
    unittest.main()
