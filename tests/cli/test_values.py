from __future__ import annotations

import pytest

from cellblock.cli.values import seconds, settings, size, source, word
from cellblock.errors import OperatorFault


@pytest.mark.parametrize(
    ("text", "value"),
    [("1s", 1), ("500ms", 0.5), ("2m", 120), ("1h", 3_600), ("7", 7), ("1.5", 1.5), (" 3 s ", 3),
     ("2M", 120), ("0", 0)],
)  # fmt: skip
def test_a_time_is_read_with_its_unit(text, value):
    assert seconds(text, "--interval") == value


@pytest.mark.parametrize(
    "text", ["", "s", "-1s", "1d", "1 s s", "1,5s", "1e3", "inf", "nan", ".5s", "5.", "٣s", "1s\0"]
)
def test_what_is_no_time_says_what_may_be_written(text):
    with pytest.raises(OperatorFault) as caught:
        seconds(text, "--interval")
    assert caught.value.slug == "bad-option"
    expected = f"--interval {text!r} is no time; write it as 500ms, 5s, 2m or 1h"
    assert str(caught.value) == expected


@pytest.mark.parametrize(
    ("text", "value"),
    [("256MB", 256_000_000), ("1KB", 1_000), ("1GB", 10**9), ("256MiB", 256 << 20), ("1KiB", 1_024),
     ("2gib", 2 << 30), ("100", 100), ("1.5 kb", 1_500), ("7b", 7)],
)  # fmt: skip
def test_a_size_is_read_with_its_unit(text, value):
    found = size(text, "--memory")
    assert (found, type(found)) == (value, int)


@pytest.mark.parametrize(
    "text", ["", "MB", "-1MB", "1TB", "1 M B", "1e9", "inf", "9" * 400, "9" * 305 + "GB", "1MB\n1"]
)
def test_what_is_no_size_says_what_may_be_written(text):
    with pytest.raises(OperatorFault) as caught:
        size(text, "--memory")
    assert caught.value.slug == "bad-option"
    assert str(caught.value) == f"--memory {text!r} is no size; write it as 256MB or 1GB"


@pytest.mark.parametrize(
    ("pairs", "values"),
    [
        ([], {}),
        (["symbol=BTCUSDT"], {"symbol": "BTCUSDT"}),
        (["n=3", "x=1.5", "on=true", "none=null"], {"n": 3, "x": 1.5, "on": True, "none": None}),
        (['list=[1, "a"]', 'map={"a": 1}'], {"list": [1, "a"], "map": {"a": 1}}),
        (['text="3"'], {"text": "3"}),
        (["a=b=c"], {"a": "b=c"}),
        (["a="], {"a": ""}),
        ([" a = b"], {"a": " b"}),
        (["a=1", "a=2"], {"a": 2}),
        (["a={broken"], {"a": "{broken"}),
        (["a=True"], {"a": "True"}),
    ],
)
def test_a_setting_is_json_or_else_text(pairs, values):
    assert settings(pairs) == values


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity", "[NaN]"])
def test_what_json_does_not_know_is_text(text):
    assert settings([f"a={text}"]) == {"a": text}


@pytest.mark.parametrize("pair", ["", "symbol", "=3", " =3"])
def test_what_is_no_setting_says_what_may_be_written(pair):
    with pytest.raises(OperatorFault) as caught:
        settings([pair])
    assert str(caught.value) == f"--set {pair!r} is no setting; write it as --set symbol=BTCUSDT"


def test_a_source_is_read_as_it_is_and_no_more_than_is_needed_to_refuse_it(tmp_path):
    path = tmp_path / "bot.py"
    path.write_bytes(b"\xff\r\n")
    assert source(path) == b"\xff\r\n"
    path.write_bytes(bytes(3_000_000))
    assert 1_000_000 < len(source(path)) <= 2_000_001


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("none.py", "there is no file {path}; check the path"),
        ("folder", "{path} is a directory; name a worker's .py file"),
        ("file/bot.py", "{path} cannot be read: Not a directory; check its permissions"),
    ],
)
def test_what_is_no_file_is_the_operators_fault(tmp_path, name, message):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OperatorFault) as caught:
        source(tmp_path / name)
    assert caught.value.slug == "bad-source"
    assert str(caught.value) == message.format(path=tmp_path / name)


def test_a_word_is_one_of_those_or_the_nearest_is_told():
    levels = ["debug", "info", "warn"]
    assert word(None, "--level", levels) is None
    assert word("warn", "--level", levels) == "warn"
    with pytest.raises(OperatorFault) as caught:
        word("Warning", "--level", levels)
    assert str(caught.value) == "--level 'Warning' is none that there is; do you mean warn?"
    with pytest.raises(OperatorFault) as caught:
        word("x", "--level", levels)
    assert caught.value.hint == "write debug, info or warn"
