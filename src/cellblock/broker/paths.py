"""Which paths a worker may use in its workspace. Pure.

In: a path as worker code wrote it. Out: the names on its way, or `BadPath` with the reason. Two
names that a person cannot tell apart are never both allowed: only composed text (NFC) without
invisible characters is, so that what a log, a list or a terminal shows is the name that is meant,
and no file system that composes names (or takes them apart) makes one file of two.

Letters that merely look alike, such as a Latin and a Cyrillic a, and blanks of other widths are
different characters, and allowed. Source: Unicode Standard Annex #15 (normalization forms);
DerivedCoreProperties.txt, Default_Ignorable_Code_Point.
"""

from __future__ import annotations

import re
import unicodedata

from cellblock.limits import FILES_DEPTH, FILES_PART_BYTES, FILES_PATH_BYTES

RESERVED = ".cellblock-"
"""Names that begin so are the host's own: a worker can neither use nor see them."""

_CONTROL = {"Cc", "Zl", "Zp"}
"""Control characters of both halves, and the separators that end a line or a paragraph."""
_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u3164\ufe00-\ufe0f\uffa0\ufff0-\ufff8"
    "\U000e0000-\U000e0fff]"
)
"""What is shown as nothing and is not of category Cf: fillers, joiners, variation selectors."""


class BadPath(Exception):
    """The path cannot be used; the text says why."""


def parts(path: str) -> list[str]:
    """Split a worker's path into folder and file names; empty names and ``.`` on the way go.

    Raises: BadPath for the empty, the absolute, ``..``, a path that ends like a folder, control and
    invisible characters, text that is not composed, reserved names, and what is too long.
    """
    # Characters first: to encode megabytes only to refuse them would keep the host from its loop.
    if len(path) > FILES_PATH_BYTES or _size(path) > FILES_PATH_BYTES:
        raise BadPath(f"the path {path[:100]!r}… is longer than {FILES_PATH_BYTES:,} bytes")
    shown = repr(path[:100])
    if path.startswith("/"):
        raise BadPath(f"the path {shown} is absolute; paths begin in the workspace")
    if not (path.isascii() and path.isprintable()):
        _judge_characters(path)
    pieces = path.split("/")
    names = [name for name in pieces if name not in {"", "."}]
    if not names:
        raise BadPath("the path is empty")
    if len(names) > FILES_DEPTH:
        raise BadPath(f"the path {shown} has more than {FILES_DEPTH} parts")
    for name in names:
        _judge_name(name, shown)
    if pieces[-1] != names[-1]:
        raise BadPath(f"the path {shown} ends like that of a folder; name a file")
    return names


def usable(path: str) -> bool:
    """Whether a file that lies at *path*, whoever put it there, can be named by a worker."""
    try:
        return "/".join(parts(path)) == path
    except BadPath:
        return False


def _judge_name(name: str, shown: str) -> None:
    if name == "..":
        raise BadPath(f"the path {shown} leaves the workspace")
    if name.startswith(RESERVED):
        raise BadPath(f"names that begin with {RESERVED} are the host's own")
    if _size(name) > FILES_PART_BYTES:
        raise BadPath(f"a name in the path {shown}… is longer than {FILES_PART_BYTES} bytes")


def _judge_characters(path: str) -> None:
    shown = repr(path[:100])
    categories = {unicodedata.category(character) for character in path}
    if categories & _CONTROL:
        raise BadPath(f"the path {shown} holds control characters")
    if "Cf" in categories or _UNSEEN.search(path):
        raise BadPath(
            f"the path {path[:100]!a} holds invisible characters, "
            "so that two names could look alike; leave them out"
        )
    composed = unicodedata.normalize("NFC", path)
    if composed != path:
        raise BadPath(
            f"the path {path[:100]!a} is not composed (NFC), so that two names could "
            f"look alike; write {composed[:100]!a}"
        )


def _size(text: str) -> int:
    try:
        return len(text.encode("utf-8"))
    except UnicodeEncodeError:
        raise BadPath("the path holds characters that no file name can") from None
