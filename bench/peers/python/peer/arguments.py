"""The command line."""

import argparse
from typing import NamedTuple, NoReturn
from urllib.parse import urlsplit

from . import codec
from .cell import Cell, parse_cell, parse_count
from .failure import Failure
from .placements import PLACEMENTS


class Arguments(NamedTuple):
    upstream: str
    cell: Cell
    responses: int
    ops: int
    results: bool


class _Parser(argparse.ArgumentParser):
    # argparse would print the usage as well, and exit with 2.
    def error(self, message: str) -> NoReturn:
        raise Failure(f"{message.removeprefix('argument ')}; see --help")


def parse(argv: list[str]) -> Arguments | None:
    """Reads the command line; None is --list. --help prints and exits."""
    given = _parser().parse_args(argv)
    if given.list:
        return None
    for flag in ("upstream", "cell"):
        if getattr(given, flag) is None:
            raise Failure(f"--{flag} is missing; see --help")
    return Arguments(
        _parse_upstream(given.upstream),
        _parse_cell(given.cell),
        parse_count("--responses", given.responses),
        parse_count("--ops", given.ops),
        given.results,
    )


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="python -B bench/peers/python",
        usage="%(prog)s --upstream URL --cell NAME [--responses N] [--ops N]"
        " [--results]\n       %(prog)s --list",
        description="Collates responses of the mock upstream as a cell says, and"
        " prints one line of figures.",
        epilog="example: %(prog)s --upstream http://127.0.0.1:8080 "
        "--cell codec=json/placement=asyncio-wait/window=32/size=1MiB-2",
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("--upstream", metavar="URL", help="base URL, such as http://127.0.0.1:8080")
    add(
        "--cell",
        metavar="NAME",
        help="what to measure; its -N at the end is the number of workers",
    )
    add(
        "--responses",
        metavar="N",
        default="64",
        help="responses in one op (default 64)",
    )
    add("--ops", metavar="N", default="1", help="timed collations (default 1)")
    add(
        "--results",
        action="store_true",
        help="print a line for each response that is collated",
    )
    add("--list", action="store_true", help="print codecs and placements as JSON")
    return parser


def _parse_upstream(text: str) -> str:
    try:
        url = urlsplit(text)
        good = url.scheme == "http" and url.hostname and url.port != 0
    except ValueError:  # such as a port of 99999
        good = False
    if not good or url.query or url.fragment:
        raise Failure(
            f'--upstream "{text}" is not a base URL such as http://127.0.0.1:8080'
        )
    return text


def _parse_cell(text: str) -> Cell:
    try:
        return parse_cell(text, codec.names(), PLACEMENTS.keys())
    except Failure as failure:
        raise Failure(f'--cell "{text}": {failure}') from None
