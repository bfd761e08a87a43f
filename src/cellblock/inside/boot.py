"""The first and last code of a worker's process: report the jail, seal it, obey the host.

In: messages from the host, one at a time. Out: one answer to each. The functions that read source
(`check`, `compile`) are given by the zygote, for this room knows nothing of policy.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import assert_never

from cellblock.inside.language import Speech
from cellblock.inside.link import HostGone, Link
from cellblock.inside.worker import Worker
from cellblock.wire import messages as m
from cellblock.wire.codec import encode
from cellblock.wire.frames import frame

Check = Callable[[str, m.Language], tuple[m.Diagnostic, ...]]
"""Reads a source without running it; given by the zygote."""


@dataclass(frozen=True, slots=True)
class Furniture:
    """What the zygote made before the fork and every worker finds in its cell."""

    link: Link
    worker: Worker
    languages: dict[str, Speech]
    check: Check
    seal: Callable[[], None]


def serve(canaries: dict[str, str], furniture: Furniture) -> None:
    """Report, then carry out orders until the host is gone."""
    link = furniture.link
    try:
        link.send(m.Jailed(canaries))
        while True:
            _obey(link.receive(), furniture)
    except HostGone:
        return


def _obey(order: m.Down, furniture: Furniture) -> None:
    link, worker = furniture.link, furniture.worker
    match order:
        case m.Run():
            worker.run(order)
        case m.Load():
            worker.load(order, furniture.languages[order.language])
        case m.Seal():
            furniture.seal()
            if order.waits:
                worker.rehearse(next(iter(furniture.languages.values())))
            link.send(m.Sealed())
        case m.Check():
            link.send(
                m.Diagnosed(
                    furniture.check(order.source, furniture.languages[order.language].language)
                )
            )
        case m.Answer():
            raise HostGone
        case _:
            assert_never(order)


def report_unjailed(descriptor: int, reason: str) -> None:
    """Tell the host that a step failed; the caller then ends the process."""
    with contextlib.suppress(OSError):
        os.write(descriptor, frame(encode(m.Unjailed(reason[:1000]))))
