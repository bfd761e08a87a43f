"""The eyes of the arena are open: what no jail holds back is seen, each kind of it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hostile.arena import _executable, _numbers
from hostile.targets import Targets

NETWORK = {
    "tcp": "s = socket.create_connection(('127.0.0.1', c['tcp']))",
    "udp": "socket.socket(2, 2).sendto(b'x', ('127.0.0.1', c['udp']))",
    "unix": "socket.socket(socket.AF_UNIX).connect(c['unix'])",
    "abstract": "socket.socket(socket.AF_UNIX).connect('\\0' + c['abstract'])",
}


@pytest.fixture
def targets():
    with Targets() as found:
        yield found


def _free(code, targets):
    """Run code that nothing holds back."""
    program = f"import os, signal, socket\nc = {targets.config!r}\n{code}"
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True)
    return done.stdout.decode()


def _harm(targets):
    for _ in range(500):
        if found := targets.harm():
            return found
        time.sleep(0.01)
    return []


@pytest.mark.parametrize("kind", NETWORK)
def test_traffic_is_seen(targets, kind):
    assert targets.harm() == []
    _free(NETWORK[kind], targets)
    assert _harm(targets) == [f"{kind} traffic"]
    assert targets.harm() == []


@pytest.mark.parametrize("number", ["SIGUSR1", "SIGTERM", "SIGSTOP", "SIGKILL"])
def test_a_signal_to_another_process_is_seen(targets, number):
    _free(f"os.kill(c['victim'], signal.{number})", targets)
    assert _harm(targets)


def test_a_signal_to_the_host_is_seen(targets):
    os.kill(os.getpid(), 10)
    assert _harm(targets) == ["the host got signal 10"]


@pytest.mark.parametrize(
    "code",
    [
        "open(c['folder'] + '/new', 'w')",
        "open(c['secret_file'], 'w')",
        "os.unlink(c['unix'])",
    ],
)
def test_a_change_of_files_is_seen(targets, code):
    _free(code, targets)
    assert _harm(targets)


def test_what_a_program_read_or_claims_is_found_in_what_it_says(targets):
    said = _free("print(open(c['secret_file']).read(), os.listdir(c['folder']))", targets)
    assert targets.told(said) == ["learned the file token", "learned the listing token"]
    assert targets.told("ESCAPED: a fork ran\nESCAPED not") == [
        "ESCAPED: a fork ran",
        "ESCAPED not",
    ]
    assert targets.told("nothing happened") == []


def test_children_and_executable_memory_are_seen():
    code = (
        "import mmap, time; m = mmap.mmap(-1, 4096, prot=7); print(1, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as child:
        assert child.stdout
        child.stdout.readline()
        me = os.getpid()
        assert child.pid in _numbers(f"/proc/{me}/task/{me}/children")
        lines = Path(f"/proc/{child.pid}/maps").read_text().splitlines()
        made = [line.split()[0].split("-") for line in lines if line.split()[1].startswith("rwx")]
        starts = {int(start, 16) for start, _ in made}
        assert any(
            low in starts or low < min(starts) < high for low, high in _executable(child.pid)
        )
        child.kill()


def test_the_sockets_take_any_peer(targets):
    with socket.create_connection(("127.0.0.1", targets.config["tcp"])):
        assert _harm(targets) == ["tcp traffic"]
