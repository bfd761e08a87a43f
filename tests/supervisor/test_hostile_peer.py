"""A jailed worker that uses its pipes as no worker of ours would, beside a neighbour that ticks."""

from __future__ import annotations

import asyncio
import os
import textwrap
from dataclasses import dataclass

import pytest

from cellblock import Limits, Outcome
from cellblock.limits import FRAME_BYTES

pytestmark = pytest.mark.jail
RAW = """
import os, sys, time
encode = sys.modules["msgspec"].msgpack.encode
def send(data):
    view = memoryview(data)
    while view:
        view = view[os.write(4, view):]
def framed(message):
    data = encode(message)
    return len(data).to_bytes(4, "big") + data
def log(*texts):
    return framed({"type": "Log", "lines": [{"level": "info", "message": text, "at": 0.0} for text in texts]})
def ask(serial, **call):
    return framed({"type": "Ask", "serial": serial, "call": call})
LARGE = {"type": "StatePage", "after": ""}
def fill():
    for n in range(8): ctx.state.set(str(n), "x" * 500_000)
def forever(step=lambda: time.sleep(0.01)):
    while True:
        try: step()
        except BaseException: pass  # the deadline's error among them
"""
QUICK = Limits(tick_timeout_s=0.6, kill_grace_s=0.3)
PATIENT = Limits(tick_timeout_s=30)


@dataclass(frozen=True)
class Report:
    """What became of an attack, and of the host meanwhile."""

    outcome: Outcome
    neighbour_ticks: int
    growth_bytes: int


def _resident_bytes():
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _descriptors():
    return len(os.listdir("/proc/self/fd"))


async def beside(sandbox, attack, limits):
    """Run an attack in a tick while a neighbour ticks, from its begin to its end."""
    source = f"{RAW}def tick(ctx):\n{textwrap.indent(attack, '    ')}\n"
    async with (
        sandbox.worker("def tick(ctx): ctx.state.set('n', ctx.tick.n)") as neighbour,
        sandbox.worker(source, limits=limits) as attacker,
    ):
        assert (await neighbour.tick()).ok
        before = most = _resident_bytes()
        attacking = asyncio.ensure_future(attacker.tick())
        ticks = 0
        while not attacking.done():
            outcome = await asyncio.wait_for(neighbour.tick(), 20)
            assert outcome.ok, outcome.failure
            ticks += not attacking.done()
            most = max(most, _resident_bytes())
            await asyncio.sleep(0.005)
        assert (await neighbour.tick()).ok
        return Report(await attacking, ticks, most - before)


LASTING = {
    "a frame of 8 MB at a trickle": "send((8_000_000).to_bytes(4, 'big'))\ndef step(): send(b'x'); time.sleep(0.001)\nforever(step)",
    "a frame of 8 MB but for its last byte": "send((8_000_000).to_bytes(4, 'big') + bytes(7_999_999)); forever()",
    "half a header": "send(b'\\0\\0'); forever()",
    "a large answer that is never read": "fill(); send(ask(10**6, **LARGE)); forever()",
    "a large answer read byte by byte": "fill(); send(ask(10**6, **LARGE))\ndef step(): os.read(3, 1); time.sleep(0.001)\nforever(step)",
    "no end for answers": "os.close(3); send(ask(10**6, **LARGE)); forever()",
    "no end for answers, and more asks": "os.close(3)\nfor n in range(10**6): send(ask(10**6 + n, type='StateGet', key='k')); time.sleep(0.02)",
}  # fmt: skip
FLOODS = {
    "a flood of long logs": "data = log(*['x' * 4_000] * 20)\nforever(lambda: send(data))",
    "a flood of logs that take four times what they have": (
        "data = log(*['x' * 3_999 + chr(0x1f600)] * 20)\nforever(lambda: send(data))"
    ),
    "asks of 8 MB": (
        "n = 10**6\nwhile True:\n"
        "    n += 1; send(ask(n, type='StateSet', key='k', value=b'1' * 7_900_000))\n"
        "    got = os.read(3, 4)\n    os.read(3, int.from_bytes(got, 'big'))"
    ),
}  # fmt: skip


def attacked(full, attack, limits):
    """Play an attack, and see what holds for every one."""
    full.run("pass")
    full.still()
    before = _descriptors()
    report = full.do(beside(full.sandbox, attack, limits))
    full.still()
    # One frame while it is put together, once more while it is taken out, and as much again.
    assert report.growth_bytes < 4 * FRAME_BYTES
    assert _descriptors() == before
    return report


@pytest.mark.parametrize("name", LASTING)
def test_an_attack_that_lasts_meets_its_deadline_and_its_neighbour_ticks_on(full, name):
    report = attacked(full, LASTING[name], QUICK)
    ends = {"timeout"}
    if name.endswith(
        "more asks"
    ):  # which is a breach as soon as one comes before its answer is out
        ends.add("security")
    assert report.outcome.kind.value in ends, report.outcome.failure
    assert report.neighbour_ticks >= 3


