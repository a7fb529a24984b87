"""The JSON libraries: a codec is the name of a module with a loads(bytes)."""

import importlib
import importlib.util
import platform
from importlib.metadata import version
from typing import Any

_STANDARD = "json"
_OTHERS = ("orjson",)


def names() -> list[str]:
    """The codecs that this interpreter has: a build without orjson does with json."""
    return [_STANDARD, *(n for n in _OTHERS if importlib.util.find_spec(n))]


def library(codec: str) -> str:
    """The library behind a codec, with its version."""
    if codec == _STANDARD:
        return f"json of {platform.python_implementation()} {platform.python_version()}"
    return f"{codec} {version(codec)}"


def loads(codec: str, data: bytes) -> Any:
    """Parses JSON with one of the codecs.

    The library is imported at its first use. One that was built without thought
    for a free-threaded interpreter turns the GIL on when it is imported, and
    only a cell that asks for it shall pay for that.
    """
    return importlib.import_module(codec).loads(data)
