"""What Telegram's refusals mean, and what to do about each. Pure.

In: an error code and Telegram's description. Out: a sentence and a stable code.

Source: telegram-bot-api/Client.cpp, for the descriptions.
"""

from __future__ import annotations

_MARKS = (
    "the marks of parse_mode are not right; in MarkdownV2 write a backslash before each of "
    "_ * [ ] ( ) ~ ` > # + - = | { } . ! that is meant as text, in HTML write &lt; &gt; &amp; "
    "for < > &, or send without parse_mode"
)
_CHAT = (
    "a person must have written to the bot first, and a group must have it as a member; "
    "chat_id is the chat's number, or @name of a public group or channel"
)
_HINTS = (
    (
        "can't parse entities",
        _MARKS,
    ),
    (
        "chat not found",
        _CHAT,
    ),
    ("message text is empty", "white space and marks alone are no text"),
    ("is too long", "Telegram counts what is left when the marks of parse_mode are taken out"),
    ("bot was blocked by the user", "the person must unblock it; nothing else helps"),
    ("initiate conversation", "a person must write to the bot first"),
    ("kicked", "add the bot to the chat again"),
    ("not a member", "add the bot to the chat"),
    ("not enough rights", "let the bot write there, in the chat's administration"),
    ("IMAGE_PROCESS_FAILED", "the file is no image that Telegram reads; use send_document"),
    ("PHOTO_INVALID_DIMENSIONS", "width and height together may have 10,000; use send_document"),
    ("webhook is active", "messages go to that webhook; delete it, or make another bot"),
    (
        "terminated by other getUpdates",
        "another program reads this bot's messages, and only one can: end it, or make another bot",
    ),
)
_KEY = "the operator can replace the bot's token: `cellblock connect telegram --ask`"
_LONGEST = 300
"""More than Telegram's descriptions have; a longer one is none, and is not told."""


def explain(status: int, description: str) -> tuple[str, str]:
    """Give the sentence and the code for a refusal."""
    # Not cut, for half of a secret would not be found by what takes them out.
    said = description if 0 < len(description) <= _LONGEST else f"error {status}"
    lowered = said.lower()
    hints = [hint for words, hint in _HINTS if words.lower() in lowered]
    code, hint = _of(status)
    text = f"Telegram says: {said}"
    hint = hints[0] if hints else hint
    return (f"{text}; {hint}" if hint else text), code


def _of(status: int) -> tuple[str, str]:
    if status in {401, 404}:
        return "denied", _KEY
    if status == 403:
        return "denied", "the bot may not do this in that chat"
    if status == 409:
        return "conflict", ""
    if status == 413:
        return "too_large", "send less in one file"
    if status == 429:
        return "rate_limited", ""
    return ("server" if status >= 500 else "bad_request"), ""
