from __future__ import annotations

import base64
import html
import json
import pickle
import re
from urllib.parse import quote, urlencode

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cellblock.broker.secret import HIDDEN, Scrubber, Secret

KEY = "s3cr/t+key=%41"
ODD = "sé\"c'r\\e/t<&>\tkey ?~"


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


@pytest.mark.parametrize("secret", [KEY, ODD, "sk-plain0123456789", "•" * 8])
@pytest.mark.parametrize(
    "say",
    [
        lambda text: f"{{'key': {text!r}}}",
        lambda text: json.dumps({"key": text}),
        lambda text: json.dumps({"key": text}, ensure_ascii=False),
        lambda text: msgspec.json.encode({"text": json.dumps({"key": text})}).decode(),
        lambda text: json.dumps({"text": json.dumps({"key": text})}),
        lambda text: json.dumps(text).replace("/", "\\/"),
        html.escape,
        lambda text: html.escape(text, quote=False),
        lambda text: urlencode({"key": text, "n": "1"}),
        lambda text: re.sub("%..", lambda found: found[0].lower(), quote(text, safe="")),
        lambda text: text.encode().hex(),
        lambda text: text.encode().hex().upper(),
        lambda text: base64.b64encode(f"user:{text}".encode()).decode(),
        lambda text: base64.b64encode(f"users:{text}:more".encode()).decode(),
        lambda text: base64.b64encode(f"user12:{text}".encode()).decode(),
        lambda text: base64.urlsafe_b64encode(f"{text}?".encode()).decode(),
        lambda text: base64.urlsafe_b64encode(f"ab{text}".encode()).decode(),
    ],
)
def test_however_a_far_side_says_a_secret_again_it_is_taken_out(secret, say):
    said = say(secret)
    scrub = Scrubber()
    scrub.add(Secret(secret))
    left = scrub.text(said)
    assert scrub.data(said.encode()).decode() == left
    assert HIDDEN in left
    # Of base64 some letters at the ends stay, which hold less than two bytes of the secret.
    assert len(left.replace(HIDDEN, "")) <= len(said) - len(secret)


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
