"""The zygote's rehearsal is a true one: it plays all that a worker does, and leaves nothing behind."""

from __future__ import annotations

import linecache
import sys

from cellblock.inside.boot import Furniture
from cellblock.inside.deadline import Deadline
from cellblock.inside.facades import Facades
from cellblock.inside.language import speech
from cellblock.inside.link import Link
from cellblock.inside.rehearsal import rehearse
from cellblock.inside.worker import Worker
from cellblock.intake.compiling import compile_source
from cellblock.intake.policy import language as contract
from cellblock.wire import messages as m
from cellblock.wire.codec import decode_up
from cellblock.wire.frames import FrameReader


def test_a_rehearsal_ends_well_and_is_forgotten():
    link = Link((-1, -1), Deadline())
    worker = Worker(link, Deadline(), compile_source)
    language = contract()
    furniture = Furniture(
        link=link,
        worker=worker,
        languages={language.name: speech(language, Facades(), frozenset())},
        check=lambda *_: (),
        seal=lambda: None,
    )
    before = set(sys.modules), set(linecache.cache), sys.stdout, sys.stderr
    frames = FrameReader()
    frames.feed(rehearse(Deadline(), compile_source, furniture))
    said = []
    while (payload := frames.take()) is not None:
        said.append(type(decode_up(payload)))
    assert said[:3] == [m.Jailed, m.Sealed, m.Loaded]
    assert said[3:] == [m.Ask, m.Ask, m.Log, m.Finished] * 20
    assert (set(sys.modules), set(linecache.cache), sys.stdout, sys.stderr) == before
