"""What worker code says goes out in small batches, soon, and in order."""

from __future__ import annotations

from itertools import chain

from cellblock.inside.output import Output, PrintStream
from cellblock.limits import LOG_BATCH_MESSAGES


class Pipe:
    """Stands at the far end and keeps what it was sent."""

    def __init__(self):
        self.batches = []
        self.busy = False

    def send(self, message):
        self.batches.append([line.message for line in message.lines])


def test_a_batch_goes_out_at_twenty_messages_and_at_the_end():
    pipe = Pipe()
    output = Output(pipe)
    for n in range(LOG_BATCH_MESSAGES * 2 + 3):
        output.line("info", str(n))
    output.flush()
    # The first message goes at once, for nothing was sent for a while.
    assert [len(batch) for batch in pipe.batches] == [1, 20, 20, 2]
    assert [*chain.from_iterable(pipe.batches)] == [str(n) for n in range(43)]


def test_a_message_after_a_pause_goes_out_at_once():
    pipe = Pipe()
    output = Output(pipe)
    output.line("info", "a")
    output._flushed_at -= 1
    output.line("info", "b")
    assert pipe.batches == [["a"], ["b"]]


def test_flushing_nothing_sends_nothing():
    pipe = Pipe()
    Output(pipe).flush()
    assert pipe.batches == []


def test_printed_text_becomes_lines_and_an_open_end_is_kept():
    pipe = Pipe()
    output = Output(pipe)
    stream = PrintStream(output, "info")
    for text in ("a", "b\nc\n\n", "d"):
        assert stream.write(text) == len(text)
    stream.finish()
    stream.finish()
    output.flush()
    assert [*chain.from_iterable(pipe.batches)] == ["ab", "c", "", "d"]


def test_text_that_utf8_cannot_carry_is_replaced():
    pipe = Pipe()
    output = Output(pipe)
    output.line("info", "a\ud800b")
    output.flush()
    assert pipe.batches == [["a?b"]]


def test_the_first_messages_of_an_order_and_all_warnings_go_out_at_once():
    pipe = Pipe()
    output = Output(pipe)
    output.flush()
    output.begin()
    for n in range(LOG_BATCH_MESSAGES + 3):
        output.line("info", str(n))
    output.line("warn", "w")
    assert [len(batch) for batch in pipe.batches] == [1] * LOG_BATCH_MESSAGES + [4]
