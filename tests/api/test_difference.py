from __future__ import annotations

import subprocess
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cellblock.api.difference import SettingChange, settings_changes, unified

LINES = st.lists(
    st.sampled_from(["a", "b", "c", "d\r", "", " x", "-y", "+z", "\x0cq"]), max_size=30
)
TEXTS = st.builds(lambda lines, end: "\n".join(lines) + end, LINES, st.sampled_from(["", "\n"]))


def patched(before, diff, folder):
    target = folder / "w"
    target.write_bytes(before.encode())
    done = subprocess.run(
        ["patch", "-s", "--binary", "--posix", str(target)],
        input=diff.encode(),
        capture_output=True,
        check=False,
        timeout=20,
    )
    assert done.returncode == 0, (done.stdout, done.stderr, diff)
    return target.read_bytes().decode() if target.exists() else ""


def applied(before, diff):
    """Apply a diff by its words alone: context and removed lines must be there."""
    ended = before.endswith("\n") or not before
    old = before.split("\n")[:-1] if ended else before.split("\n")
    out, at, ends, kind = [], 0, None, ""
    head, *lines = diff.split("\n")[1:-1]
    assert head.startswith("+++ ")
    for line in lines:
        if line.startswith("@@ "):
            begin, size = (int(part) for part in line.split()[1][1:].split(","))
            out += old[at : begin - 1 if size else begin]
            at = begin - 1 if size else begin
        elif line.startswith("\\"):
            ends = kind in " +" or ends
        else:
            kind = line[0]
            if kind in " -":
                assert old[at] == line[1:]
                at += 1
            if kind in " +":
                out.append(line[1:])
    unfinished = not ended if at < len(old) else ends
    out += old[at:]
    return "\n".join(out) + ("" if unfinished or not out else "\n")


@settings(deadline=None, max_examples=300)
@given(TEXTS, TEXTS)
def test_a_diff_applied_to_the_first_text_gives_the_second(before, after):
    diff = unified(before, after, "a", "b")
    assert (diff == "") == (before == after)
    if before != after:
        assert applied(before, diff) == after


def test_patch_reads_it(tmp_path):
    before = "".join(f"line {n}\n" for n in range(60))
    after = before.replace("line 7\n", "").replace("line 30\n", "line thirty\nand one\n") + "end"
    assert patched(before, unified(before, after, "1", "2"), tmp_path) == after


def test_a_diff_is_short_where_little_changed():
    before = "".join(f"line {n}\n" for n in range(1000))
    after = before.replace("line 500\n", "line x\n")
    assert unified(before, after, "one", "two") == (
        "--- one\n+++ two\n@@ -498,7 +498,7 @@\n line 497\n line 498\n line 499\n-line 500\n"
        "+line x\n line 501\n line 502\n line 503\n"
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a\n" * 400_000, "b\n" * 400_000),
        (
            "".join(f"{n % 7}\n" for n in range(400_000)),
            "".join(f"{n % 5}\n" for n in range(400_000)),
        ),
        ("x" * 1_000_000, "y" * 1_000_000),
    ],
)
def test_hostile_sources_take_no_long_time(before, after):
    begun = time.process_time()
    diff = unified(before, after, "a", "b")
    assert time.process_time() - begun < 5
    assert applied(before, diff) == after


def test_settings_differ_by_path():
    before = {"interval_s": 5.0, "config": {"symbol": "A", "deep": {"x": 1}}, "limits": {}}
    after = {"interval_s": 5.0, "config": {"symbol": "B", "deep": {"x": True}, "new": [1]}}
    assert settings_changes(before, after) == [
        SettingChange("config.symbol", "A", "B"),
        SettingChange("config.deep.x", 1, True),
        SettingChange("config.new", None, [1]),
        SettingChange("limits", {}, None),
    ]
    assert settings_changes(before, before) == []


def test_settings_of_any_depth_are_compared():
    deep: object = 1
    for _ in range(5_000):
        deep = {"d": deep}
    assert [change.path.count("d") for change in settings_changes({"x": deep}, {"x": 1})] == [0]
    assert len(settings_changes({"x": deep}, {"x": {"d": deep}})) == 1
