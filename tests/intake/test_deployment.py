from __future__ import annotations

import dataclasses
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cellblock.errors import OperatorFault, WorkerFault
from cellblock.intake.deployment import Deployment, deployment
from cellblock.intake.policy import language
from cellblock.limits import CONFIG_BYTES, SOURCE_BYTES
from cellblock.names import WorkerId

CONTRACT = language()


def deploy(source: str | bytes = "def tick(ctx): ...", **options) -> Deployment:
    return deployment(WorkerId("bot"), source, CONTRACT, **options)


EMPTY = "worker.py is empty; write at least `def tick(ctx): ...`"
NOT_UTF8 = "worker.py is not UTF-8 text"
TOO_LARGE = (
    "worker.py has 1,000,001 bytes; a worker's source has at most 1,000,000; move data to ctx.files"
)


@pytest.mark.parametrize(
    ("source", "slug", "message"),
    [
        (b"", "source-empty", EMPTY),
        (" \n\t ", "source-empty", EMPTY),
        (b"\xef\xbb\xbf", "source-empty", EMPTY),
        (b"x = '\xff'", "source-not-utf8", f"{NOT_UTF8} at byte 5; save it as UTF-8"),
        ("x = '\ud800'", "source-not-utf8", f"{NOT_UTF8}; save it as UTF-8"),
        ("x = '\0'", "source-not-text", "worker.py holds NUL bytes; it is no Python source"),
        ("#" * (SOURCE_BYTES + 1), "source-too-large", TOO_LARGE),
        ("#" + "é" * (SOURCE_BYTES // 2), "source-too-large", TOO_LARGE),
    ],
)
def test_what_is_no_source_is_the_authors_fault(source, slug, message):
    with pytest.raises(WorkerFault) as caught:
        deploy(source)
    assert (caught.value.slug, str(caught.value)) == (slug, message)


def test_a_source_of_exactly_the_limit_is_taken():
    assert len(deploy("#" * SOURCE_BYTES).source) == 1_000_000


@pytest.mark.parametrize("source", ["x = 'é'", "x = 'é'".encode(), "\ufeffx = 'é'".encode()])
def test_text_bytes_and_a_byte_order_mark_give_the_same_source(source):
    assert deploy(source).source == "x = 'é'"


def test_a_source_is_not_judged_as_code():
    assert deploy("this is (not python").source == "this is (not python"


@pytest.mark.parametrize(
    "config", [{"x": {1}}, {"x": float("nan")}, {"x": b""}, {"x": object()}, {(1, 2): 1}]
)
def test_a_configuration_that_is_not_json_is_the_operators_fault(config):
    with pytest.raises(OperatorFault) as caught:
        deploy(config=config)
    assert caught.value.slug == "bad-config"
    assert str(caught.value).startswith("the configuration is not JSON: ")


def test_a_configuration_has_at_most_256_kb():
    room = CONFIG_BYTES - len('{"x": ""}')
    assert len(deploy(config={"x": "y" * room}).config) == CONFIG_BYTES == 256_000
    with pytest.raises(OperatorFault) as caught:
        deploy(config={"x": "y" * (room + 1)})
    assert str(caught.value) == "the configuration is no JSON object of at most 256,000 bytes"


@given(
    st.dictionaries(
        st.text(max_size=5), st.none() | st.booleans() | st.integers() | st.text(max_size=5)
    )
)
def test_a_configuration_comes_back_equal(config):
    assert json.loads(deploy(config=config).config) == config


def test_no_configuration_is_an_empty_one():
    assert deploy().config == deploy(config={}).config == b"{}"


def test_the_version_is_twelve_digits_and_tells_every_difference():
    base = deploy("x = 1")
    others = [
        deploy("x = 2"),
        deploy("x = 1", config={"a": 1}),
        deploy("x = 1", script=True),
        dataclasses.replace(base, language=language(full=True)),
        dataclasses.replace(base, language=language(more_builtins=["callable"])),
    ]
    versions = [each.version for each in (base, *others)]
    assert len(set(versions)) == len(versions)
    assert all(len(version) == 12 and int(version, 16) >= 0 for version in versions)
    assert deploy("x = 1").version == base.version
