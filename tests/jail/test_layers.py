"""The further layers, seen from outside on this machine."""

from __future__ import annotations

import os
import re

import pytest

from cellblock.jail.kernel.namespaces import KINDS
from cellblock.jail.probe import probe

pytestmark = pytest.mark.jail
KERNEL = probe()


@pytest.fixture
def zygote(full):
    return full.do(full.sandbox.host.cells.warm())


def _read(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()


def test_the_zygote_shares_no_namespace_with_the_host(zygote):
    if "namespaces" in KERNEL.refused:
        assert zygote.namespaces == {}
        return
    for kind in KINDS:
        assert os.readlink(f"/proc/{zygote.pid}/ns/{kind}") != os.readlink(f"/proc/self/ns/{kind}")
    assert set(zygote.namespaces) == set(KINDS)


def test_its_root_is_one_empty_folder_that_cannot_be_written_to(zygote):
    if "namespaces" in KERNEL.refused:
        return
    (mount,) = _read(f"/proc/{zygote.pid}/mountinfo").splitlines()
    assert " - tmpfs " in mount
    assert re.search(r" / / ro,nosuid,nodev,noexec", mount)
    assert os.listdir(f"/proc/{zygote.pid}/root") == []


def test_its_network_has_one_interface_that_is_down_and_no_route(zygote):
    if "namespaces" in KERNEL.refused:
        return
    devices = _read(f"/proc/{zygote.pid}/net/dev").splitlines()[2:]
    assert [line.split(":")[0].strip() for line in devices] == ["lo"]
    assert _read(f"/proc/{zygote.pid}/net/route").splitlines()[1:] == []


def test_it_is_the_first_process_of_its_pid_namespace_and_a_worker_knows_no_other_number(
    full, zygote
):
    numbers = next(
        line.split()[1:]
        for line in _read(f"/proc/{zygote.pid}/status").splitlines()
        if line.startswith("NSpid")
    )
    told = int(full.output("import os\nprint(os.getpid())"))
    if "namespaces" in KERNEL.refused:
        assert len(numbers) == 1
    else:
        assert numbers[-1] == "1"
        assert 1 < told < zygote.pid + 100_000
        assert len(numbers) == 2


def test_it_ends_with_the_process_that_was_started_and_its_workers_with_it(full):
    import asyncio

    from cellblock import Sandbox

    async def work():
        async with Sandbox(preload=()) as sandbox:
            zygote = await sandbox.host.cells.warm()
            async with sandbox.worker("def tick(ctx): pass") as worker:
                pid = worker.pid
                zygote._process.kill()
                for _ in range(500):
                    if not os.path.exists(f"/proc/{pid}"):
                        break
                    await asyncio.sleep(0.01)
                assert not os.path.exists(f"/proc/{pid}")
                noticed = await worker.tick()
                assert noticed.ok or noticed.restarted, "a tick may be what finds the worker gone"
                assert (await worker.tick()).ok, "a fresh zygote takes over"

    asyncio.run(work())


def test_the_enforcement_report_tells_each_layer(bench):
    report = bench.do(bench.sandbox.prove())
    assert set(report.missing) >= set(KERNEL.refused)
    for name, step in (("mdwe", "mdwe"), ("listener", "listener")):
        assert (step in report.steps) is (name not in KERNEL.refused)
    assert ("namespaces" in report.attested) is ("namespaces" not in KERNEL.refused)
