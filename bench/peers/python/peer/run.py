"""One run: warm-up, clock on, the ops, clock off."""

import signal

from .arguments import Arguments
from .collation import Collation
from .decoding import Decoded
from .figures import Figures
from .meter import Meter
from .placements import PLACEMENTS
from .upstream import Upstream


async def run(arguments: Arguments) -> Figures:
    """Collates as the arguments say. The first failure of a response ends it."""
    # From here on Ctrl-C cancels this coroutine, and with it all that it awaits.
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    cell, responses = arguments.cell, arguments.responses
    meter = Meter()

    def collated(decoded: Decoded) -> None:
        meter.collated(decoded)
        if arguments.results:
            print("collated", decoded.id, len(decoded.records))

    def collation(ids: range) -> Collation:
        return Collation(
            ids, cell.window, cell.codec, upstream.fetch, meter.admitted, collated
        )

    async with Upstream(arguments.upstream, cell.size) as upstream:
        with PLACEMENTS[cell.placement].collating(cell.workers) as collate:
            warm = max(cell.window, 4)
            await collate(collation(range(warm)))
            meter.clock_on()
            for op in range(arguments.ops):
                first = warm + op * responses
                await collate(collation(range(first, first + responses)))
            return meter.clock_off()
