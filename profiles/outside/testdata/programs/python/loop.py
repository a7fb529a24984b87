"""One event loop: a window of coroutines, each of which decodes its page."""
import asyncio
import itertools
import json
import sys

import aiohttp


async def worker(session, url, ids):
    total = 0
    for i in ids:
        async with session.get(f"{url}&id={i % 64}") as response:
            response.raise_for_status()
            page = json.loads(await response.read())
        total += sum(record["price"] for record in page)


async def main(url, window):
    ids = itertools.count()
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=window)) as session:
        await asyncio.gather(*(worker(session, url, ids) for _ in range(window)))


asyncio.run(main(sys.argv[1], int(sys.argv[2])))
