"""A hostile process at the far end: whatever it sends, the host ends it and goes on."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time

import pytest

from cellblock.errors import WorkerFault
from cellblock.inside.deadline import SIGNAL
from cellblock.supervisor.cell import Ears

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
        "for _ in range(2): frame(msgspec.msgpack.encode({'type': 'Ask', 'serial': 1, 'call': {'type': 'StateKeys', 'after': ''}}))"
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
    try:
        outcomes = full.ticks(source, 5)
        assert {outcome.kind.value for outcome in outcomes} <= {"done", "security"}
    except WorkerFault as fault:  # if it came between two ticks
        assert "Finished while idle" in str(fault)  # noqa: PT017
    assert full.output("print('the host lives')") == "the host lives"


def test_a_worker_that_never_reads_does_not_hold_the_host(full):
    code = f"""{RAW}
import sys
encode = sys.modules['msgspec'].msgpack.encode
frame(encode({{'type': 'Ask', 'serial': 10**6, 'call': {{'type': 'StateKeys', 'after': ''}}}}))
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
    async def count():
        await full.stilled()
        zygote = await full.sandbox.host.cells.warm()
        children = f"/proc/{zygote.pid}/task/{zygote.pid}/children"
        with open(children, encoding="ascii") as file:
            # One child may be there: the one forked ahead.
            children = max(1, len(file.read().split()))
        return len(os.listdir("/proc/self/fd")), children, len(asyncio.all_tasks())

    full.run("pass")
    before = full.do(count())
    for code in ("pass", "1/0", "import os\nos.setuid(0)", f"{RAW}\nframe(b'x')\ntime.sleep(9)"):
        for n in range(3):  # each time another version, for a hostile one is run once
            full.run(f"{code}\n# {n} {os.urandom(4).hex()}")
    for _ in range(500):
        after = full.do(count())
        if after == before:
            break
        time.sleep(0.01)  # a worn zygote is on its way out
    assert after == before


def test_a_child_forked_ahead_that_is_killed_is_replaced(full):
    import signal

    async def ahead():
        zygote = await full.sandbox.host.cells.warm()
        for _ in range(200):
            await asyncio.sleep(0.02)
            with open(f"/proc/{zygote.pid}/task/{zygote.pid}/children", encoding="ascii") as file:
                children = file.read().split()
            if children:
                return int(children[0])
        raise AssertionError("no child was forked ahead")

    first = full.do(ahead())
    os.kill(first, signal.SIGKILL)
    assert full.output("print('replaced')") == "replaced"
    assert full.do(ahead()) != first


def test_a_cancelled_run_leaves_no_process_behind(full):
    async def work():
        task = asyncio.ensure_future(full.sandbox.run("while True: pass"))
        await asyncio.sleep(0.3)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await full.stilled()
        zygote = await full.sandbox.host.cells.warm()
        with open(f"/proc/{zygote.pid}/task/{zygote.pid}/children", encoding="ascii") as file:
            return len(file.read().split())

    assert full.do(work()) <= 1  # the one forked ahead


def test_workers_die_with_their_zygote_and_the_next_run_has_a_new_one(full):
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


ENCODE = RAW + "import sys\nencode = sys.modules['msgspec'].msgpack.encode\n"


def test_answers_that_are_never_read_do_not_pile_up_in_the_host(full):
    code = f"""{ENCODE}
for n in range(8): ctx.state.set(str(n), 'x' * 500_000)
for n in range(200):
    frame(encode({{'type': 'Ask', 'serial': 1000 + n, 'call': {{'type': 'StatePage', 'after': ''}}}}))
    time.sleep(0.02)
"""
    outcome = full.run(code)
    assert outcome.kind.value == "security"
    assert "before it had read its answer" in outcome.failure.message


@pytest.mark.parametrize(
    "message",
    [
        "{'type': 'Failed', 'failure': {'kind': 'error', 'type': 'T' * 10**6, 'message': '', 'traceback': ''}}",
        "{'type': 'Failed', 'failure': {'kind': 'error', 'type': 'T', 'message': 'm' * 10**6, 'traceback': ''}}",
        "{'type': 'Log', 'lines': [{'level': 'info', 'message': '', 'at': 0.0}] * 100_000}",
        "{'type': 'Log', 'lines': [{'level': 'info', 'message': 'm' * 5000, 'at': 0.0}]}",
    ],
)
def test_texts_beyond_what_our_own_code_sends_are_a_breach(full, message):
    outcome = full.run(f"{ENCODE}\nframe(encode({message}))\ntime.sleep(9)")
    assert outcome.kind.value == "security"


def test_a_storm_of_log_frames_leaves_the_host_free_for_others(full):
    import time

    storm = f"""{ENCODE}
data = encode({{'type': 'Log', 'lines': []}})
data = len(data).to_bytes(4, 'big') + data
while True: send(data * 1000)
"""

    async def work():
        noisy = asyncio.ensure_future(full.sandbox.run(storm, timeout_s=2))
        await asyncio.sleep(0.5)
        stalls = []
        for _ in range(50):
            before = time.monotonic()
            await asyncio.sleep(0.01)
            stalls.append(time.monotonic() - before - 0.01)
        return max(stalls), await noisy

    stall, noisy = full.do(work())
    assert stall < 1
    assert noisy.kind.value == "timeout"


