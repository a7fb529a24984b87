import unittest

import support  # noqa: F401

from peer.arguments import parse
from peer.failure import Failure

CELL = "codec=json/placement=to-thread/window=2/size=1KiB"
GOOD = ["--upstream", "http://127.0.0.1:8080", "--cell", CELL]


class ArgumentsTest(unittest.TestCase):
    def test_takes_both_spellings_of_a_flag(self) -> None:
        spaced = parse([*GOOD, "--responses", "8", "--ops", "3", "--results"])
        joined = f"--upstream={GOOD[1]} --cell={CELL} --responses=8 --ops=3 --results"
        self.assertEqual(spaced, parse(joined.split()))
        assert spaced is not None
        self.assertEqual((spaced.responses, spaced.ops, spaced.results), (8, 3, True))

    def test_list_needs_nothing_else(self) -> None:
        self.assertIsNone(parse(["--list"]))

    def test_names_flag_value_and_what_is_allowed(self) -> None:
        url = '--upstream "{}" is not a base URL such as http://127.0.0.1:8080'
        for argv, what in (
            ([], "--upstream is missing"),
            (GOOD[:2], "--cell is missing"),
            ([*GOOD, "--ops", "0"], '--ops "0" is not a whole number from 1 to 10'),
            ([*GOOD, "--responses=many"], '--responses "many" is not a whole number'),
            ([*GOOD, "--ops"], "--ops: expected one argument"),
            ([*GOOD, "--op", "1"], "unrecognized arguments: --op 1"),
            ([*GOOD, "--cell", "x"], '--cell "x": "x" is not dimension=value'),
            ([*GOOD, "--upstream", "127.0.0.1:8080"], url.format("127.0.0.1:8080")),
            ([*GOOD, "--upstream", "ftp://h"], url.format("ftp://h")),
            ([*GOOD, "--upstream", "http://h:99999"], url.format("http://h:99999")),
        ):
            with self.subTest(argv), self.assertRaises(Failure) as caught:
                parse(argv)
            self.assertTrue(str(caught.exception).startswith(what), caught.exception)


if __name__ == "__main__":
    unittest.main()
