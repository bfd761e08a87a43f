"""The fork server: one thread, no secrets, no worker code; all that a worker may import, warm.

Begun by `preload`, with one packet socket as descriptor 3 and all imports done. It rehearses,
freezes the garbage collector, says READY, and then hands out or reaps children on request until
the host closes the socket, which ends it and, with it, every worker. One child is
forked ahead in quiet moments: it waits, unjailed and with nothing to do, for its pipes, its numbers
and its limit, so that a request need not wait for the fork.
"""

from __future__ import annotations

import array
import ctypes
import errno
import gc
import os
import signal
import socket
import sys
from dataclasses import dataclass
from types import CodeType

from cellblock import linux
from cellblock.inside import boot
from cellblock.inside.deadline import install
from cellblock.inside.facades import Facades
from cellblock.inside.language import speech
from cellblock.inside.link import Link
from cellblock.inside.rehearsal import rehearse
from cellblock.inside.worker import Compile, Worker
from cellblock.intake.check import check_source
from cellblock.intake.compiling import compile_source
from cellblock.intake.lean import may_need
from cellblock.jail import generators, imprint, pages
from cellblock.jail.control import REQUEST_BYTES, Kind, Reply, Request, Setup
from cellblock.jail.ends import CONTROL
from cellblock.jail.enter import Fork, Kit, StepFailed, enter, prepare
from cellblock.jail.kernel import landlock, namespaces, process, rules, seccomp
from cellblock.jail.plan import DESCRIPTORS, Plan
from cellblock.jail.tripwires import Tripwires
from cellblock.wire.frames import NEEDS_MORE_STATUS, OUT_OF_MEMORY_STATUS
from cellblock.wire.messages import Language

_QUIET_S = 0.01
"""How long nothing must be asked before the next child is forked ahead."""
_libc = ctypes.PyDLL(None, use_errno=True)


@dataclass(frozen=True, slots=True)
class Spare:
    """A child that was forked ahead and waits on its socket for what only the host can tell."""

    pid: int
    socket: socket.socket


class Zygote:
    """The loop, and what is prepared once so that a child need not."""

    def __init__(self, control: socket.socket, plan: Plan, furniture: boot.Furniture) -> None:
        self._control = control
        self._plan = plan
        self._furniture = furniture
        self._pid = os.getpid()
        self._address_space_bytes = process.address_space_bytes()
        self._threads = process.Threads()
        self._tripwires = Tripwires(control.fileno())
        table, heard = rules.load(plan.machine), plan.has("listener")
        self._kit = Kit(
            zygote=self._pid,
            ruleset=landlock.ruleset(plan.landlock_abi) if plan.landlock_abi else b"",
            filter=seccomp.Filter(seccomp.assemble(table, heard=heard)),
            tripwires=seccomp.Filter(seccomp.tripwires(table)) if heard else None,
            renew_generators=generators.prepare(),
        )
        self._spare: Spare | None = None

    def serve(self) -> None:
        """Answer requests until the host is gone; keep one child forked ahead meanwhile."""
        self._answer(Reply(Kind.READY, 0, self._pid))
        while True:
            # Forking at once would take a processor from the worker that was just asked for.
            if self._spare is None and not self._tripwires.wait(_QUIET_S):
                self._spare = self._fork(ahead=True)
            self._tripwires.wait(None)
            data, ancillary, _, _ = self._control.recvmsg(REQUEST_BYTES, socket.CMSG_SPACE(8))
            if not data:
                return
            request = Request.unpack(data)
            if request.kind is Kind.FORK:
                self._answer(self._hand_over(request, descriptors_in(ancillary)))
            else:
                self._control.send(self._reap(request).pack())

    def _answer(self, reply: Reply) -> None:
        """Send a reply with a hold on the process, whose number means nothing to the host."""
        try:
            holds = [os.pidfd_open(reply.pid)] if reply.pid else []
        except OSError as error:  # no descriptor is left, and without one nobody could hold it
            os.kill(reply.pid, signal.SIGKILL)
            os.waitpid(reply.pid, 0)
            self._tripwires.forget(reply.pid)
            reply, holds = Reply(reply.kind, reply.serial, 0, error.errno or errno.EAGAIN), []
        socket.send_fds(self._control, [reply.pack()], holds)
        for hold in holds:
            os.close(hold)

    def _hand_over(self, request: Request, ends: tuple[int, int]) -> Reply:
        """Make a spare child the worker that was asked for."""
        pid, code = 0, errno.EAGAIN
        for _ in range(2):
            spare, self._spare = self._spare or self._fork(ahead=False), None
            if spare is None:
                break
            try:
                socket.send_fds(spare.socket, [request.pack()], ends)
            except OSError:  # it was killed from outside before it had a name: the next one
                spare.socket.close()
                os.waitpid(spare.pid, 0)
                continue
            self._tripwires.expect(spare.pid, spare.socket)
            pid, code = spare.pid, 0
            break
        for descriptor in ends:
            os.close(descriptor)
        return Reply(Kind.FORK, request.serial, pid, code)

    def _fork(self, *, ahead: bool) -> Spare | None:
        """Fork one child, if this process has one thread as it must. Only the parent returns.

        One that is forked ahead has the time to do some things before it is asked for.
        """
        if self._threads.count() != 1:
            return None
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            # libc's fork, not os.fork: the interpreter's handlers after a fork mend threads and
            # locks that a process with one thread does not have, and copy 200 pages to do so.
            pid = _libc.fork()
            if pid == 0:
                ours.close()
                # In the control socket's place, which a child must not hold.
                os.dup2(theirs.fileno(), CONTROL)
                self._become_worker(self._control, ahead=ahead)
        if pid < 0:
            ours.close()
            return None
        return Spare(pid, ours)

    def _become_worker(self, assignment: socket.socket, *, ahead: bool) -> None:
        """Wait for the assignment, jail this child, hand it to the code inside. Never returns."""
        code = 70
        try:
            try:
                process.give_way()
                prepare(self._plan, self._kit)
                if ahead:
                    self._furniture.worker.stretch()
                data, ancillary, _, _ = assignment.recvmsg(REQUEST_BYTES, socket.CMSG_SPACE(8))
                if data:
                    fork = self._fork_of(Request.unpack(data), descriptors_in(ancillary))
                    boot.serve(enter(self._plan, self._kit, fork), self._furniture)
                code = 0
            except StepFailed as error:
                boot.report_unjailed(DESCRIPTORS[1], str(error))
            except MemoryError:  # of a worker whose memory is too full to say so
                code = OUT_OF_MEMORY_STATUS
        finally:
            os._exit(code)

    def _reap(self, request: Request) -> Reply:
        """Collect one child that is dead, or say that it lives."""
        lost = Reply(Kind.REAP, request.serial, request.pid, -1)
        try:
            pid, status, usage = os.wait4(request.pid, os.WNOHANG)
        except ChildProcessError:
            return lost
        if pid == 0:
            return lost
        return Reply(
            kind=Kind.REAP,
            serial=request.serial,
            pid=pid,
            status=status,
            peak_bytes=usage.ru_maxrss * 1024,
            cpu_us=int((usage.ru_utime + usage.ru_stime) * 1_000_000),
            tripped=self._tripwires.forget(pid),
        )

    def _fork_of(self, request: Request, ends: tuple[int, int]) -> Fork:
        return Fork(
            reading=ends[0],
            writing=ends[1],
            assignment=CONTROL,
            address_space_bytes=self._address_space_bytes + request.memory_bytes,
            uid=request.uid,
            gid=request.gid,
        )


