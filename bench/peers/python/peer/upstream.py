"""Fetching: one request, one body, read whole."""

import os

import aiohttp

from .decoding import Body
from .failure import ResponseFailure, said


class Upstream:
    """The upstream's connections: as many as the window needs, all kept alive."""

    def __init__(self, base: str, size: str) -> None:
        self._url = f"{base.rstrip('/')}/v1/payload?codec=json&size={size}&id="
        self._session = aiohttp.ClientSession(
            # The default of 100 connections would be a second, hidden window.
            # Connections that idle while others decode must not be dropped.
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=3600),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=None),
            headers={"Accept-Encoding": "identity"},
        )

    async def __aenter__(self) -> "Upstream":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def fetch(self, id: int) -> Body:
        """Reads a response whole. Its connection is free again afterwards."""
        try:
            async with self._session.get(
                f"{self._url}{id}", allow_redirects=False
            ) as response:
                if response.status != 200:
                    raise ResponseFailure(id, await _refusal(response))
                return Body(
                    id,
                    await _read(id, response),
                    response.headers.get("X-Payload-Records"),
                    response.headers.get("X-Payload-Digest"),
                )
        except aiohttp.ClientError as error:
            raise ResponseFailure(id, _plain(error)) from None


async def _read(id: int, response: aiohttp.ClientResponse) -> bytes:
    # read() joins the chunks once, into bytes of just their length. A bytearray
    # of Content-Length that is filled chunk by chunk takes a fifth longer.
    try:
        return await response.read()
    except aiohttp.ClientError:
        got, promised = response.content.total_bytes, response.content_length
        of = "" if promised is None else f" of {promised}"
        raise ResponseFailure(id, f"body cut after {got}{of} bytes") from None


async def _refusal(response: aiohttp.ClientResponse) -> str:
    lines = (await response.content.read(300)).decode(errors="replace").splitlines()
    return ": ".join([f"status {response.status}", *lines[:1]])


def _plain(error: aiohttp.ClientError) -> str:
    if not isinstance(error, aiohttp.ClientConnectorError):
        return said(error)
    cause = error.os_error
    # Errors of names (getaddrinfo) have numbers below 0 or none, and a text.
    number = cause.errno or 0
    why = os.strerror(number) if number > 0 else cause.strerror or said(cause)
    return f"connect to {error.host}:{error.port}: {why}"
