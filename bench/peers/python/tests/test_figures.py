import unittest

import support  # noqa: F401

from peer.figures import Figures, covered, percentile, plain


class FiguresTest(unittest.TestCase):
    def test_covered_is_the_length_of_the_union(self) -> None:
        for intervals, length in (
            ([], 0),
            ([(5, 8)], 3),
            ([(5, 8), (8, 9)], 4),  # one after the other
            ([(5, 8), (20, 30)], 13),  # with a gap
            ([(20, 30), (5, 8), (6, 22)], 25),  # in any order
            ([(0, 100), (10, 20), (30, 40)], 100),  # one in another
        ):
            with self.subTest(intervals):
                self.assertEqual(covered(intervals), length)

    def test_percentile_is_a_value_by_nearest_rank(self) -> None:
        hundred = list(range(100, 0, -1))
        self.assertEqual(percentile(hundred, 50), 50)
        self.assertEqual(percentile(hundred, 99), 99)
        self.assertEqual(percentile([3, 1, 2], 50), 2)
        self.assertEqual(percentile([4, 3, 2, 1], 50), 2)
        self.assertEqual(percentile(range(64), 99), 63)
        self.assertEqual(percentile([7], 50), 7)

    def test_plain_has_digits_and_no_exponent(self) -> None:
        for value, text in (
            (0, "0"),
            (0.00001234567, "0.00001235"),
            (0.9987, "0.9987"),
            (1.996, "1.996"),
            (322.44, "322.4"),
            (1.5e20, "150000000000000000000"),
        ):
            with self.subTest(value):
                self.assertEqual(plain(value), text)

    def test_line_is_a_benchmark_line(self) -> None:
        figures = Figures(
            wall=2_000_000,
            cpu=3_000_000,
            decodes=[(0, 500_000), (250_000, 1_000_000)],
            responses=[30, 10, 20],
        )
        self.assertEqual(
            figures.line("size=1KiB-2", 2, 4096),
            "BenchmarkCollate/size=1KiB-2 2 1000000 ns/op 2.048 MB/s 1.500 cpus"
            " 0.5000 decode-busy 1.250 decode-overlap 20 resp-p50-ns 30 resp-p99-ns",
        )


if __name__ == "__main__":
    unittest.main()
