from __future__ import annotations

import base64
import pickle
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cellblock.broker.secret import HIDDEN, Scrubber, Secret

KEY = "s3cr/t+key=%41"


def test_a_secret_prints_as_dots_and_is_not_pickled():
    secret = Secret(KEY)
    assert (f"{secret}", repr(secret), str([secret])) == (HIDDEN, HIDDEN, f"[{HIDDEN}]")
    assert secret.reveal() == KEY
    with pytest.raises(TypeError):
        pickle.dumps(secret)
    with pytest.raises(TypeError):
        iter(secret)  # type: ignore[call-overload]


@pytest.mark.parametrize(
    "form",
    [
        KEY,
        quote(KEY),
        quote(KEY, safe=""),
        base64.b64encode(KEY.encode()).decode(),
        f"Basic {base64.b64encode(KEY.encode()).decode()}",
    ],
)
def test_every_form_of_a_secret_is_taken_out_of_texts_and_bytes(form):
    scrub = Scrubber()
    scrub.add(Secret(KEY))
    text = f"before {form} after {form}"
    for found in (scrub.text(text), scrub.data(text.encode()).decode()):
        assert form.rstrip("=") not in found
        assert found.startswith("before ")
        assert HIDDEN in found


def test_of_two_secrets_one_of_which_holds_the_other_neither_is_left():
    scrub = Scrubber()
    scrub.add(Secret("secret-part"))
    scrub.add(Secret("the-secret-part-of-all"))
    assert scrub.text("the-secret-part-of-all secret-part") == f"{HIDDEN} {HIDDEN}"


def test_a_short_text_is_no_secret():
    scrub = Scrubber()
    scrub.add(Secret("a"))
    assert scrub.text("a cat") == "a cat"


@given(st.text(min_size=6), st.text())
def test_no_text_holds_a_secret_after_scrubbing(secret, text):
    scrub = Scrubber()
    scrub.add(Secret(secret))
    assert secret not in scrub.text(text + secret + text).replace(HIDDEN, "\0")
