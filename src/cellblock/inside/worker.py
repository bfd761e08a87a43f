"""The worker's code in this process: load it, call its functions, say how each call ended.

In: orders of the host. Out: `Loaded`, `Finished` or `Failed`, with all log lines before it. Every
end of worker code is caught here, whatever it raises.
"""

from __future__ import annotations

import io
import linecache
import sys
from collections.abc import Callable
from types import CodeType, FunctionType, ModuleType
from typing import Any

from cellblock.inside.ctx import Ctx, TickView
from cellblock.inside.deadline import Deadline, TickTimeoutError
from cellblock.inside.language import Speech
from cellblock.inside.link import HostGone, Link, Mute
from cellblock.inside.output import Output, PrintStream, WorkerLog
from cellblock.inside.report import report
from cellblock.wire import messages as m
from cellblock.wire.codec import decode_down, encode

Compile = Callable[[str, str, m.Language], CodeType]
"""Turns source, file name and language into code; given by the zygote."""

_PLACES = {"setup": 1, "tick": 1, "on_error": 2}
_VARIADIC = 0x04
_NOT_PLAIN = 0x20 | 0x80 | 0x200
"""Code flags of generators, coroutines and asynchronous generators."""
_STRETCH = """\
def tick(ctx):
    for n in range(2):
        value = f"{n} {ctx}"
        if value in {"a": [n]}: return value
"""
_REHEARSED = f"import time\n{_STRETCH}print(time.time())"
_FACTS = m.TickFacts(0, 1.5, 1.5, 0.5, 0, 1.0)
_LOAD = encode(m.Load(_REHEARSED, "stretch", True, "", b"{}", {}, (), _FACTS))
_NO_LANGUAGE = m.Language(name="", full=True, builtins=(), modules=(), hints={})


class WorkerCrashError(Exception):
    """The process of before died; what `on_error` gets for it."""


class Worker:
    """One loaded source and the last exception that it raised."""

    def __init__(self, link: Link, deadline: Deadline, compile_: Compile) -> None:
        self._link = link
        self._compile = compile_
        self._deadline = deadline
        self._output = Output(link)
        self._streams = (PrintStream(self._output, "info"), PrintStream(self._output, "warn"))
        self._module = ModuleType("worker")
        self._filename = "worker.py"
        self._lines: list[str] = []
        self._last: BaseException | None = None
        self._ctx: Any = None

    def stretch(self) -> None:
        """Do once, ahead, what loading a source will do again: the pages are then this child's.

        For a child that waits; where many are asked for at once it is 0.3 ms more of each.
        """
        exec(self._compile(_STRETCH, "stretch", _NO_LANGUAGE), {})  # noqa: S102 - ours
        Ctx(self._ask, WorkerLog(self._output), b"{}", {}, ())

    def rehearse(self, speech: Speech) -> None:
        """Load a source of ours, to nobody, as the host's will be, in a cell that waits for that.

        What a load writes is copied now: 50 of 70 pages, 0.15 ms before the code's first line.
        """
        order, streams = decode_down(_LOAD), (sys.stdout, sys.stderr)
        main = sys.modules["__main__"]
        assert isinstance(order, m.Load)
        Worker(Mute(self._deadline), self._deadline, self._compile).load(order, speech)
        sys.stdout, sys.stderr = streams
        sys.modules["__main__"] = main
        del linecache.cache[order.filename]

    def load(self, order: m.Load, speech: Speech) -> None:
        """Compile and run the module's body, then look at its functions."""
        self._filename = order.filename
        # As the parser counts lines: a form feed or a separator of another script ends none.
        lines = io.StringIO(order.source, newline=None).readlines()
        self._lines = [line.rstrip("\n") for line in lines]
        self._module = ModuleType("__main__" if order.script else "worker")
        # Dataclasses and tracebacks look a class's module, and its lines, up here.
        sys.modules[self._module.__name__] = self._module
        linecache.cache[order.filename] = (
            len(order.source),
            None,
            lines,
            order.filename,
        )
        sys.stdout, sys.stderr = self._streams
        self._ctx = Ctx(
            self._ask, WorkerLog(self._output), order.config, order.adapters, order.connected
        )
        self._ctx.tick = TickView(order.tick)
        if self._run(lambda: self._execute(order, speech)):
            optional = vars(self._module)
            self._link.send(m.Loaded("setup" in optional, "on_error" in optional))

    def _execute(self, order: m.Load, speech: Speech) -> None:
        code = self._compile(order.source, order.filename, speech.language)
        space = vars(self._module)
        space["__builtins__"] = dict(speech.table)
        space["ctx"] = self._ctx
        exec(code, space)  # noqa: S102 - this is what the jail is for
        if not order.script:
            _inspect(space)

    def run(self, order: m.Run) -> None:
        """Call one of the functions that the host calls."""
        function: Any = vars(self._module).get(order.phase)
        arguments = [self._ctx]
        if order.phase == "on_error":
            arguments.append(_past(order.failure) if order.failure else self._last)

        def call() -> None:
            self._ctx.tick = TickView(order.tick)  # which may run code of the worker's, too
            function(*arguments)

        if self._run(call):
            self._link.send(m.Finished())

    def _run(self, action: Callable[[], None]) -> bool:
        """Run *action* up to its deadline; True if it returned, else `Failed` has been sent."""
        try:
            try:
                self._output.begin()
                self._deadline.arm()
                action()
            finally:
                self._deadline.disarm()
            self._finish_output()
        except HostGone:
            raise
        except BaseException as error:  # noqa: BLE001 - whatever worker code raises
            self._fail(error)
            return False
        return True

    def _finish_output(self) -> None:
        for stream in self._streams:
            if stream.partial:
                stream.finish()
        self._output.flush()

    def _fail(self, error: BaseException) -> None:
        try:
            found = report(error, self._filename, self._lines)
            self._last = _marked(error, found)
            self._finish_output()
        except MemoryError as second:
            found = m.FailureReport("memory", "MemoryError", "out of memory", "")
            self._last = second
        except HostGone:
            raise
        except BaseException as second:  # noqa: BLE001 - the exception's class is the worker's
            found = m.FailureReport("error", "Exception", "an exception that cannot be told", "")
            self._last = second
        self._link.send(m.Failed(found))

    def _ask(self, call: m.Call) -> bytes | None:
        if self._output.lines:
            self._output.flush()
        return self._link.ask(call)


