"""The program: arguments in, exit code out."""

import asyncio
import json
import os
import platform
import sys
from importlib.metadata import PackageNotFoundError, version

from . import codec
from .arguments import Arguments, parse
from .failure import Failure, said
from .figures import Figures
from .placements import PLACEMENTS

CLIENT = "python"


def main(argv: list[str]) -> int:
    """Runs the program. Whatever goes wrong is one line on standard error.

    Ctrl-C is left to the caller.
    """
    if sys.stdout is None:  # closed before the start
        return _fail("standard output is closed")
    try:
        try:
            _answer(parse(argv))
        finally:
            sys.stdout.flush()  # what was collated before a failure counts, too
    except Failure as failure:
        return _fail(str(failure))
    except (OSError, RuntimeError, MemoryError) as error:
        # What the system refuses: files, threads, processes; mostly to write to a
        # standard output that nobody reads any more. What is left in its buffer
        # would make the interpreter complain at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _fail(said(error))
    return 0


def _answer(arguments: Arguments | None) -> None:
    if arguments is None:
        print(json.dumps(_listing(), indent=2))
        return
    figures = asyncio.run(_run(arguments))
    cell, ops = arguments.cell, arguments.ops
    print(f"client: {CLIENT}")
    print(figures.line(cell.name, ops, cell.bytes * arguments.responses * ops))


async def _run(arguments: Arguments) -> Figures:
    # aiohttp loads the system's certificates when it is imported: a tenth of a
    # second for nothing, as the upstream has no TLS.
    os.environ["SSL_CERT_FILE"] = os.devnull
    try:
        from .run import run  # aiohttp takes a while, and --list does without
    except ModuleNotFoundError as error:
        raise _missing(error.name) from None
    return await run(arguments)


def _listing() -> dict[str, object]:
    return {
        "client": CLIENT,
        "runtime": f"{_interpreter()}, aiohttp {_version_of('aiohttp')}",
        "codecs": [{"name": n, "library": codec.library(n)} for n in codec.names()],
        "placements": [
            {"name": p.name, "order": p.order, "about": p.about}
            for p in PLACEMENTS.values()
        ],
    }


def _interpreter() -> str:
    name = f"{platform.python_implementation()} {platform.python_version()}"
    gil = getattr(sys, "_is_gil_enabled", lambda: True)()
    return name if gil else f"{name} without the GIL"


def _version_of(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        raise _missing(package) from None


def _missing(package: str | None) -> Failure:
    return Failure(f"{package} is not installed; see requirements.lock")


def _fail(what: str) -> int:
    print(f"{CLIENT}: {' '.join(what.split())}", file=sys.stderr)
    return 1
