"""The first code of a zygote: leave the machine's namespaces, import what workers may use, go on.

Started with exec by the host (`launch`). What every worker touches in its first moments is imported
last, behind all else (`pages`), and so lies in few pages: a page that a worker touches, be it for a
count of references, becomes its own.
"""

from __future__ import annotations

import gc
import importlib
import os
import signal
import socket
import sys

import msgspec

from cellblock.inside import warm
from cellblock.jail import pages
from cellblock.jail.control import Setup
from cellblock.jail.ends import CONTROL, SETUP_BYTES
from cellblock.jail.kernel import namespaces, process
from cellblock.jail.plan import Plan


def _leave_namespaces(plan: Plan) -> None:
    """Go on in a child, which is the first process of an empty pid namespace.

    This process stays behind, for the host knows it, and ends as its child does. If it is killed
    the child is, and when the first process of a pid namespace ends so does every other.
    """
    namespaces.leave(with_user=plan.user_namespace)
    pid = os.fork()
    if pid == 0:
        process.die_with_parent(0)  # which is outside this namespace, and so has no number
        return
    os.closerange(CONTROL, process.most_descriptors())
    _, status = os.waitpid(pid, 0)
    os._exit(os.waitstatus_to_exitcode(status) & 0xFF)


def main() -> None:
    """Run the zygote in this process, which must have been started for it."""
    gc.disable()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    control = socket.socket(fileno=CONTROL)
    if not (first := control.recv(SETUP_BYTES)):
        return  # begun ahead of a host that came to want none
    paths, setup = msgspec.json.decode(first, type=tuple[list[str], Setup])
    sys.path[:0] = [path for path in paths if path not in sys.path]
    process.raise_descriptors()
    if setup.plan.has("namespaces"):
        _leave_namespaces(setup.plan)
    warm.up(setup.modules, zones=_tells_zones(setup))
    facades = warm.facades(setup.modules)
    pages.fill_holes()
    importlib.import_module("cellblock.jail.zygote").run(control, setup, facades)


def _tells_zones(setup: Setup) -> bool:
    """Tell whether some worker can come by a time zone: through pandas, or by its own import."""
    allowed = {name for item in setup.languages for name in item.modules} - setup.lacking
    return bool(allowed & {"zoneinfo", "pandas"})
