import asyncio
import unittest

from aiohttp import web
from support import BODY, DIGEST, RECORDS, LoopTest, good, upstream

from peer.decoding import Body
from peer.failure import ResponseFailure
from peer.upstream import Upstream


class UpstreamTest(LoopTest):
    async def test_fetches_a_body_with_what_is_said_of_it(self) -> None:
        seen: list[web.Request] = []

        async def answer(id: int, request: web.Request) -> web.StreamResponse:
            seen.append(request)
            return good()

        async with upstream(answer) as base, Upstream(base + "/", "64KiB") as client:
            body = await client.fetch(7)
        self.assertEqual(body, Body(7, BODY, RECORDS, DIGEST))
        (request,) = seen
        self.assertEqual(request.path_qs, "/v1/payload?codec=json&size=64KiB&id=7")
        self.assertEqual(request.headers["Accept-Encoding"], "identity")

    async def test_opens_as_many_connections_as_are_asked_for(self) -> None:
        window = 150  # above aiohttp's limit of 100
        waiting, all_here = 0, asyncio.Event()

        async def answer(id: int, request: web.Request) -> web.StreamResponse:
            nonlocal waiting
            waiting += 1
            if waiting == window:
                all_here.set()
            await all_here.wait()
            return good()

        async with upstream(answer) as base, Upstream(base, "1KiB") as client:
            fetches = asyncio.gather(*map(client.fetch, range(window)))
            await asyncio.wait_for(fetches, timeout=10)

    async def test_uses_a_connection_again(self) -> None:
        transports = set()

        async def answer(id: int, request: web.Request) -> web.StreamResponse:
            transports.add(request.transport)
            return good()

        async with upstream(answer) as base, Upstream(base, "1KiB") as client:
            for id in range(5):
                await client.fetch(id)
        self.assertEqual(len(transports), 1)

    async def test_says_what_is_wrong(self) -> None:
        async def refuse(id: int, request: web.Request) -> web.StreamResponse:
            return web.Response(status=503, text="fault on purpose\nand more")

        async def redirect(id: int, request: web.Request) -> web.StreamResponse:
            raise web.HTTPFound("/elsewhere")

        async def cut(id: int, request: web.Request) -> web.StreamResponse:
            response = web.StreamResponse(headers={"Content-Length": "2048"})
            await response.prepare(request)
            await response.write(bytes(1024))
            assert request.transport is not None
            request.transport.close()
            return response

        for answer, what in (
            (refuse, "^response 7: status 503: fault on purpose$"),
            (redirect, "^response 7: status 302"),
            (cut, "^response 7: body cut after 1024 of 2048 bytes$"),
        ):
            async with upstream(answer) as base, Upstream(base, "2KiB") as client:
                with self.subTest(what), self.assertRaisesRegex(ResponseFailure, what):
                    await client.fetch(7)

    async def test_says_that_nobody_listens(self) -> None:
        async with upstream(lambda id, request: asyncio.sleep(0, good())) as base:
            port = base.rpartition(":")[2]
        what = f"^response 7: connect to 127.0.0.1:{port}: Connection refused$"
        async with Upstream(base, "1KiB") as client:
            with self.assertRaisesRegex(ResponseFailure, what):
                await client.fetch(7)


if __name__ == "__main__":
    unittest.main()