def test_a_breach_between_ticks_is_told_and_the_worker_is_not_run_again(full):
    from cellblock import WorkerFault

    source = f"""{RAW}
import contextlib
import os
def tick(ctx):
    frame(b'\\x81\\xa4type\\xa8Finished')
    time.sleep(0.1)
    os.setuid(0)
"""

    async def work():
        async with full.sandbox.worker(source) as worker:
            first = await worker.tick()
            await asyncio.sleep(0.5)
            with pytest.raises(WorkerFault) as caught:
                await worker.tick()
            return first, caught.value.slug

    first, slug = full.do(work())
    assert first.ok
    assert slug == "breach"


def test_a_worker_that_breached_in_a_tick_is_not_run_again(full):
    from cellblock import WorkerFault

    async def work():
        async with full.sandbox.worker("import os\ndef tick(ctx): os.setuid(0)") as worker:
            first = await worker.tick()
            with pytest.raises(WorkerFault, match="not started again after a breach"):
                await worker.tick()
            return first.kind.value

    assert full.do(work()) == "security"


def test_a_cancelled_tick_ends_its_process_and_the_next_one_has_a_fresh_one(full):
    source = "def tick(ctx):\n    print('tick')\n    while ctx.tick.n == 0: pass"

    async def work():
        async with full.sandbox.worker(source) as worker:
            pid = worker.pid
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(worker.tick(), 0.3)
            outcome = await worker.tick()
            return outcome, pid, worker.pid, _alive(pid)

    outcome, before, after, alive = full.do(work())
    assert outcome.ok
    assert before != after
    assert not alive


def test_workers_started_at_once_have_uids_of_their_own(full):
    async def work():
        workers = [full.sandbox.worker("def tick(ctx): pass") for _ in range(6)]
        await asyncio.gather(*(worker.__aenter__() for worker in workers))
        uids = [worker.enforcement.attested["Uid"] for worker in workers]
        await asyncio.gather(*(worker.__aexit__(None, None, None) for worker in workers))
        return uids

    uids = full.do(work())
    assert len(set(uids)) == (6 if os.getuid() == 0 else 1)


def test_starts_that_are_given_up_leave_no_zombies(full):
    async def work():
        for n in range(40):
            task = asyncio.ensure_future(full.sandbox.run("pass"))
            await asyncio.sleep(n % 8 * 0.001)
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        await full.stilled()
        zygote = await full.sandbox.host.cells.warm()
        for _ in range(500):
            await asyncio.sleep(0.01)  # until those that end by themselves have ended
            with open(f"/proc/{zygote.pid}/task/{zygote.pid}/children", encoding="ascii") as file:
                left = len(file.read().split())
            if left <= 1:
                break
        return left

    assert full.do(work()) <= 1
    assert full.output("print(1)") == "1"


def test_a_finaliser_that_uses_ctx_within_a_ctx_call_is_no_breach(bench):
    source = """
class Loop:
    def __init__(self): self.me = self
    def __del__(self):
        ctx.log.info("gone"); ctx.log.flush()
        try: ctx.state.get("k")
        except RuntimeError: pass
def tick(ctx):
    for n in range(3000):
        Loop(); ctx.state.set("k", [n] * 20)
"""
    outcome = bench.ticks(source)[0]
    assert outcome.ok, outcome.failure


def _alive(pid):
    """Whether the process runs; a zombie that waits for the machine's init does not."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            return file.read().rpartition(")")[2].split()[0] not in {"Z", "X"}
    except FileNotFoundError:
        return False


def test_a_call_that_the_deadline_meets_before_it_is_looked_at_is_answered(bench):
    source = "def tick(ctx):\n    ctx.log.warn('now')\n    ctx.state.get('k')\n"

    async def scenario():
        async with bench.sandbox.worker(source) as worker:
            cell, loop = worker._runner._cell, asyncio.get_running_loop()

            def strike_next(_lines):
                loop.call_soon(
                    cell.alarm._strike, SIGNAL
                )  # before the task of a call that came in the same read
                return 0.0

            cell.ears = Ears(cell.ears.asked, strike_next)
            loop.call_soon(loop.call_soon, time.sleep, 0.3)  # both are in the pipe when it is read
            outcome = await worker.tick()
            return outcome, cell.usable

    outcome, lives = bench.do(scenario())
    assert (outcome.kind.value, lives) == ("timeout", True)


def test_a_worker_that_is_woken_does_not_put_off_the_host(bench):
    async def scenario():
        async with bench.sandbox.worker("def tick(ctx): pass") as worker:
            return os.sched_getscheduler(worker.pid)

    assert bench.do(scenario()) == os.SCHED_BATCH
