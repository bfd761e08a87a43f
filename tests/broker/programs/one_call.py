"""Make calls of ctx.files in the working directory, one after the other, and print the answers.

In: a JSON list of calls, and "nobody" to make them without rights. Run in a process of its own, for
what it is given: a mount namespace, or another user's rights.
"""

import asyncio
import json
import os
import sys
from pathlib import Path

from cellblock.broker.adapter import HostError, error_answer
from cellblock.broker.adapters.files import FilesAdapter
from cellblock.broker.workspace import Workspace
from cellblock.wire import messages as m


def call(verb, path="", size=0):
    return {
        "read": lambda: m.FilesRead(path, 0, 50_000, whole=True, encoding="utf-8"),
        "write": lambda: m.FilesWrite(path, b"x" * size, append=False),
        "append": lambda: m.FilesWrite(path, b"x" * size, append=True),
        "delete": lambda: m.FilesDelete(path),
        "list": lambda: m.FilesList("", ""),
    }[verb]()


def main():
    space = Workspace.open(Path.cwd(), 1_000_000)
    if sys.argv[2:] == ["nobody"] and os.geteuid() == 0:
        os.setegid(65534)
        os.seteuid(65534)
    adapter = FilesAdapter(space)
    for asked in json.loads(sys.argv[1]):
        if asked == ["names"]:
            told = json.dumps(sorted(os.listdir(space.folder)))
        else:
            try:
                told = asyncio.run(adapter.answer(call(*asked))).decode()
            except HostError as error:  # which the broker answers, and remembers
                told = error_answer(str(error), error.code).decode()
        sys.stdout.write(told + "\n")
    asyncio.run(space.close())


main()
