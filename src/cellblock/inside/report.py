"""From an exception of worker code to a bounded, plain-text report.

Only the worker's own lines are told. Formatting runs the worker's code (``__str__``), so every step
is guarded, and the host's deadline still runs.
"""

from __future__ import annotations

from types import TracebackType

from cellblock.inside.deadline import TickTimeoutError
from cellblock.limits import FAILURE_TEXT_CHARACTERS
from cellblock.wire.messages import FailureKind, FailureReport
from cellblock.wire.text import cut

_FRAMES_EACH_END = 10
_LONGEST_CHAIN = 4
_NAME = type.__dict__["__name__"]
"""The name as the interpreter keeps it, whatever a metaclass says it is."""


def report(error: BaseException, filename: str, lines: list[str]) -> FailureReport:
    """Describe *error*; *lines* are the source of the worker."""
    return FailureReport(
        kind=kind(error),
        type=cut(_name(error), 200),
        message=message(error),
        traceback=cut(_plain(_chain(error, filename, lines)), FAILURE_TEXT_CHARACTERS),
    )


def kind(error: BaseException) -> FailureKind:
    """Tell an ordinary error from a deadline and from want of memory."""
    if isinstance(error, TickTimeoutError):
        return "timeout"
    return "memory" if isinstance(error, MemoryError) else "error"


def message(error: BaseException) -> str:
    """Give ``str(error)`` in at most 4,000 characters, whatever that does."""
    if isinstance(error, MemoryError) and not error.args:
        return "out of memory"
    try:
        text = str.__str__(str(error))
    except BaseException as inner:  # noqa: BLE001 - it is the worker's code
        text = f"<no message: {_name(inner)}>"
    return cut(_plain(text))


def _name(error: BaseException) -> str:
    return _plain(_NAME.__get__(type(error)))


def _plain(text: str) -> str:
    """Give text that can be sent: a true str, without halves of characters."""
    return str.encode(text, "utf-8", "replace").decode("utf-8")


def _chain(error: BaseException, filename: str, lines: list[str]) -> str:
    links: list[tuple[BaseException, str]] = [(error, "")]
    while len(links) < _LONGEST_CHAIN:
        last = links[-1][0]
        if last.__cause__ is not None:
            links.append((last.__cause__, "\nThe above exception was the direct cause of:\n\n"))
        elif last.__context__ is not None and not last.__suppress_context__:
            links.append((last.__context__, "\nDuring handling of the above exception:\n\n"))
        else:
            break
    return "".join(_single(item, filename, lines) + joint for item, joint in reversed(links))


def _single(error: BaseException, filename: str, lines: list[str]) -> str:
    frames = [] if isinstance(error, SyntaxError) else _frames(error.__traceback__, filename, lines)
    head = ["Traceback (most recent call last):\n"] if frames else []
    if isinstance(error, SyntaxError) and error.filename == filename:
        number = error.lineno or 0
        head = [f'  File "{filename}", line {number}\n', _quoted(number, lines)]
    text = message(error)
    end = _name(error) + (f": {text}" if text else "")
    return "".join([*head, *frames, end, "\n"])


def _frames(traceback: TracebackType | None, filename: str, lines: list[str]) -> list[str]:
    found: list[str] = []
    while traceback is not None:
        code = traceback.tb_frame.f_code
        if code.co_filename == filename:
            where = f'  File "{filename}", line {traceback.tb_lineno}, in {code.co_name}\n'
            found.append(where + _quoted(traceback.tb_lineno, lines))
        traceback = traceback.tb_next
    if len(found) > 2 * _FRAMES_EACH_END:
        left_out = len(found) - 2 * _FRAMES_EACH_END
        middle = f"  … {left_out} more frames …\n"
        found = [*found[:_FRAMES_EACH_END], middle, *found[-_FRAMES_EACH_END:]]
    return found


def _quoted(number: int | None, lines: list[str]) -> str:
    if number is None or not 1 <= number <= len(lines):
        return ""
    return f"    {cut(lines[number - 1].strip(), 300)}\n"
