"""The digest of decoded records: the same in each language, whatever the codec."""

import zlib
from collections.abc import Iterable
from itertools import chain
from struct import Struct

from .record import Record

_NUMBERS = Struct("<qqdd")
_COUNT = Struct("<I")


class _Strings(dict[str, bytes]):
    """Canonical forms of strings. Tags and attributes recur from record to record:
    with their forms at hand a digest takes half of the time.
    """

    def __missing__(self, text: str) -> bytes:
        form = self[text] = _string(text)
        return form


def digest(records: Iterable[Record]) -> str:
    """CRC-32 of the records' canonical forms, one after the other, in hex."""
    crc, strings = 0, _Strings()
    for record in records:
        crc = zlib.crc32(b"".join(_canonical(record, strings)), crc)
    return f"{crc:08x}"


def _canonical(record: Record, strings: _Strings) -> Iterable[bytes]:
    form = strings.__getitem__
    # Strings sort by code point, which is also the order of their UTF-8 bytes.
    attributes = sorted(record.attributes.items())
    return (
        _NUMBERS.pack(record.id, record.created, record.score, record.price),
        _string(record.name),
        _string(record.text),
        _COUNT.pack(len(record.tags)),
        *map(form, record.tags),
        _COUNT.pack(len(attributes)),
        *map(form, chain.from_iterable(attributes)),
    )


def _string(text: str) -> bytes:
    encoded = text.encode()
    return _COUNT.pack(len(encoded)) + encoded
