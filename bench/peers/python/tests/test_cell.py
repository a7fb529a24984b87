import unittest

import support  # noqa: F401

from peer.cell import Cell, parse_cell
from peer.failure import Failure

CODECS = ["json", "orjson"]
PLACEMENTS = ["asyncio-wait", "to-thread"]


def parse(name: str) -> Cell:
    return parse_cell(name, CODECS, PLACEMENTS)


class ParseCellTest(unittest.TestCase):
    def test_reads_what_a_name_says(self) -> None:
        name = "codec=orjson/placement=to-thread/window=32/size=1MiB-2"
        self.assertEqual(
            parse(name), Cell(name, "orjson", "to-thread", 32, "1MiB", 1 << 20, 2)
        )

    def test_takes_elements_in_any_order(self) -> None:
        cell = parse("size=64KiB/window=8/placement=asyncio-wait/codec=json")
        self.assertEqual((cell.bytes, cell.window, cell.workers), (64 << 10, 8, 1))

    def test_takes_bytes_and_many_workers(self) -> None:
        cell = parse("codec=json/placement=to-thread/window=1/size=1536B-16")
        self.assertEqual((cell.bytes, cell.workers), (1536, 16))

    def test_names_what_is_wrong(self) -> None:
        good = "codec=json/placement=to-thread/window=32/size=1MiB"
        no_count = '"{}" is not a whole number from 1 to 1000000'
        no_size = 'size: "{}" is not a whole number of B, KiB, MiB or GiB, as in 1MiB'
        unknown = "{}: this client has no such dimension; it knows codec, placement, "
        for old, new, what in (
            ("1MiB", "1MiB/encoding=gzip", unknown.format("encoding")),
            ("1MiB", "1MiB/latency=10ms", unknown.format("latency")),
            ("1MiB", "1MiB/window=32", "window: given twice"),
            ("1MiB", "1MiB/aa", '"aa" is not dimension=value'),
            ("1MiB", "1MiB/", '"" is not dimension=value'),
            ("1MiB", "", '"size=" is not dimension=value'),
            ("1MiB", "1MiB-0", "workers, after the last -: " + no_count.format(0)),
            ("codec=json/", "", "codec missing"),
            ("codec=json", "codec=cbor", 'codec: "cbor" is not one of json, orjson'),
            ("to-thread", "fork", 'placement: "fork" is not one of asyncio-wait, to-'),
            ("=32", "=0", "window: " + no_count.format(0)),
            ("=32", "=1000001", "window: " + no_count.format(1000001)),
            ("=32", "=1_0", "window: " + no_count.format("1_0")),
            ("1MiB", "1MB", no_size.format("1MB")),
            ("1MiB", "0B", no_size.format("0B")),
        ):
            name = good.replace(old, new)
            with self.subTest(name), self.assertRaises(Failure) as caught:
                parse(name)
            self.assertTrue(str(caught.exception).startswith(what), caught.exception)


if __name__ == "__main__":
    unittest.main()
