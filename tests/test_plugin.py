"""What plugin authors import."""

from __future__ import annotations

import pytest

from cellblock import plugin
from cellblock.plugin import Reach


def test_every_public_name_is_there():
    assert plugin.__all__ == sorted(plugin.__all__, key=lambda name: (name[0].islower(), name))
    for name in plugin.__all__:
        assert getattr(plugin, name) is not None


@pytest.mark.parametrize(
    ("url", "end"),
    [
        ("https://rates.example.com/v1", "rates.example.com:443"),
        ("http://rates.example.com", "rates.example.com:80"),
        ("http://127.0.0.1:8000/v1?x=1", "127.0.0.1:8000"),
        ("http://[::1]:8000/", "[::1]:8000"),
    ],
)
def test_an_endpoint_of_the_operators_is_reached_alone(url, end):
    assert Reach.only(url) == Reach(hosts=(end,), private=(end,))


@pytest.mark.parametrize(
    "url", ["rates.example.com", "ftp://rates.example.com", "https://u@h/", ""]
)
def test_what_is_no_endpoint_is_refused(url):
    with pytest.raises(ValueError, match="is no URL"):
        Reach.only(url)
