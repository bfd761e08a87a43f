"""A worker on a weaker kernel: what is missing is told, and the rest of the wall stands."""

from __future__ import annotations

import asyncio
import ctypes
import os
import platform
from dataclasses import replace

import pytest

from cellblock import Sandbox
from cellblock.jail import plan, probe
from cellblock.jail.kernel import landlock
from jail.simulator import simulator

HERE = probe.probe()
LAYER_STEPS = {"listener", "mdwe", "namespaces", "core scheduling"}
PTRACE = next(r.number for r in simulator(platform.machine()).table.calls if r.name == "ptrace")
TRIPWIRE = f"import ctypes; ctypes.CDLL(None).syscall({PTRACE}, 0, 0, 0, 0)"
FORBIDDEN = """
import os, socket, subprocess
for attempt in (lambda: open("/etc/passwd"), socket.socket, os.fork, lambda: os.kill(1, 0)):
    try:
        print(attempt())
    except OSError as error:
        print(type(error).__name__)
"""
SEEN_OF_FORBIDDEN = "PermissionError PermissionError BlockingIOError PermissionError".split()


def _without(*layers):
    """Describe this machine as if it did not offer *layers*."""
    refused = HERE.refused | dict.fromkeys(layers, "left out by a test")
    folder = "" if "cgroup" in layers else HERE.cgroup
    return replace(HERE, refused=refused, cgroup=folder)


def _on(kernel, monkeypatch, *codes):
    """Open a sandbox on *kernel*; give the proof of a worker, what it is, and each code's end."""
    monkeypatch.setattr(probe, "probe", lambda: kernel)

    async def work():
        options = {"language": "full", "preload": (), "test_preload": ("ctypes",)}
        async with Sandbox(**options) as sandbox:
            proof = await sandbox.prove()
            async with sandbox.worker("def tick(ctx): pass") as worker:
                filters = _status(worker.pid)["Seccomp_filters"], _status(os.getpid())
                shared = _shares_network(worker.pid)
            ends = [await sandbox.run(code) for code in codes]
        return proof, int(filters[0]) - int(filters[1]["Seccomp_filters"]), shared, ends

    return asyncio.run(asyncio.wait_for(work(), 60))


def _status(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)


def _shares_network(pid):
    """Tell whether a process is in our network; None where an ordinary user may not look."""
    try:
        return os.readlink(f"/proc/{pid}/ns/net") == os.readlink("/proc/self/ns/net")
    except PermissionError:
        return None


@pytest.mark.jail
def test_a_worker_without_any_further_layer_is_jailed_and_attested(monkeypatch):
    proof, filters, shared, (forbidden, tripped) = _on(
        _without(*probe.FURTHER), monkeypatch, FORBIDDEN, TRIPWIRE
    )
    assert set(proof.missing) >= set(probe.FURTHER)
    assert not LAYER_STEPS & set(proof.steps)
    assert proof.attested["Seccomp"] == "2"
    assert not {"namespaces", "cgroup"} & proof.attested.keys()
    assert filters == 1
    assert shared in {True, None}
    assert forbidden.output.split() == SEEN_OF_FORBIDDEN
    assert (tripped.kind.value, tripped.failure.type) == ("security", "SIGSYS")
    assert tripped.failure.message == (
        "the worker made a system call, which only hostile code does; it was killed"
    )


@pytest.mark.jail
@pytest.mark.parametrize("layer", probe.FURTHER)
def test_each_further_layer_can_be_missing_alone(layer, monkeypatch):
    proof, filters, shared, (forbidden, tripped) = _on(
        _without(layer), monkeypatch, FORBIDDEN, TRIPWIRE
    )
    assert set(proof.missing) & set(probe.FURTHER) == {layer, *HERE.refused}
    offered = set(probe.FURTHER) - {layer, *HERE.refused}
    assert ("mdwe" in proof.steps) == ("mdwe" in offered)
    assert ("mdwe: executable memory" in proof.canaries) == ("mdwe" in offered)
    assert filters == (2 if "listener" in offered else 1)
    assert shared in {"namespaces" not in offered, None}
    assert ("cgroup" in proof.attested) == ("cgroup" in offered)
    assert forbidden.output.split() == SEEN_OF_FORBIDDEN
    assert tripped.kind.value == "security"
    assert ("the system call ptrace" in tripped.failure.message) == ("listener" in offered)


@pytest.mark.jail
@pytest.mark.parametrize("layer", probe.FURTHER)
def test_each_missing_layer_is_told_with_what_it_stops_and_how_it_is_got(layer):
    item = next(item for item in plan.build(_without(layer)).missing if item.layer == layer)
    assert item.why == "left out by a test"
    assert item.stops
    assert item.how


@pytest.mark.jail
@pytest.mark.parametrize("abi", range(1, min(landlock.abi(), 7) + 1))
def test_every_abi_of_landlock_that_the_kernel_speaks_closes_the_domain(abi, monkeypatch):
    proof, _, _, (forbidden,) = _on(replace(HERE, landlock_abi=abi), monkeypatch, FORBIDDEN)
    assert proof.canaries["landlock: open /"] == "EACCES"
    assert "landlock" in proof.steps
    assert "landlock" not in proof.missing
    assert forbidden.output.split() == SEEN_OF_FORBIDDEN


@pytest.mark.parametrize(
    ("abi", "files", "network", "scopes"), [(8, 16, 2, 2), (9, 17, 2, 2), (10, 17, 4, 2)]
)
def test_an_abi_newer_than_the_kernels_of_today_gets_its_rights(abi, files, network, scopes):
    # Three words: handled_access_fs, handled_access_net, scoped.
    words = (ctypes.c_uint64 * 3).from_buffer_copy(landlock.ruleset(abi))
    assert list(words) == [(1 << bits) - 1 for bits in (files, network, scopes)]
