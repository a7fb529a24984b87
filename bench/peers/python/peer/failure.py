"""What the client says in one line on standard error before it ends."""


class Failure(Exception):
    """A reason to stop that is not a defect of the client: no traceback for it."""


class ResponseFailure(Failure):
    """The failure of one response. A worker process can raise it: it pickles."""

    def __init__(self, id: int, what: str) -> None:
        super().__init__(id, what)

    def __str__(self) -> str:
        id, what = self.args
        return f"response {id}: {what}"


def said(error: BaseException) -> str:
    """What an error says; some, such as MemoryError, have nothing but their name."""
    return str(error) or type(error).__name__
