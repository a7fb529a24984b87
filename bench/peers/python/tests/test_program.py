"""The whole client, as a process, against an upstream on loopback."""

import asyncio
import json
import os
import signal
import unittest

from aiohttp import web
from support import DIGEST, LoopTest, client, good, said, upstream

from peer.placements import PLACEMENTS

UNITS = "ns/op MB/s cpus decode-busy decode-overlap resp-p50-ns resp-p99-ns"


def cell(placement: str, window: int = 4) -> str:
    return f"codec=json/placement={placement}/window={window}/size=4KiB-2"


async def serve(id: int, request: web.Request) -> web.StreamResponse:
    return good()


class ProgramTest(LoopTest):
    async def test_lists_what_it_has(self) -> None:
        status, out, err = await said(await client("--list"))
        listing = json.loads(out)
        self.assertEqual((status, err, listing["client"]), (0, "", "python"))
        names = [placement["name"] for placement in listing["placements"]]
        self.assertEqual(names, ["asyncio-wait", "to-thread", "processes"])
        self.assertIn("json", [codec["name"] for codec in listing["codecs"]])

    async def test_prints_results_and_a_benchmark_line(self) -> None:
        for placement in PLACEMENTS:
            name = cell(placement)
            arguments = ("--cell", name, "--responses=6", "--ops=2", "--results")
            with self.subTest(placement):
                async with upstream(serve) as base:
                    process = await client("--upstream", base, *arguments)
                    status, out, err = await said(process)
                self.assertEqual((status, err), (0, ""))
                *results, config, bench = out.splitlines()
                ids = [int(line.split()[1]) for line in results]
                self.assertEqual(results, [f"collated {id} 7" for id in ids])
                # Each collation by itself: the warm-up, and two ops.
                for some in (range(4), range(4, 10), range(10, 16)):
                    self.assertEqual(sorted(ids[some.start : some.stop]), list(some))
                self.assertEqual(config, "client: python")
                self.assertEqual(bench.split()[:2], [f"BenchmarkCollate/{name}", "2"])
                self.assertEqual(bench.split()[3::2], UNITS.split())
                for value in bench.split()[2::2]:
                    self.assertGreater(float(value), 0)

    async def test_a_failure_is_one_line(self) -> None:
        async def one_is_other(id: int, request: web.Request) -> web.StreamResponse:
            response = good()
            if id == 17:  # one of which the digest is taken
                response.headers["X-Payload-Digest"] = "00000000"
            return response

        for placement in PLACEMENTS:
            with self.subTest(placement):
                async with upstream(one_is_other) as base:
                    arguments = ("--upstream", base, "--cell", cell(placement, 1))
                    process = await client(*arguments, "--results")
                    status, out, err = await said(process)
                self.assertEqual(status, 1)
                what = f"decoded values have digest {DIGEST}, not 00000000"
                self.assertEqual(err, f"python: response 17: {what}\n")
                self.assertEqual(
                    out.splitlines(), [f"collated {id} 7" for id in range(17)]
                )

    async def test_bad_usage_is_one_line(self) -> None:
        process = await client("--upstream", "http://127.0.0.1:1", "--cell", "a=\nb")
        status, out, err = await said(process)
        self.assertEqual((status, out), (1, ""))
        self.assertRegex(err, '^python: --cell "a= b": a: this client has no .*\n$')

    async def test_output_that_nobody_reads_is_one_line(self) -> None:
        async with upstream(serve) as base:
            process = await client(
                "--upstream", base, "--cell", cell("asyncio-wait"), "--results"
            )
            assert process.stdout is not None
            process.stdout._transport.close()  # type: ignore[attr-defined]
            status, _, err = await said(process)
        self.assertEqual((status, err), (1, "python: [Errno 32] Broken pipe\n"))

    async def test_a_pool_that_does_not_start_is_one_line(self) -> None:
        many = cell("processes").replace("-2", "-20")
        arguments = ("--upstream", "http://127.0.0.1:1", "--cell", many)
        status, out, err = await said(await client(*arguments, files=40))
        self.assertEqual((status, out), (1, ""))
        self.assertEqual(err, "python: [Errno 24] Too many open files\n")


class EndTest(LoopTest):
    """How it ends when it is told to, in the midst of its requests."""

    async def end(self, placement: str, how: signal.Signals) -> tuple[int, str, str]:
        asked = asyncio.Event()

        async def stall(id: int, request: web.Request) -> web.StreamResponse:
            if id < 2:
                return good()
            asked.set()
            await asyncio.get_running_loop().create_future()
            raise AssertionError

        async with upstream(stall) as base:
            process = await client(
                "--upstream", base, "--cell", cell(placement), "--results"
            )
            await asyncio.wait_for(asked.wait(), timeout=20)
            if how == signal.SIGINT:
                os.killpg(process.pid, how)  # as a terminal does on Ctrl-C
            else:
                process.send_signal(how)
            return await said(process)

    async def test_an_interrupt_is_one_line(self) -> None:
        for placement in PLACEMENTS:
            with self.subTest(placement):
                status, out, err = await self.end(placement, signal.SIGINT)
                self.assertEqual((status, err), (1, "python: interrupted\n"))
                self.assertNotIn("Benchmark", out)

    async def test_no_worker_outlives_a_killed_client(self) -> None:
        # Workers hold the client's outputs: their end is that of the last one.
        status, _, _ = await self.end("processes", signal.SIGKILL)
        self.assertEqual(status, -signal.SIGKILL)


if __name__ == "__main__":
    unittest.main()
