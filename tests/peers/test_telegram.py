"""The test server is held to what another client, aiogram, takes for Telegram."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import aiogram
import pytest
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import (
    TelegramBadRequest,
    TelegramConflictError,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiogram.types import BufferedInputFile, MessageEntity
from aiogram.utils.text_decorations import html_decoration, markdown_decoration
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from peers.misbehaving import Fault
from peers.telegram import BOT, TOKEN, Refused
from peers.telegram_formatting import Unreadable, parse, units

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 100


@asynccontextmanager
async def aiogram_bot(server, token=TOKEN):
    session = AiohttpSession(api=TelegramAPIServer.from_base(server.url))
    bot = aiogram.Bot(token, session=session)
    try:
        yield bot
    finally:
        await session.close()


def play(server, scenario, token=TOKEN):
    async def run():
        async with aiogram_bot(server, token) as bot:
            async with asyncio.timeout(20):
                await scenario(bot)

    asyncio.run(run())


def test_aiogram_sends_text_files_and_reads_the_messages_back(telegram):
    ann = telegram.chat(7, username="ann")
    group = telegram.chat(-1001, title="Traders")

    async def scenario(bot):
        me = await bot.get_me()
        assert (me.id, me.username) == (BOT["id"], BOT["username"])
        sent = await bot.send_message(ann, "a <b>bold</b> &lt;word&gt;", parse_mode="HTML")
        assert (sent.text, sent.chat.id) == ("a bold <word>", ann)
        assert sent.html_text == "a <b>bold</b> &lt;word&gt;"
        sent = await bot.send_message(group, "*x* _y_ \\.", parse_mode="MarkdownV2")
        assert sent.html_text == "<b>x</b> <i>y</i> ."
        photo = await bot.send_photo("@ann", BufferedInputFile(PNG, "chart.png"), caption="c")
        assert (photo.caption, len(photo.photo)) == ("c", 1)
        data = BufferedInputFile(b"a,b\n1,2\n", "ä b.csv")
        document = await bot.send_document(group, data)
        assert document.document.file_name == "ä b.csv"
        assert document.document.file_size == 8
        chat = await bot.get_chat("@ann")
        assert (chat.id, chat.type, chat.first_name) == (7, "private", "Ann")

    play(telegram, scenario)
    assert telegram.texts(ann) == ["a bold <word>", "c"]
    (file,) = telegram.made("sendPhoto")[0].files.values()
    assert (file.name, file.content) == ("chart.png", PNG)


def test_aiogram_polls_and_confirms_as_telegram_has_it(telegram):
    ann = telegram.chat(7)
    first = telegram.say(ann, "one")
    telegram.say(ann, "two")

    async def scenario(bot):
        updates = await bot.get_updates()
        assert [update.message.text for update in updates] == ["one", "two"]
        assert [update.update_id for update in await bot.get_updates(limit=1)] == [first]
        assert [update.update_id for update in await bot.get_updates(offset=first + 1)] == [
            first + 1
        ]
        assert await bot.get_updates(offset=first + 2) == []
        assert telegram.updates == []
        waiting = asyncio.create_task(bot.get_updates(offset=first + 2, timeout=30))
        await asyncio.to_thread(telegram.wait_until, lambda: telegram.polling)
        telegram.say(ann, "three")
        assert [update.message.text for update in await waiting] == ["three"]

    play(telegram, scenario)


def test_of_two_pollers_the_first_is_ended_with_a_conflict(telegram):
    async def scenario(bot):
        first = asyncio.create_task(bot.get_updates(timeout=30))
        await asyncio.to_thread(telegram.wait_until, lambda: telegram.polling)
        second = asyncio.create_task(bot.get_updates(timeout=1))
        with pytest.raises(TelegramConflictError, match="terminated by other getUpdates request"):
            await first
        assert await second == []
        await bot.set_webhook("https://example.org/hook")
        with pytest.raises(TelegramConflictError, match="webhook is active"):
            await bot.get_updates()
        await bot.delete_webhook()
        assert await bot.get_updates() == []

    play(telegram, scenario)


@pytest.mark.parametrize(
    ("chat_id", "text", "mode", "words"),
    [
        (8, "x", None, "chat not found"),
        ("@nobody", "x", None, "chat not found"),
        ("", "x", None, "chat_id is empty"),
        (7, "", None, "message text is empty"),
        (7, " \n ", None, "message text is empty"),
        (7, "x" * 4097, None, "message is too long"),
        (7, "😀" * 2049, None, "message is too long"),
        (7, "x" * 32_769, None, "text is too long"),
        (7, "x", "Word", "unsupported parse_mode"),
        (7, "1.5", "MarkdownV2", "Character '.' is reserved and must be escaped"),
        (7, "é *x", "MarkdownV2", "Can't find end of Bold entity at byte offset 3"),
        (7, "[a](b", "MarkdownV2", "Can't find end of a URL at byte offset 4"),
        (7, "_x", "Markdown", "Can't find end of the entity starting at byte offset 0"),
        (7, "a <b>x", "HTML", 'Can\'t find end tag corresponding to start tag "b"'),
        (7, "a <x>", "HTML", 'Unsupported start tag "x" at byte offset 2'),
        (7, "a < b", "HTML", 'Unsupported start tag "" at byte offset 2'),
        (7, "a <b", "HTML", "Unclosed start tag at byte offset 2"),
        (7, "</b>", "HTML", "Unexpected end tag at byte offset 0"),
        (7, "<b>x</i>", "HTML", 'expected "</b>", found "</i>"'),
    ],
)
def test_what_telegram_refuses_is_refused_in_its_words(telegram, chat_id, text, mode, words):
    telegram.chat(7)

    async def scenario(bot):
        with pytest.raises(TelegramBadRequest) as caught:
            await bot.send_message(chat_id, text, parse_mode=mode)
        assert words in caught.value.message
        assert caught.value.message.startswith("Bad Request: ")

    play(telegram, scenario)
    assert telegram.sent == []


def test_captions_and_files_have_their_limits(telegram):
    telegram.chat(7)

    async def scenario(bot):
        image = BufferedInputFile(PNG, "c.png")
        await bot.send_photo(7, image, caption="x" * 1024)
        for caption, file, words in (
            ("x" * 1025, image, "message caption is too long"),
            ("", BufferedInputFile(b"", "c.png"), "file must be non-empty"),
            ("", BufferedInputFile(b"text", "c.png"), "IMAGE_PROCESS_FAILED"),
            ("", "no-such-file", "wrong remote file identifier"),
        ):
            with pytest.raises(TelegramBadRequest, match=words):
                await bot.send_photo(7, file, caption=caption)

    play(telegram, scenario)


def test_the_other_refusals_are_what_aiogram_knows(telegram):
    telegram.chat(7)
    telegram.shut[9] = Refused(403, "Forbidden: bot was blocked by the user")
    telegram.shut[-5] = Refused(
        400,
        "Bad Request: group chat was upgraded to a supergroup chat",
        migrate_to_chat_id=-1005,
    )
    telegram.refuse_with("getChat", 429, "Too Many Requests: retry after 3", retry_after=3)
    telegram.refuse_with("getChat", 502, "Bad Gateway")

    async def scenario(bot):
        with pytest.raises(TelegramForbiddenError):
            await bot.send_message(9, "x")
        with pytest.raises(TelegramMigrateToChat) as moved:
            await bot.send_message(-5, "x")
        assert moved.value.migrate_to_chat_id == -1005
        with pytest.raises(TelegramRetryAfter) as later:
            await bot.get_chat(7)
        assert later.value.retry_after == 3
        with pytest.raises(TelegramServerError):
            await bot.get_chat(7)

    play(telegram, scenario)

    async def stranger(bot):
        with pytest.raises(TelegramUnauthorizedError):
            await bot.get_me()

    play(telegram, stranger, token="1:wrong")


@pytest.mark.parametrize("doing", ["reset", "cut", "raw", "refuse"])
def test_a_misbehaving_server_breaks_the_client_s_connection(telegram, doing):
    telegram.chat(7)
    if doing == "refuse":
        telegram.peer.refuse()
    else:
        telegram.fail("sendMessage", Fault(doing, effect=doing == "cut"))

    async def scenario(bot):
        with pytest.raises(TelegramNetworkError):
            await bot.send_message(7, "x")

    play(telegram, scenario)
    assert telegram.texts() == (["x"] if doing == "cut" else [])
    if doing == "refuse":
        telegram.peer.listen()
        play(telegram, lambda bot: bot.get_me())


KINDS = ["bold", "italic", "underline", "strikethrough", "spoiler", "code", "pre"]


@st.composite
def formatted(draw):
    """A text and entities that lie side by side."""
    text, entities = "", []
    for _ in range(draw(st.integers(0, 4))):
        text += draw(st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=4))
        inner = draw(
            st.text(
                st.characters(codec="utf-8", exclude_characters="\r\n`"), min_size=1, max_size=4
            )
        )
        kind = draw(st.sampled_from(KINDS))
        entities.append({"type": kind, "offset": units(text), "length": units(inner)})
        text += inner
        text += draw(st.sampled_from([" ", "x", "😀 "]))
    return text, entities


@settings(max_examples=150, deadline=None)
@given(formatted(), st.sampled_from(["HTML", "MarkdownV2"]))
def test_what_aiogram_writes_is_read_back(given_, mode):
    text, entities = given_
    decoration = html_decoration if mode == "HTML" else markdown_decoration
    # aiogram adds a line break to preformatted Markdown.
    assume(mode == "HTML" or all(entity["type"] != "pre" for entity in entities))
    written = decoration.unparse(text, [MessageEntity(**entity) for entity in entities])
    shown, found = parse(written, mode)
    assert shown == text
    assert found == entities


@settings(max_examples=200, deadline=None)
@given(
    st.text(st.sampled_from("a*_`[](<>/b!|~>\n\\&#; ="), max_size=30),
    st.sampled_from(["HTML", "MarkdownV2", "Markdown"]),
)
def test_any_text_is_read_or_refused(text, mode):
    try:
        shown, entities = parse(text, mode)
    except Unreadable as error:
        assert str(error).startswith("can't parse entities: ")  # noqa: PT017 - one of two good ends
        return
    assert all(0 <= entity["offset"] < units(shown) for entity in entities)