def _inspect(space: dict[str, Any]) -> None:
    """See that the host can call what it will call."""
    if "tick" not in space:
        raise TypeError("there is no function tick; write `def tick(ctx): ...`")
    for name, places in _PLACES.items():
        function = space.get(name)
        if function is None:
            continue
        wanted = "(ctx, error)" if places == 2 else "(ctx)"
        if not callable(function):
            raise TypeError(f"{name} is no function; write `def {name}{wanted}: ...`")
        if isinstance(function, FunctionType) and not _takes(function, places):
            raise TypeError(
                f"{name} cannot be called as {name}{wanted}; write `def {name}{wanted}`"
            )


def _takes(function: FunctionType, places: int) -> bool:
    code = function.__code__
    if code.co_flags & _NOT_PLAIN:
        return False
    needed = code.co_argcount - len(function.__defaults__ or ())
    keywords = code.co_kwonlyargcount - len(function.__kwdefaults__ or {})
    enough = code.co_argcount >= places or bool(code.co_flags & _VARIADIC)
    return needed <= places and enough and not keywords


def _marked(error: BaseException, found: m.FailureReport) -> BaseException:
    """Give the exception that `on_error` gets: the one raised, with `kind` and `traceback`."""
    error_kind = "exception" if found.kind == "error" else found.kind
    try:
        error.kind = error_kind  # type: ignore[attr-defined]
        error.traceback = found.traceback  # type: ignore[attr-defined]
    except Exception:  # noqa: BLE001 - the class of the exception is the worker's
        past = m.PastFailure("exception", f"{found.type}: {found.message}", found.traceback)
        return _past(past)
    return error


def _past(failure: m.PastFailure) -> BaseException:
    kinds: dict[str, type[BaseException]] = {"timeout": TickTimeoutError, "memory": MemoryError}
    error: Any = kinds.get(failure.kind, WorkerCrashError)(failure.message)
    error.kind = failure.kind
    error.traceback = failure.traceback
    return error  # type: ignore[no-any-return]
