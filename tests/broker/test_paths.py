"""Which names a worker may use: a table of good ones, and one of hostile ones with the reason."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cellblock.broker.paths import BadPath, parts, usable


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("a", ["a"]),
        ("a/b/c.txt", ["a", "b", "c.txt"]),
        ("./a//b", ["a", "b"]),
        ("a/./b", ["a", "b"]),
        ("...", ["..."]),
        ("..a/b..", ["..a", "b.."]),
        (".hidden", [".hidden"]),
        (".cellblock", [".cellblock"]),
        ("a b/é", ["a b", "é"]),
        (" ", [" "]),
        ("-rf", ["-rf"]),
        ("*", ["*"]),
        ("x" * 200, ["x" * 200]),
        ("/".join("abcdefghijklmnop"), list("abcdefghijklmnop")),
        ("~", ["~"]),
        ("~root/x", ["~root", "x"]),
        ("a\\b", ["a\\b"]),
        ("..\\..\\x", ["..\\..\\x"]),
        ("%2e%2e/x", ["%2e%2e", "x"]),
        ("C:", ["C:"]),
        ("NUL", ["NUL"]),
        ("con.txt", ["con.txt"]),
        ("\uff0e\uff0e/x", ["\uff0e\uff0e", "x"]),  # two fullwidth stops are no ".."
        ("日本語.txt", ["日本語.txt"]),
        ("שלום", ["שלום"]),  # written from right to left, with no control of its own
        ("p\u0430ypal", ["p\u0430ypal"]),  # a Cyrillic letter is a letter
        ("🙂.txt", ["🙂.txt"]),
        ("\U0010ffff", ["\U0010ffff"]),
    ],
)
def test_a_good_path_is_split_into_names(path, names):
    assert parts(path) == names


ALIKE = ", so that two names could look alike"
HOSTILE = [
    # Nothing, and everything
    ("", "the path is empty"),
    (".", "the path is empty"),
    ("./.", "the path is empty"),
    # Out of the folder
    ("/", "the path '/' is absolute; paths begin in the workspace"),
    ("//", "the path '//' is absolute; paths begin in the workspace"),
    ("/etc/passwd", "the path '/etc/passwd' is absolute; paths begin in the workspace"),
    ("..", "the path '..' leaves the workspace"),
    ("../x", "the path '../x' leaves the workspace"),
    ("a/..", "the path 'a/..' leaves the workspace"),
    ("a/../b", "the path 'a/../b' leaves the workspace"),
    ("a/../../b", "the path 'a/../../b' leaves the workspace"),
    ("./../b", "the path './../b' leaves the workspace"),
    ("../", "the path '../' leaves the workspace"),
    # Folders
    ("a/", "the path 'a/' ends like that of a folder; name a file"),
    ("a//", "the path 'a//' ends like that of a folder; name a file"),
    ("a/b/.", "the path 'a/b/.' ends like that of a folder; name a file"),
    # Control characters
    ("\0", "the path '\\x00' holds control characters"),
    ("a\0b", "the path 'a\\x00b' holds control characters"),
    ("a\nb", "the path 'a\\nb' holds control characters"),
    ("a\x1b[2Jb", "the path 'a\\x1b[2Jb' holds control characters"),
    ("a\x7fb", "the path 'a\\x7fb' holds control characters"),
    ("a\x85b", "the path 'a\\x85b' holds control characters"),
    ("a\x9bb", "the path 'a\\x9bb' holds control characters"),
    ("a\u2028b", "the path 'a\\u2028b' holds control characters"),
    ("a\u2029b", "the path 'a\\u2029b' holds control characters"),
    # What is not seen
    *(
        (
            f"a{unseen}b",
            f"the path {f'a{unseen}b'!a} holds invisible characters{ALIKE}; leave them out",
        )
        for unseen in "\u200b\u200d\u00ad\u202e\u2066\u2069\ufeff\u061c\U000e0041"
        "\ufe0f\u3164\u115f\u034f\u180b\U000e0100"
    ),
    # Twins
    (
        "cafe\u0301",
        "the path 'cafe\\u0301' is not composed (NFC)" + ALIKE + "; write 'caf\\xe9'",
    ),
    (
        "\u212b",
        "the path '\\u212b' is not composed (NFC)" + ALIKE + "; write '\\xc5'",
    ),
    (
        "a/\u1112\u1161\u11ab",
        "the path 'a/\\u1112\\u1161\\u11ab' is not composed (NFC)" + ALIKE + "; write 'a/\\ud55c'",
    ),
    # No text
    ("\ud800", "the path holds characters that no file name can"),
    ("a\udcffb", "the path holds characters that no file name can"),
    # The host's own
    (".cellblock-x", "names that begin with .cellblock- are the host's own"),
    (".cellblock-", "names that begin with .cellblock- are the host's own"),
    ("a/.cellblock-/b", "names that begin with .cellblock- are the host's own"),
    # Too long, too deep
    ("x" * 201, f"a name in the path {'x' * 100!r}… is longer than 200 bytes"),
    ("x" * 300, f"a name in the path {'x' * 100!r}… is longer than 200 bytes"),
    ("é" * 101, f"a name in the path {'é' * 100!r}… is longer than 200 bytes"),
    ("a/" * 501, f"the path {'a/' * 50!r}… is longer than 1,000 bytes"),
    ("é" * 501, f"the path {'é' * 100!r}… is longer than 1,000 bytes"),
    ("x" * 8_000_000, f"the path {'x' * 100!r}… is longer than 1,000 bytes"),
    ("/".join("a" * 17), "the path 'a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a' has more than 16 parts"),
]


@pytest.mark.parametrize(("path", "reason"), HOSTILE, ids=lambda item: ascii(item)[:40])
def test_a_hostile_path_says_why(path, reason):
    with pytest.raises(BadPath) as caught:
        parts(path)
    assert str(caught.value) == reason
    assert not usable(path)


@given(st.text(max_size=40) | st.text(alphabet="./a\0\u0301\u200b\u00e9e", max_size=12))
def test_any_path_is_refused_or_gives_names_that_stay(path):
    try:
        names = parts(path)
    except BadPath as error:
        reason = str(error)
    else:
        reason = ""
    assert reason.isprintable()
    if reason:
        return
    assert names
    assert all(name not in {"", ".", ".."} and "/" not in name for name in names)
    joined = "".join(names)
    assert not {unicodedata.category(character) for character in joined} & {"Cc", "Cf", "Cs"}
    assert unicodedata.normalize("NFC", path) == path
    assert parts("/".join(names)) == names
    assert usable("/".join(names))


@given(st.text(min_size=1, max_size=20))
def test_of_all_spellings_of_a_name_one_at_most_can_be_used(name):
    spellings = {name, *(unicodedata.normalize(form, name) for form in ("NFC", "NFD"))}
    assert sum(usable(spelling) for spelling in spellings) <= 1


@pytest.mark.parametrize("path", ["./a", "a//b", "a/./b"])
def test_a_path_in_another_spelling_is_none_that_a_list_shows(path):
    assert not usable(path)
