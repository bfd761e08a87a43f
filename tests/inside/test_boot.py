"""A cell that is roused makes ready for its source, unless that is here already."""

from __future__ import annotations

import os

import pytest

from cellblock.inside.boot import Furniture, serve
from cellblock.inside.deadline import Deadline
from cellblock.inside.language import Speech
from cellblock.inside.link import Link
from cellblock.wire import messages as m
from cellblock.wire.codec import encode
from cellblock.wire.frames import frame

_LANGUAGE = m.Language("contract", False, (), (), {})
_FACTS = m.TickFacts(0, 0.0, 0.0, 0.0, 0, 1.0)
_LOAD = m.Load("pass", "code.py", True, "contract", b"{}", {}, (), _FACTS)


class _Worker:
    """Notes what it is told."""

    def __init__(self):
        self.told = []

    def rehearse(self, _speech):
        self.told.append("rehearse")

    def load(self, _order, _speech):
        self.told.append("load")


@pytest.mark.parametrize(
    ("orders", "told"),
    [
        ([m.Rouse()], ["rehearse"]),
        ([m.Rouse(), _LOAD], ["load"]),
        ([_LOAD, m.Rouse()], ["load", "rehearse"]),
    ],
)
def test_a_roused_cell_rehearses_unless_its_source_has_come(orders, told):
    (reading, to_worker), (from_worker, writing) = os.pipe(), os.pipe()
    worker = _Worker()
    try:
        os.write(to_worker, b"".join(frame(encode(order)) for order in orders))
        os.close(to_worker)
        speech = Speech(_LANGUAGE, {})
        link = Link((reading, writing), Deadline())
        serve({}, Furniture(link, worker, {"contract": speech}, lambda *_: (), lambda: None))
        assert worker.told == told
        assert os.read(from_worker, 1_000) == frame(encode(m.Jailed({}))), "it says nothing"
    finally:
        for descriptor in (reading, from_worker, writing):
            os.close(descriptor)
