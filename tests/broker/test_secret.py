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


@pytest.mark.parametrize("suffix", ["", " (10001)", '", "code": 1}', "\n"])
def test_of_a_secret_that_was_cut_off_less_than_twelve_characters_stay(suffix):
    secret = "sk-live/" + "0123456789abcdef" * 3
    scrub = Scrubber()
    scrub.add(Secret(secret))
    for form in (secret, quote(secret, safe=""), base64.b64encode(secret.encode()).decode()):
        for kept in range(len(form)):
            said = f"no such key: {form[:kept]}{suffix}"
            answer = scrub.data(msgspec.json.encode(said))
            for left in (scrub.text(said), msgspec.json.decode(answer)):
                assert form[:12] not in left
                assert left.endswith(suffix)
                assert left.startswith("no such key: ")
                assert len(left) <= len(said) + len(HIDDEN)


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


def test_a_number_that_begins_as_a_secret_does_is_left_alone():
    scrub = Scrubber()
    scrub.add(Secret("123456789012:AAabcdefghijklmnop"))
    answer = b'{"id": 123456789012, "chat": "-100123456789012"}'
    assert scrub.data(answer) == answer


def test_a_secret_of_digits_leaves_json_that_can_be_read():
    scrub = Scrubber()
    scrub.add(Secret("04711815"))
    answer = {"pin": "04711815", "n": 104711815, "list": [4711815.0]}
    left = json.loads(scrub.data(json.dumps(answer).encode()))
    assert left == {"pin": "99999999", "n": 199999999, "list": [4711815.0]}
    assert scrub.text("pin 04711815") == f"pin {HIDDEN}"


def test_what_is_left_of_a_cut_secret_in_json_can_be_read():
    scrub = Scrubber()
    scrub.add(Secret('abcdefghijkl"mnop\\qrst\né'))
    for kept in range(12, 24):
        for more in ("", "\\", '"', "\n", "é", "x"):
            said = {"error": 'abcdefghijkl"mnop\\qrst\né'[:kept] + more, "code": "x"}
            left = json.loads(scrub.data(msgspec.json.encode(said)))
            assert left["code"] == "x"
            assert left["error"].startswith(HIDDEN)
            assert len(left["error"]) <= len(HIDDEN) + 2


def test_a_text_full_of_beginnings_is_scrubbed_in_a_time_that_grows_with_it():
    scrub = Scrubber()
    scrub.add(Secret("abcdefghijkl-and-more-of-it"))
    left = scrub.data(b"abcdefghijkl" * 200_000)
    assert left == HIDDEN.encode() * 200_000


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
