from __future__ import annotations

from cellblock.broker.telegram.refusals import explain


class Counted(str):
    """A text that counts how often all of it is lowered."""

    __slots__ = ()

    lowered = 0

    def lower(self) -> str:
        Counted.lowered += 1
        return super().lower()


def test_a_hint_goes_with_the_words_whatever_their_case():
    text, code = explain(400, "Bad Request: Chat NOT found")
    assert text.startswith("Telegram says: Bad Request: Chat NOT found; a person must have written")
    assert code == "bad_request"
    assert explain(502, "") == ("Telegram says: error 502", "server")


def test_a_description_that_is_longer_than_any_is_neither_read_nor_told():
    said = Counted("chat not found" + "\u0130" * 400)
    assert explain(400, said) == ("Telegram says: error 400", "bad_request")
    assert Counted.lowered == 0
    assert explain(400, said[:300])[0].startswith("Telegram says: chat not found\u0130")
