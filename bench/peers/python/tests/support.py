"""What the tests share. To import it puts the client's folder on the path."""

import asyncio
import os
import sys
import unittest
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from resource import RLIMIT_NOFILE, setrlimit

SOURCE = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(SOURCE))

from aiohttp import web  # noqa: E402

# Captured from the mock upstream, with escapes, non-ASCII text and numbers of
# 17 digits in it; records and digest are what the upstream said of them.
BODY = (SOURCE / "tests/testdata/records.json").read_bytes()
RECORDS, DIGEST = "7", "3536c0ff"

Answer = Callable[[int, web.Request], Awaitable[web.StreamResponse]]


class LoopTest(unittest.IsolatedAsyncioTestCase):
    """A test on an event loop, which does not complain on standard error about
    being held up: to start processes does that, and so does a busy machine.
    """

    async def asyncSetUp(self) -> None:
        asyncio.get_running_loop().slow_callback_duration = 60


def good() -> web.Response:
    headers = {"X-Payload-Records": RECORDS, "X-Payload-Digest": DIGEST}
    return web.Response(body=BODY, headers=headers)


@asynccontextmanager
async def upstream(answer: Answer) -> AsyncIterator[str]:
    """Serves on loopback with a function from id and request to the response."""

    async def handle(request: web.Request) -> web.StreamResponse:
        return await answer(int(request.query["id"]), request)

    app = web.Application()
    app.router.add_get("/v1/payload", handle)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        yield f"http://{host}:{port}"
    finally:
        await runner.cleanup()


async def client(*arguments: str, files: int = 256) -> asyncio.subprocess.Process:
    """Starts the client as a user does, but in a session of its own. It can open
    so many files at most.
    """
    plain = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-B",
        str(SOURCE),
        *arguments,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        # A proxy that does not exist, to see that it is not asked.
        env={**plain, "http_proxy": "http://127.0.0.1:1"},
        start_new_session=True,
        preexec_fn=partial(setrlimit, RLIMIT_NOFILE, (files, files)),
    )


async def said(process: asyncio.subprocess.Process) -> tuple[int, str, str]:
    """Waits until nobody holds the client's outputs any more, its children neither."""
    out, err = await asyncio.wait_for(process.communicate(), timeout=20)
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()
