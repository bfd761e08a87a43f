"""A hostile process at the far end: whatever it sends, the host ends it and goes on."""

from __future__ import annotations

import os

import pytest

pytestmark = pytest.mark.jail

# Native code writes to the wire past our own code; `ctypes` is there under the test-only switch.
RAW = """
import ctypes, time
libc = ctypes.CDLL(None)
def send(data): libc.write(4, data, len(data))
def frame(payload): send(len(payload).to_bytes(4, 'big') + payload)
"""
BREACHES = {
    "a length of nothing": "send(bytes(4))",
    "a length over the cap": "send(b'\\xff\\xff\\xff\\xff')",
    "bytes that are no message": "frame(b'garbage')",
    "an unknown message": "frame(b'\\x81\\xa4type\\xa4Evil')",
    "a message of the wrong time": "frame(b'\\x81\\xa4type\\xa6Sealed')",
    "a message of the host": "frame(b'\\x82\\xa4type\\xa3Run\\xa1x\\x01')",
    "deep nesting": "frame(b'\\x91' * 100_000 + b'\\x01')",
    "a number used twice": (
        "import msgspec\n"
        "for _ in range(2): frame(msgspec.msgpack.encode({'type': 'Ask', 'serial': 1, 'call': {'type': 'StateKeys'}}))"
    ).replace("import msgspec\n", "import sys; msgspec = sys.modules['msgspec']\n"),
    "a wrong type": "frame(b'\\x83\\xa4type\\xa3Ask\\xa6serial\\xa1x\\xa4call\\x01')",
}


@pytest.mark.parametrize("name", BREACHES)
def test_a_breach_of_the_protocol_ends_the_worker_as_security(full, name):
    outcome = full.run(f"{RAW}\n{BREACHES[name]}\ntime.sleep(30)")
    assert (outcome.kind.value, outcome.failure.type) == ("security", "ProtocolError")
    assert full.output("print('the host lives')") == "the host lives"


def test_closing_the_pipe_and_living_on_is_a_breach(full):
    outcome = full.run(f"{RAW}\nlibc.close(4)\nwhile True: pass")
    assert outcome.kind.value == "security"
    assert outcome.failure.message == "the worker closed its pipe and lived on"


def test_a_frame_begun_and_never_ended_meets_the_deadline(full):
    outcome = full.run(f"{RAW}\nsend(b'\\x00\\x00\\x10\\x00abc')\nwhile True: pass", timeout_s=0.3)
    assert outcome.kind.value in {"timeout", "security"}


def test_an_early_finished_does_not_confuse_the_next_order(full):
    source = f"{RAW}\ndef tick(ctx):\n    frame(b'\\x81\\xa4type\\xa8Finished')\n"
    outcomes = full.ticks(source, 5)
    assert {outcome.kind.value for outcome in outcomes} <= {"done", "security"}
    assert full.output("print('the host lives')") == "the host lives"


def test_a_worker_that_never_reads_does_not_hold_the_host(full):
    code = f"""{RAW}
import sys
encode = sys.modules['msgspec'].msgpack.encode
frame(encode({{'type': 'Ask', 'serial': 10**6, 'call': {{'type': 'StateKeys'}}}}))
while True: time.sleep(1)
"""
    outcome = full.run(code, timeout_s=0.5)
    assert outcome.kind.value in {"timeout", "security"}
    assert full.output("print(1)") == "1"


def test_a_flood_of_log_frames_is_bounded_and_the_count_is_told(full):
    code = "for n in range(6000): ctx.log.info(str(n))"
    outcome = full.run(code)
    assert outcome.ok
    assert 2000 <= len(outcome.logs) < 2400
    assert outcome.logs[-1].message.endswith("log lines dropped: the limit is 1,000 a minute")


def test_many_runs_leave_no_descriptor_process_or_task_behind(full):
    import asyncio

    async def count():
        zygote = await full.sandbox.host.cells.warm()
        children = f"/proc/{zygote.pid}/task/{zygote.pid}/children"
        with open(children, encoding="ascii") as file:
            return len(os.listdir("/proc/self/fd")), file.read().split(), len(asyncio.all_tasks())

    full.run("pass")
    before = full.do(count())
    for code in ("pass", "1/0", "import os\nos.setuid(0)", f"{RAW}\nframe(b'x')\ntime.sleep(9)"):
        for _ in range(3):
            full.run(code)
    assert full.do(count()) == before


def test_a_cancelled_run_leaves_no_process_behind(full):
    import asyncio

    async def work():
        task = asyncio.ensure_future(full.sandbox.run("while True: pass"))
        await asyncio.sleep(0.3)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        zygote = await full.sandbox.host.cells.warm()
        with open(f"/proc/{zygote.pid}/task/{zygote.pid}/children", encoding="ascii") as file:
            return file.read().split()

    assert full.do(work()) == []


def test_workers_die_with_their_zygote_and_the_next_run_has_a_new_one(full):
    import asyncio
    import signal

    async def work():
        async with full.sandbox.worker("def tick(ctx):\n    while True: pass") as worker:
            ticking = asyncio.ensure_future(worker.tick())
            await asyncio.sleep(0.2)
            zygote = await full.sandbox.host.cells.warm()
            pid = worker.pid
            os.kill(zygote.pid, signal.SIGKILL)
            outcome = await ticking
            return outcome, _alive(pid)

    outcome, alive = full.do(work())
    assert outcome.kind.value == "crash"
    assert not alive
    assert full.output("print('again')") == "again"


def _alive(pid):
    """Whether the process runs; a zombie that waits for the machine's init does not."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            return file.read().rpartition(")")[2].split()[0] not in {"Z", "X"}
    except FileNotFoundError:
        return False
