from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cellblock.errors import OperatorFault
from cellblock.names import adapter_name, connection_name, worker_id, worker_id_of_file


@pytest.mark.parametrize("name", ["a", "0", "my-bot_2", "a" * 63, "9-"])
def test_a_good_worker_name_is_taken_as_it_is(name):
    assert worker_id(name) == name


@pytest.mark.parametrize(
    "name", ["", "-a", "_a", "A", "ä", "a b", "a/b", "..", "a\n", "a\0", "٣", "a" * 64]
)
def test_a_bad_worker_name_says_what_is_good(name):
    with pytest.raises(OperatorFault) as caught:
        worker_id(name)
    assert caught.value.slug == "bad-name"
    assert str(caught.value) == (
        f"{name!r} cannot be the name of a worker; "
        "use 1 to 63 characters of a-z, 0-9, _ and -, and begin with a letter or digit"
    )


@pytest.mark.parametrize("what", ["connection", "workspace"])
def test_a_connection_and_a_workspace_are_named_as_a_worker_is(what):
    assert connection_name("my-desk_2", what) == "my-desk_2"
    with pytest.raises(OperatorFault) as caught:
        connection_name("My desk", what)
    assert str(caught.value).startswith(f"'My desk' cannot be the name of a {what}; use 1 to 63")


def test_a_long_bad_name_is_shown_in_part():
    with pytest.raises(OperatorFault) as caught:
        worker_id("x" * 100_000)
    assert len(str(caught.value)) < 250


@pytest.mark.parametrize(
    ("stem", "name"),
    [
        ("My Bot", "my-bot"),
        ("bot", "bot"),
        ("grid_bot-2", "grid_bot-2"),
        ("__init__", "init"),
        ("Größe", "gr-e-aedc3f80"),
        ("a" * 100, "a" * 50),
        ("", "worker"),
        ("日本", "worker-cf2abf0c"),
        ("..", "worker"),
    ],
)
def test_a_file_gives_its_worker_a_name(stem, name):
    assert worker_id_of_file(stem) == name


@given(st.text(max_size=100))
def test_any_file_name_gives_a_good_name(stem):
    name = worker_id_of_file(stem)
    assert worker_id(name) == name


@pytest.mark.parametrize("name", ["shop", "a", "get_price2", "a" * 63])
def test_a_good_adapter_name_is_taken_as_it_is(name):
    assert adapter_name(name) == name


@pytest.mark.parametrize(
    "name", ["", "_shop", "__class__", "Shop", "2a", "a-b", "a.b", "é", "a\n", "a" * 64]
)
def test_a_bad_adapter_name_says_what_is_good(name):
    with pytest.raises(OperatorFault) as caught:
        adapter_name(name)
    assert caught.value.slug == "bad-adapter-name"
    assert str(caught.value) == (
        f"{name!r} cannot be the name of an adapter or of its method; "
        "use a lower-case Python identifier that does not begin with an underscore"
    )


@pytest.mark.parametrize("name", ["import", "class", "lambda"])
def test_a_keyword_is_no_adapter_name_for_no_code_could_name_it(name):
    with pytest.raises(OperatorFault):
        adapter_name(name)
