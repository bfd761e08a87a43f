"""The zygote's ear: hears which forbidden call a worker makes, and kills the worker.

In: the sockets on which children send the listener of their filter. Out: for a worker that is
gone, the number of the call that it was killed for. A call that is reported waits in the kernel
and is never let go on, whatever becomes of this process.

Source: seccomp_unotify(2).
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import signal
import socket
import struct

_NOTIFICATION = struct.Struct("=QIIiIQ6Q")  # id, pid, flags; number, architecture, ip, arguments
_RECEIVE = 0xC0502100  # SECCOMP_IOCTL_NOTIF_RECV


class Tripwires:
    """Waits for the zygote: on its control socket, and on everything that children sent it."""

    def __init__(self, control: int) -> None:
        self._control = control
        # With thousands of workers a poll() would ask each listener anew at every request.
        self._poll = select.epoll()
        self._poll.register(control, select.EPOLLIN)
        self._sockets: dict[int, tuple[int, socket.socket]] = {}
        """Descriptor to the child and the socket on which its listener will come."""
        self._listeners: dict[int, int] = {}
        """Descriptor of a listener to its child."""
        self._tripped: dict[int, int] = {}
        """Child to the number of the call that it made."""

    def expect(self, pid: int, from_child: socket.socket) -> None:
        """Wait for the listener of a child; the socket is ours from now on."""
        self._sockets[from_child.fileno()] = (pid, from_child)
        self._poll.register(from_child, select.EPOLLIN)

    def wait(self, timeout_s: float | None) -> bool:
        """Do what is to be done until a request has come; False if *timeout_s* passed in quiet."""
        while True:
            ready = self._poll.poll(timeout_s)
            if not ready:
                return False
            for descriptor, _ in ready:
                if descriptor in self._sockets:
                    self._take(descriptor)
                elif descriptor in self._listeners:
                    self._hear(descriptor)
            if any(descriptor == self._control for descriptor, _ in ready):
                return True

    def forget(self, pid: int) -> int:
        """Let go of a child that was reaped; gives the call that it was killed for, or -1."""
        for descriptor, (child, from_child) in list(self._sockets.items()):
            if child == pid:
                self._poll.unregister(descriptor)
                del self._sockets[descriptor]
                from_child.close()
        for descriptor, child in list(self._listeners.items()):
            if child == pid:
                self._drop(descriptor)
        return self._tripped.pop(pid, -1)

    def _take(self, descriptor: int) -> None:
        """Receive a listener; a child that died before it sent one sends none."""
        pid, from_child = self._sockets.pop(descriptor)
        self._poll.unregister(descriptor)
        received: list[int] = []
        # Reset, not ended, if it was killed before it had read its own assignment.
        with from_child, contextlib.suppress(ConnectionResetError):
            _, received, _, _ = socket.recv_fds(from_child, 16, 1)
        for listener in received:
            self._listeners[listener] = pid
            self._poll.register(listener, select.EPOLLIN)

    def _hear(self, descriptor: int) -> None:
        """Kill the worker that made a reported call; drop the listener that none can report to."""
        pid = self._listeners[descriptor]
        report = bytearray(_NOTIFICATION.size)
        try:
            fcntl.ioctl(descriptor, _RECEIVE, report)
        except OSError:  # it was killed meanwhile, or has ended: there is nothing to hear
            self._drop(descriptor)
            return
        self._tripped.setdefault(pid, _NOTIFICATION.unpack(report)[3])
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)

    def _drop(self, descriptor: int) -> None:
        self._poll.unregister(descriptor)
        del self._listeners[descriptor]
        os.close(descriptor)