def _compiler(lacking: frozenset[str]) -> Compile:
    """Give what compiles a source; in a lean zygote it ends a worker that may need more.

    Nothing of the source has run then, so the host can begin anew elsewhere, unseen.
    """
    if not lacking:
        return compile_source

    def compile_lean(source: str, filename: str, language: Language) -> CodeType:
        code = compile_source(source, filename, language)
        if may_need(code, lacking):
            os._exit(NEEDS_MORE_STATUS)
        return code

    return compile_lean


def _seal() -> None:
    process.set_dumpable(on=False)


def descriptors_in(ancillary: list[tuple[int, int, bytes]]) -> tuple[int, int]:
    """Take the two descriptors that came with a request."""
    received = array.array("i")
    for level, kind, data in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            received.frombytes(data[: len(data) - len(data) % received.itemsize])
    reading, writing = received
    return reading, writing


def _shed_privileges(plan: Plan) -> None:
    """As root, keep only what forking workers under other uids needs; else nothing."""
    kept = (process.CAP_SETUID, process.CAP_SETGID, process.CAP_KILL) if plan.own_uids else ()
    if plan.own_uids or plan.has("namespaces"):
        process.drop_bounding_set()
        process.keep_capabilities(kept)


def _die_before_workers() -> None:
    """Let the kernel, out of memory, end workers rather than anything else (children inherit)."""
    try:
        with open("/proc/self/oom_score_adj", "w", encoding="ascii") as file:
            file.write("700")
    except OSError:
        return  # A kernel without it loses a preference, not a protection.


def run(control: socket.socket, setup: Setup, facades: Facades) -> None:
    """Make what workers find, and serve."""
    deadline = install()
    link = Link(DESCRIPTORS, deadline)
    compile_ = _compiler(setup.lacking)
    furniture = boot.Furniture(
        link=link,
        worker=Worker(link, deadline, compile_),
        languages={item.name: speech(item, facades, setup.lacking) for item in setup.languages},
        check=check_source,
        seal=_seal,
    )
    memory = imprint.look()
    linux.ready()
    _die_before_workers()
    if process.Threads().count() != 1:
        sys.exit("a module that is to be preloaded has started a thread; forks would lose it")
    zygote = Zygote(control, setup.plan, furniture)
    pages.forget_names()
    rehearse(deadline, compile_, furniture)
    if setup.plan.has("core scheduling"):
        process.own_core()
    if setup.plan.has("namespaces"):
        namespaces.empty_root()
    _shed_privileges(setup.plan)
    sys.argv[:] = ["worker"]
    gc.freeze()  # what holds itself stays: to look for it takes 80 ms, and frees 0.3 MB of 90
    gc.collect()  # so this only empties Python's own lists of free objects, which lie anywhere
    pages.fill_holes()
    stand_on_file = imprint.prepare(memory)
    pages.fill_holes()  # those that are left by making it ready
    gc.freeze()
    stand_on_file()
    zygote.serve()
