"""What a worker's memory holds: nothing of its host. Looked at from outside, byte by byte."""

from __future__ import annotations

import os
import secrets

import pytest

from cellblock import Sandbox

SOURCE = """
import random, uuid
import numpy as np
def tick(ctx):
    print(ctx.config["mark"], random.random(), np.random.rand(), np.random.default_rng().random(), uuid.uuid4())
"""


def _memory(pid):
    """Every page of a process that can be read, mapped files left out that any process may map."""
    with (
        open(f"/proc/{pid}/maps", encoding="utf-8", errors="replace") as maps,
        open(f"/proc/{pid}/mem", "rb", 0) as memory,
    ):
        for line in maps:
            places, rights, *_ = line.split()
            start, end = (int(part, 16) for part in places.split("-"))
            if "w" in rights:
                memory.seek(start)
                yield memory.read(end - start)


@pytest.mark.slow
@pytest.mark.skipif(os.getuid() != 0, reason="only root may read a sealed process's memory")
def test_nothing_planted_in_the_host_is_found_in_the_memory_of_zygote_or_worker(tmp_path):
    import asyncio

    planted = {name: f"{name}-{secrets.token_hex(16)}" for name in ("memory", "environ", "file")}
    held = [planted["memory"].encode()] * 10
    os.environ["CELLBLOCK_PLANTED"] = planted["environ"]
    path = tmp_path / planted["file"]
    path.write_text(planted["file"] * 100)
    mark = f"mark-{secrets.token_hex(16)}"

    async def work():
        with path.open() as opened:
            opened.read()
            async with (
                Sandbox(language="full") as sandbox,
                sandbox.worker(SOURCE, config={"mark": mark}) as worker,
            ):
                assert (await worker.tick()).ok
                zygote = await sandbox.host.cells.warm()
                found = {"zygote": set(), "worker": set()}
                for name, pid in (("zygote", zygote.pid), ("worker", worker.pid)):
                    for page in _memory(pid):
                        looked_for = {*planted.values(), mark}
                        found[name] |= {text for text in looked_for if text.encode() in page}
                return found

    try:
        found = asyncio.run(work())
    finally:
        del os.environ["CELLBLOCK_PLANTED"]
    assert held
    # The mark that the worker was given is found, so the eyes are open.
    assert found == {"zygote": set(), "worker": {mark}}


@pytest.mark.jail
def test_the_arguments_environment_and_folder_of_a_worker_tell_nothing(full):
    async def work():
        async with full.sandbox.worker("def tick(ctx): pass") as worker:
            with open(f"/proc/{worker.pid}/cmdline", "rb") as file:
                return file.read()

    arguments = full.do(work())
    assert b"SECRET" not in arguments
    told = full.output("import os, sys\nprint(sorted(os.environ), sys.argv)")
    allowed = {"LANG", "TZ", "MALLOC_ARENA_MAX", "LD_BIND_NOW"}
    names = told.partition("]")[0].strip("[").replace("'", "").split(", ")
    assert {name for name in names if not name.endswith("_NUM_THREADS")} == allowed
    assert told.endswith("['worker']")


@pytest.mark.jail
def test_siblings_of_one_zygote_draw_different_numbers(full):
    async def work():
        drawn = []
        async with Sandbox(language="full") as sandbox:
            for _ in range(3):
                async with sandbox.worker(SOURCE, config={"mark": ""}) as worker:
                    drawn.append((await worker.tick()).output.split())
        return drawn

    drawn = full.do(work())
    for column in zip(*drawn, strict=True):
        assert len(set(column)) == len(drawn), column


@pytest.mark.skipif(os.getuid() != 0, reason="only root may read a sealed process's memory")
def test_what_a_zygote_holds_is_a_sealed_file_of_which_a_worker_copies_little(bench):
    async def work():
        zygote = await bench.sandbox.host.cells.warm()
        async with bench.sandbox.worker("def tick(ctx): pass") as worker:
            assert (await worker.tick()).ok
            return _files(zygote.pid), _files(worker.pid), _rollup(worker.pid), zygote.warm_bytes

    zygote, worker, sizes, warm_bytes = bench.do(work())
    assert {held.st_ino for held in zygote} == {held.st_ino for held in worker}
    (held,) = zygote
    assert held.st_blocks * 512 > 10_000_000
    assert sizes["Anonymous"] * 1024 < held.st_blocks * 512 / 3
    assert abs(sizes["Rss"] * 1024 - warm_bytes) < 16_000_000


def _rollup(pid):
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
        return {line.split()[0].rstrip(":"): int(line.split()[1]) for line in list(file)[1:]}


def _files(pid):
    """Give what stands behind the memory of a process and is in no folder."""
    with open(f"/proc/{pid}/maps", encoding="utf-8") as file:
        lines = [line.split() for line in file if "memfd:zygote" in line]
    return {os.stat(f"/proc/{pid}/map_files/{line[0]}") for line in lines}
