"""What runs in a worker process of the placement processes."""

import multiprocessing
import os
import threading
import time
from multiprocessing.connection import wait
from multiprocessing.synchronize import Barrier

from . import decoding

# CPU time in ns of this process that results have accounted for. A worker
# decodes one body at a time, so nobody else looks at it meanwhile.
_accounted = 0


def begin(all_begun: Barrier) -> None:
    """Makes a worker ready, and returns when all of them are."""
    global _accounted
    try:
        threading.Thread(target=_end_with_client, daemon=True).start()
        all_begun.wait()
    except RuntimeError:  # no more threads to be had, or the barrier is broken
        os._exit(1)  # the pool breaks as well if this is raised, but with a traceback
    _accounted = time.process_time_ns()


def decode(codec: str, body: decoding.Body) -> decoding.Decoded:
    """Decodes a body, and tells the CPU time since the last result.

    Live children are in no getrusage of their parent. That a result is pickled
    after its account is closed puts this on the next one's: the sum lags behind
    by one result a worker, at the clock's begin as at its end.
    """
    global _accounted
    decoded = decoding.decode(codec, body)
    now = time.process_time_ns()
    elsewhere, _accounted = now - _accounted, now
    return decoded._replace(elsewhere=elsewhere)


def _end_with_client() -> None:
    """Ends this process as soon as its parent is gone, even by SIGKILL. A worker
    that waits for work would not notice: it holds both ends of the work's pipe.
    """
    client = multiprocessing.parent_process()
    assert client is not None
    wait([client.sentinel])
    os._exit(1)