@pytest.mark.parametrize("name", FLOODS)
def test_a_flood_is_ended_and_its_neighbour_ticks_on(full, name):
    report = attacked(full, FLOODS[name], QUICK)
    # The deadline's error may tear a frame, and what follows is then none.
    assert report.outcome.kind.value in {"timeout", "security"}, report.outcome.failure
    assert report.neighbour_ticks >= 3


# A map may say its key as often as it likes; the last one counts.
BREACHES = {
    "logs in frames of 8 MB": (
        "lines = log(*['x'] * 20)[4 + 10:]\ncount = 7_999_000 // len(lines)\n"
        "data = b'\\xdf' + (count + 1).to_bytes(4, 'big') + b'\\xa4type\\xa3Log' + lines * count\n"
        "data = len(data).to_bytes(4, 'big') + data\nforever(lambda: send(data))"
    ),
    "calls in frames of 8 MB": (
        "call = ask(1, type='HttpRequest', method='', url='', headers=[['a', 'b']] * 100, body=b'', timeout_s=1.0)\n"
        "call = call[call.index(b'\\xa4call'):]\ncount = 7_990_000 // len(call)\n"
        "data = b'\\xdf' + (count + 2).to_bytes(4, 'big') + b'\\xa4type\\xa3Ask\\xa6serial\\xce\\x7f\\xff\\xff\\xff' + call * count\n"
        "send(len(data).to_bytes(4, 'big') + data); forever()"
    ),
    "a key of 8 MB that would take 32": "send(ask(10**6, type='StateGet', key=chr(0x1f600) + 'k' * 7_900_000)); forever()",
    "names of 8 MB": (
        "n = 10**6\nwhile True:\n"
        "    n += 1; send(ask(n, type='AdapterCall', adapter='state', method='m' * 7_900_000, arguments=b''))\n"
        "    got = os.read(3, 4)\n    os.read(3, int.from_bytes(got, 'big'))"
    ),
    "a length one beyond the limit": "send((8_000_001).to_bytes(4, 'big')); forever()",
    "asks that wait for no answer": "for n in range(10**6): send(ask(10**6 + n, type='StateGet', key='k'))",
    "asks for much that wait for no answer": "fill()\nfor n in range(10**6): send(ask(10**6 + n, **LARGE)); time.sleep(0.01)",
    "no pipe at all": "os.close(3); os.close(4); forever()",
    "eight megabytes of nothing": "send((8_000_000).to_bytes(4, 'big') + bytes(8_000_000)); forever()",
    "a breach in the midst of a flood": "data = log(*['x'] * 20)\nfor n in range(50): send(data)\nsend(bytes(4)); forever()",
}  # fmt: skip


@pytest.mark.parametrize("name", BREACHES)
def test_a_breach_ends_as_security_and_leaves_nothing_behind(full, name):
    report = attacked(full, BREACHES[name], PATIENT)
    assert (report.outcome.kind.value, report.outcome.failure.type) == ("security", "ProtocolError")


@pytest.mark.parametrize("sent", ["b''", "bytes(2)", "(100).to_bytes(4, 'big') + bytes(99)"])
def test_an_exit_in_the_midst_of_a_frame_is_a_crash(full, sent):
    outcome = full.run(f"{RAW}send({sent}); os._exit(3)")
    assert outcome.kind.value == "crash"
    assert "exit status 3" in outcome.failure.message


def test_a_frame_sent_byte_by_byte_is_heard(full):
    code = "for byte in log('slow', 'but whole'): send(bytes([byte])); time.sleep(0.001)"
    assert full.output(f"{RAW}{code}") == "slow\nbut whole"


def test_two_frames_cut_at_every_place_are_heard_in_order(full):
    code = """
data = log("a") + log("b")
for cut in range(len(data)):
    send(data[:cut]); time.sleep(0.0005); send(data[cut:])
print(len(data))
"""
    lines = full.output(f"{RAW}{code}").splitlines()
    count = int(lines.pop())
    assert lines == ["a", "b"] * count


def test_a_large_answer_that_is_read_slowly_comes_whole_while_a_neighbour_ticks(full):
    code = """
fill()
send(ask(10**6, **LARGE))
def read(count):
    found = b""
    while len(found) < count:
        found += os.read(3, min(4_096, count - len(found))); time.sleep(0.0002)
    return found
payload = read(int.from_bytes(read(4), "big"))
print(payload.count(b"x" * 500_000))
"""
    report = full.do(beside(full.sandbox, code, PATIENT))
    assert report.outcome.ok, report.outcome.failure
    assert report.outcome.output == "7"  # as many as a page of state takes
    assert report.neighbour_ticks >= 3


def test_a_frame_as_long_as_can_be_is_an_ask_like_any_other(full):
    code = """
def call(value):
    return ask(10**6, type="StateSet", key="k", value=value)
longest = call(b"1" * (8_000_000 - len(call(b"1" * 70_000)) + 4 + 70_000))
send(longest)
os.read(3, int.from_bytes(os.read(3, 4), "big"))
print(len(longest) - 4)
"""
    assert full.output(f"{RAW}{code}") == str(FRAME_BYTES)
