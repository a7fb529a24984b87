import json
import pickle
import unittest
from dataclasses import replace
from typing import Any

from support import BODY, DIGEST, RECORDS

from peer import codec
from peer.decoding import Body, decode, takes_digest
from peer.digest import digest
from peer.failure import ResponseFailure
from peer.record import Record

SAMPLED, NOT_SAMPLED = 0, 1  # ids of which the digest is taken, and not


class DigestTest(unittest.TestCase):
    def setUp(self) -> None:
        self.records = [Record(**fields) for fields in json.loads(BODY)]

    def test_is_that_of_the_upstream(self) -> None:
        self.assertEqual(digest(self.records), DIGEST)

    def test_of_no_records_is_0(self) -> None:
        self.assertEqual(digest([]), "00000000")

    def test_depends_on_each_field(self) -> None:
        first, *rest = self.records
        changes: list[dict[str, Any]] = [
            {"id": first.id + 1},
            {"created": first.created + 1},
            {"score": first.score + 2**-53},  # an ulp, below 1
            {"price": -first.price},
            {"name": first.name + " "},
            {"text": ""},
            {"tags": first.tags[::-1]},
            {"attributes": {}},
        ]
        for other in changes:
            with self.subTest(other):
                self.assertNotEqual(digest([replace(first, **other), *rest]), DIGEST)

    def test_does_not_depend_on_the_order_of_attributes(self) -> None:
        for record in self.records:
            record.attributes = dict(reversed(record.attributes.items()))
        self.assertEqual(digest(self.records), DIGEST)

    def test_is_that_of_pickled_records(self) -> None:
        self.assertEqual(digest(pickle.loads(pickle.dumps(self.records))), DIGEST)


class DecodeTest(unittest.TestCase):
    def test_makes_the_same_records_with_each_codec(self) -> None:
        for name in codec.names():
            with self.subTest(name):
                decoded = decode(name, Body(SAMPLED, BODY, RECORDS, DIGEST))
                self.assertEqual(digest(decoded.records), DIGEST)
                self.assertLess(decoded.begin, decoded.end)

    def test_does_without_the_headers(self) -> None:
        self.assertEqual(decode("json", Body(SAMPLED, b"[]")).records, [])

    def test_says_what_is_wrong(self) -> None:
        skipped = "decoded 0 records of 4: work was skipped"
        differs = f"decoded values have digest 00000000, not {DIGEST}"
        no_int = BODY.replace(b'"id":1', b'"id":0.1', 1)
        for body, what in (
            (Body(SAMPLED, b"[]", "4"), skipped),
            (Body(SAMPLED, b"[]", "0", DIGEST), differs),
            (Body(SAMPLED, b"["), "decode 1 bytes: "),
            (Body(SAMPLED, b"\xff"), "decode 1 bytes: "),
            (Body(SAMPLED, b"7"), "decode 1 bytes: "),
            (
                Body(SAMPLED, b'[{"id":1}]'),
                "decode 10 bytes: Record.__init__() missing",
            ),
            (Body(SAMPLED, no_int, RECORDS, DIGEST), f"decode {len(no_int)} bytes: "),
        ):
            for name in codec.names():
                with self.subTest(name, body=body.data[:20]):
                    with self.assertRaises(ResponseFailure) as caught:
                        decode(name, body)
                    # As it comes out of a worker.
                    said = str(pickle.loads(pickle.dumps(caught.exception)))
                    self.assertTrue(said.startswith(f"response 0: {what}"), said)

    def test_takes_the_digest_of_one_response_in_16(self) -> None:
        self.assertEqual([i for i in range(64) if takes_digest(i)], [0, 17, 34, 51])
        decode("json", Body(NOT_SAMPLED, BODY, RECORDS, "00000000"))


if __name__ == "__main__":
    unittest.main()
