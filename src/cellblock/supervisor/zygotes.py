"""The host's hold on a zygote: start it, ask it for workers, have it collect the dead.

One request is under way at a time, for the zygote has one thread. If the zygote goes, its workers
go with it, and every open request ends in an OperatorFault.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import socket
import subprocess
from array import array
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from cellblock.errors import OperatorFault
from cellblock.jail import attest, launch
from cellblock.jail.control import REPLY_BYTES, Kind, Reply, Request, Setup
from cellblock.jail.plan import Plan
from cellblock.limits import ZYGOTE_START_S

_REQUEST_TIMEOUT_S = 10.0
_REAP_PATIENCE_S = 5.0


_Answer = tuple[Reply, int]
"""A reply, and the pidfd that came with it or -1; the receiver owns the pidfd."""


@dataclass(frozen=True, slots=True)
class Forked:
    """A worker's process as it comes from the zygote; the receiver owns the descriptors."""

    pid: int
    number: int
    """What the zygote calls the process; the same as *pid* outside a pid namespace."""
    pidfd: int
    reading: int
    writing: int
    pipes: tuple[int, int]
    """Inodes of the two pipes as the worker sees them: answers in, asks out."""


class Zygote:
    """One running zygote. Make it with `start`."""

    def __init__(
        self, process: subprocess.Popen[bytes], control: socket.socket, plan: Plan
    ) -> None:
        self._process = process
        self._control = control
        self.plan = plan
        self.pid = process.pid
        self.warm_bytes = self.lent_bytes = 0
        self.filters = 0
        self.namespaces: dict[str, str] = {}
        self.alive = True
        self.forks = 0
        """Workers asked of it so far."""
        self._turn = asyncio.Lock()
        self._serials = count(1)
        self._reply: asyncio.Future[_Answer] | None = None
        self._orphans: set[asyncio.Task[Reply]] = set()
        self._loop = asyncio.get_running_loop()
        self.begun_s = self._loop.time()
        self._loop.add_reader(control, self._readable)

    @classmethod
    async def start(cls, setup: Setup) -> Zygote:
        """Start a zygote and wait until it has imported everything.

        Raises: OperatorFault("no-zygote") with what it wrote to its error output.
        """
        zygote = cls(*launch.start(setup), setup.plan)
        try:
            _, hold = await zygote._next_reply(ZYGOTE_START_S)
            zygote._recognise(hold)
        except asyncio.CancelledError:
            await asyncio.shield(zygote.close())
            raise
        except (OperatorFault, TimeoutError, OSError) as error:
            said = await zygote.close()
            last = said.strip().splitlines()[-1:] or [str(error)]
            raise OperatorFault(
                "no-zygote",
                f"the zygote did not start: {last[0][:300]}",
                "run `cellblock doctor`; numpy and pandas must import in a plain `python -I`",
            ) from None
        return zygote

    def _recognise(self, hold: int) -> None:
        """Look at the process that answered, which in namespaces is a child of the one started.

        Raises: OperatorFault, OSError.
        """
        try:
            self.pid = _pid_of(hold)
        finally:
            os.close(hold)
        self.warm_bytes = _resident_bytes(self.pid)
        self.lent_bytes = max(0, attest.most_resident_bytes(self.pid) - self.warm_bytes)
        self.filters = attest.filters(self.pid)
        if self.plan.has("namespaces"):
            self.namespaces = attest.isolated(self.pid)

    async def fork(self, memory_bytes: int, uid: int, gid: int) -> Forked:
        """Have a worker forked. It is jailing itself when this returns.

        Raises: OperatorFault("no-fork", "no-zygote").
        """
        with contextlib.ExitStack() as theirs, contextlib.ExitStack() as ours:
            try:
                answers, to_worker = os.pipe2(os.O_CLOEXEC)
                theirs.callback(os.close, answers)
                ours.callback(os.close, to_worker)
                from_worker, asks = os.pipe2(os.O_CLOEXEC)
                theirs.callback(os.close, asks)
                ours.callback(os.close, from_worker)
            except OSError as error:
                raise _no_fork(
                    error.errno, "raise its limit of open files (`ulimit -n`)"
                ) from error
            self.forks += 1
            pipes = (os.fstat(answers).st_ino, os.fstat(asks).st_ino)
            request = Request(
                Kind.FORK, next(self._serials), memory_bytes=memory_bytes, uid=uid, gid=gid
            )
            reply, pidfd = await self._exchange(request, (answers, asks))
            if reply.pid == 0:
                raise _no_fork(reply.status, "the machine is out of memory or of processes")
            try:
                if pidfd == -1:  # it was sent, and this process had no room for it
                    raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
                pid = _pid_of(pidfd)
            except OSError as error:
                self._disown(reply, pidfd)
                raise _no_fork(
                    error.errno, "raise its limit of open files (`ulimit -n`)"
                ) from error
            ours.pop_all()
        return Forked(pid, reply.pid, pidfd, from_worker, to_worker, pipes)

    async def reap(self, pid: int) -> Reply:
        """Collect a worker that is dead or dying, by the zygote's number for it.

        Status -1 if it or the zygote cannot be had.
        """
        lost = Reply(Kind.REAP, 0, pid, -1)
        with contextlib.suppress(OperatorFault, TimeoutError):
            async with asyncio.timeout(_REAP_PATIENCE_S):
                while True:
                    reply, _ = await self._exchange(Request(Kind.REAP, next(self._serials), pid))
                    if reply.status != -1:
                        return reply
                    await asyncio.sleep(0.001)
        return lost

    async def close(self) -> str:
        """End the zygote and with it every worker; gives the end of its error output."""
        self.alive = False
        if self._control.fileno() == -1:
            return ""  # closed already
        for task in self._orphans:
            task.cancel()
        self._loop.remove_reader(self._control)
        self._control.close()
        if self._reply and not self._reply.done():
            self._reply.set_exception(self._gone())
        try:
            await asyncio.to_thread(self._process.wait, 2.0)
        except subprocess.TimeoutExpired:
            self._process.kill()
            await asyncio.to_thread(self._process.wait)
        with self._process.stderr or contextlib.nullcontext() as errors:
            said = await asyncio.to_thread(errors.read) if errors else b""
        return said[-4_000:].decode("utf-8", "replace")

    async def _exchange(self, request: Request, descriptors: tuple[int, ...] = ()) -> _Answer:
        async with self._turn:
            if not self.alive:
                raise self._gone()
            rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array("i", descriptors))]
            try:
                self._control.sendmsg([request.pack()], rights if descriptors else [])
            except OSError as error:
                raise self._gone() from error
            try:
                while True:
                    reply, hold = await self._next_reply(_REQUEST_TIMEOUT_S)
                    if reply.serial == request.serial:
                        return reply, hold
                    self._disown(reply, hold)
            except asyncio.CancelledError:
                if self._reply and self._reply.done() and not self._reply.cancelled():
                    self._disown(*self._reply.result())
                raise
            except TimeoutError:
                # It hangs or is stopped: nothing can be had of it, and its workers go with it.
                self.alive = False
                self._process.kill()
                raise self._gone() from None

    async def _next_reply(self, timeout_s: float) -> _Answer:
        self._reply = self._loop.create_future()
        async with asyncio.timeout(timeout_s):
            return await self._reply

    def _disown(self, reply: Reply, hold: int) -> None:
        """Have the worker collected that was forked for someone who gave up; it ends by itself."""
        if hold != -1:
            os.close(hold)
        if reply.kind is Kind.FORK and reply.pid:
            task = self._loop.create_task(self.reap(reply.pid))
            self._orphans.add(task)
            task.add_done_callback(self._orphans.discard)

    def _readable(self) -> None:
        try:
            data, holds, _, _ = socket.recv_fds(self._control, REPLY_BYTES, 1)
        except BlockingIOError:
            return
        except OSError:
            data, holds = b"", []
        hold = holds[0] if holds else -1
        waiting = self._reply is not None and not self._reply.done()
        if not data:
            self.alive = False
            self._loop.remove_reader(self._control)
            if waiting and self._reply:
                self._reply.set_exception(self._gone())
        elif waiting and self._reply:
            self._reply.set_result((Reply.unpack(data), hold))
        else:
            self._disown(Reply.unpack(data), hold)

    def _gone(self) -> OperatorFault:
        return OperatorFault("no-zygote", "the zygote has ended", "start the sandbox again")


def _pid_of(pidfd: int) -> int:
    """Give this host's number for the process that a pidfd holds. Raises: OSError."""
    # A file object would take half of what it takes to be told of a fork.
    told = os.open(f"/proc/self/fdinfo/{pidfd}", os.O_RDONLY | os.O_CLOEXEC)
    try:
        return int(os.read(told, 4_096).partition(b"\nPid:")[2].split()[0])
    finally:
        os.close(told)


def _resident_bytes(pid: int) -> int:
    pages = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def _no_fork(code: int | None, hint: str) -> OperatorFault:
    return OperatorFault("no-fork", f"no worker could be forked: {os.strerror(code or 0)}", hint)
