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

from cellblock.broker.secret import HIDDEN, LONGEST, Scrubber, Secret, usable_secret
from cellblock.errors import OperatorFault

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
        str.lower,
        str.upper,
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
    answer = scrub.data(msgspec.json.encode({"said": said}))
    body = scrub.data(b'{"status": 200}\n' + said.encode())
    assert body.startswith(b'{"status": 200}\n')
    for left in (
        scrub.text(said),
        msgspec.json.decode(answer)["said"],
        body.partition(b"\n")[2].decode(),
    ):
        assert HIDDEN in left
        # Of base64 some letters at the ends stay, which hold less than two bytes of the secret.
        assert len(left.replace(HIDDEN, "")) <= len(said) - len(secret)


def test_the_plain_part_of_a_secret_is_found_however_often_the_whole_is_escaped():
    part = "0123456789abcdef0123"
    secret = f'p"ß {part}/+=&'
    scrub = Scrubber()
    scrub.add(Secret(secret))
    for said in (
        quote(quote(quote(secret))),
        json.dumps(json.dumps(json.dumps(secret))),
        html.escape(quote(json.dumps(secret))),
        base64.b64encode(quote(f"user:{secret}").encode()).decode(),
        json.dumps(secret).encode().hex(),
    ):
        left = scrub.text(said)
        assert HIDDEN in left
        assert part not in left
        assert part.encode().hex() not in left


def test_a_secret_of_digits_leaves_json_that_can_be_read():
    scrub = Scrubber()
    scrub.add(Secret("04711815"))
    answer = {"pin": "04711815", "n": 104711815, "list": [4711815.0]}
    left = json.loads(scrub.data(json.dumps(answer).encode()))
    assert left == {"pin": "99999999", "n": 199999999, "list": [4711815.0]}
    assert scrub.text("pin 04711815") == f"pin {HIDDEN}"


def test_a_part_of_a_secret_is_left_as_it_is_for_dots_would_tell_how_much_was_guessed():
    secret = "sk-ant-api03-0123456789abcdef"
    scrub = Scrubber()
    scrub.add(Secret(secret))
    for guessed in range(len(secret)):
        for form in (secret[:guessed], secret[:guessed] + "?", secret[1 : guessed + 1]):
            said = f"is it {form}"
            assert scrub.text(said) == said
            assert scrub.data(f'"{said}"'.encode()) == f'"{said}"'.encode()


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


def test_a_secret_is_forgotten_as_often_as_it_was_added():
    scrub = Scrubber()
    one, other = Secret("a-secret-of-one"), Secret("a-secret-of-another")
    for secret in (one, one, other):
        scrub.add(secret)
    scrub.forget(one)
    assert scrub.text("a-secret-of-one") == HIDDEN
    scrub.forget(one)
    scrub.forget(one)
    assert scrub.text("a-secret-of-one a-secret-of-another") == f"a-secret-of-one {HIDDEN}"
    assert scrub.data(b'"a-secret-of-another"') == f'"{HIDDEN}"'.encode()
    for number in range(50):
        secret = Secret(f"rotated-{number:06}")
        scrub.add(secret)
        scrub.forget(secret)
    scrub.forget(other)
    assert not scrub._in_text
    assert not scrub._in_json


def test_a_secret_has_few_forms_and_a_bound():
    with pytest.raises(OperatorFault, match="characters"):
        usable_secret("key", "x" * (LONGEST + 1))
    scrub = Scrubber()
    scrub.add(Secret(" ".join(f"{number:012x}" for number in range(LONGEST // 13))))
    assert len(scrub._in_text) < 2_000
