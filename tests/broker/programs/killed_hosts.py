"""Hosts that write into one folder, each in a process of its own, until they are killed at random.

In: the folder, a seed, seconds. Out: JSON of what was seen. Each round three hosts are forked and
write, append, delete, read and list as they like; all are killed at a random moment; then one looks
whether what a list says is what stands on the disk.
"""

import asyncio
import json
import os
import random
import selectors
import signal
import sys
import time
from collections import Counter
from pathlib import Path

from cellblock.broker.adapters.files import FilesAdapter
from cellblock.broker.workspace import Workspace
from cellblock.wire import messages as m

LIMIT = 3_000_000
HOSTS = 3
LIST = m.FilesList("", "")
WHOLE = [f"{folder}whole-{n}" for folder in ("", "a/", "a/b/") for n in range(2)]
GROWING = [f"{folder}growing-{n}" for folder in ("", "c/") for n in range(2)]


def some_call(choose):
    size = choose.randrange(8, 900_000)
    whole, growing = choose.choice(WHOLE), choose.choice(GROWING)
    return choose.choices(
        [
            m.FilesWrite(whole, b"%08d" % size + bytes(size - 8), append=False),
            m.FilesWrite(growing, bytes(size), append=True),
            m.FilesDelete(choose.choice([whole, growing])),
            m.FilesRead(whole, 0, 50_000, whole=False, encoding="base64"),
            LIST,
        ],
        [6, 4, 3, 1, 1],
    )[0]


def outcome(told):
    if "error" in told:
        return told["code"]
    if "files" in told:
        return "listed" if told["used"] <= LIMIT else f"listed {told['used']} bytes"
    return "read" if "content" in told else "written" if "size" in told else "deleted"


def host(root, seed, out):
    """Work for ever; before each call and after it one line is said."""
    choose = random.Random(seed)
    adapter = FilesAdapter(Workspace.open(root, LIMIT))

    async def work():
        while True:
            call = some_call(choose)
            os.write(out, b"\n" if isinstance(call, m.FilesWrite) else b"-\n")
            told = outcome(json.loads(await adapter.answer(call)))
            os.write(out, told.encode() + b"\n")

    asyncio.run(work())


def look(root, out):
    """Compare what a list says with the disk, after a write that clears away leftovers."""
    adapter = FilesAdapter(Workspace.open(root, LIMIT))
    before = json.loads(asyncio.run(adapter.answer(LIST)))["used"]
    asyncio.run(adapter.answer(m.FilesWrite("x", b"", append=False)))
    told = json.loads(asyncio.run(adapter.answer(LIST)))
    asyncio.run(adapter.answer(m.FilesDelete("x")))
    sizes = {path: path.stat().st_size for path in root.rglob("*") if path.is_file()}
    wrong = [f"{path.name} is half" for path in sizes if half(path)]
    if sum(sizes.values()) != told["used"] or before != told["used"]:
        wrong.append(f"{before} and {told['used']} told, {sum(sizes.values())} there")
    if told["used"] > LIMIT:
        wrong.append(f"{told['used']} bytes are over the limit")
    os.write(out, json.dumps(wrong).encode())


def half(path):
    return path.name.startswith("whole") and int(path.read_bytes()[:8]) != path.stat().st_size


def forked(work, *arguments):
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            os.close(reading)
            work(*arguments, writing)
            status = 0
        finally:
            os._exit(status)
    os.close(writing)
    return pid, reading


def drain(reading):
    said = b""
    while piece := os.read(reading, 65_536):
        said += piece
    os.close(reading)
    return said


def round_of(root, choose, answers):
    """Fork, wait for a random number of calls, kill; gives how many writes were cut short."""
    hosts = [forked(host, root, choose.random()) for _ in range(HOSTS)]
    said = dict.fromkeys((reading for _, reading in hosts), b"")
    with selectors.DefaultSelector() as waiting:
        for reading in said:
            waiting.register(reading, selectors.EVENT_READ)
        calls = choose.randrange(4, 40)
        while sum(text.count(b"\n") for text in said.values()) < calls:
            for key, _ in waiting.select(30):
                piece = os.read(key.fd, choose.randrange(1, 40))
                assert piece, "a host died by itself"
                said[key.fd] += piece
    order = choose.sample(hosts, HOSTS)
    for pid, _ in order:
        os.kill(pid, signal.SIGKILL)
    for pid, reading in order:
        os.waitpid(pid, 0)
        said[reading] += drain(reading)
        answers.update(line.decode() for line in said[reading].split(b"\n") if len(line) > 1)
    return sum(text.endswith(b"\n\n") or text == b"\n" for text in said.values())


def main():
    root, choose, seconds = Path(sys.argv[1]), random.Random(int(sys.argv[2])), float(sys.argv[3])
    until = time.monotonic() + seconds
    answers, wrong = Counter(), []
    kills = cut_short = 0
    while (time.monotonic() < until or kills < 30) and not wrong:
        cut_short += round_of(root, choose, answers)
        kills += HOSTS
        pid, reading = forked(look, root)
        wrong += json.loads(drain(reading) or b'["the look failed"]')
        os.waitpid(pid, 0)
    seen = {"kills": kills, "cut_short": cut_short, "answers": answers, "wrong": wrong}
    sys.stdout.write(json.dumps(seen))


main()
