"""Decoding a body, with the check that nothing was skipped.

Runs where the placement puts it: on the event loop's thread, on another thread
or in another process. It therefore imports nothing of the network.
"""

import time
from typing import NamedTuple

from .codec import loads
from .digest import digest
from .failure import ResponseFailure, said
from .record import Record


class Body(NamedTuple):
    """A response that has been read whole, and what it says of its content."""

    id: int
    data: bytes
    records: str | None = None  # X-Payload-Records
    digest: str | None = None  # X-Payload-Digest


class Decoded(NamedTuple):
    """A response that has been decoded and checked."""

    id: int
    records: list[Record]
    # Of the monotonic clock, in ns. It is one for all processes of a machine
    # (CLOCK_MONOTONIC on Linux, mach_absolute_time on macOS), so intervals of
    # several workers can be laid over each other.
    begin: int
    end: int
    # CPU time in ns that another process spent on it; in the client's own, 0.
    elsewhere: int = 0


def decode(codec: str, body: Body) -> Decoded:
    """Makes records of a body and checks them; the time of both is decoding."""
    begin = time.monotonic_ns()
    try:
        records = [Record(**fields) for fields in loads(codec, body.data)]
        wrong = mismatch(body, records)
    except Exception as error:  # there is no end to what a bad body can raise
        what = f"decode {len(body.data)} bytes: {said(error)}"
        raise ResponseFailure(body.id, what) from None
    if wrong:
        raise ResponseFailure(body.id, wrong)
    return Decoded(body.id, records, begin, time.monotonic_ns())


def mismatch(body: Body, records: list[Record]) -> str | None:
    """How the records differ from what the response says of them, if they do."""
    if body.records is not None and body.records != str(len(records)):
        return f"decoded {len(records)} records of {body.records}: work was skipped"
    if body.digest is not None and takes_digest(body.id):
        found = digest(records)
        if found != body.digest:
            return f"decoded values have digest {found}, not {body.digest}"
    return None


def takes_digest(id: int) -> bool:
    """One response in 16, and in each run of 16 another one.

    One of each response would cost as much as orjson takes to decode it.
    """
    return id % 16 == id // 16 % 16
