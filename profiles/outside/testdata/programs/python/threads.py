"""Threads of one interpreter, as many as the window, each with a connection."""
import http.client
import itertools
import json
import sys
import threading
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from urllib.parse import urlsplit

local = threading.local()


def connect(url):
    local.connection = http.client.HTTPConnection(url.hostname, url.port)


def price(url, i):
    local.connection.request("GET", f"{url.path}?{url.query}&id={i % 64}")
    response = local.connection.getresponse()
    body = response.read()
    if response.status != 200:
        raise RuntimeError(f"page {i}: {response.status} {response.reason}")
    return sum(record["price"] for record in json.loads(body))


def main(url, window):
    url, ids, total = urlsplit(url), itertools.count(), 0
    with ThreadPoolExecutor(window, initializer=connect, initargs=(url,)) as pool:
        pending = {pool.submit(price, url, next(ids)) for _ in range(window)}
        while pending:
            done, pending = wait(pending, return_when=FIRST_COMPLETED)
            for page in done:
                total += page.result()
                pending.add(pool.submit(price, url, next(ids)))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
