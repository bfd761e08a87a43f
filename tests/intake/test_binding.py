from __future__ import annotations

import ast

import pytest

from cellblock.intake.binding import bound_names


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("a = b", "a"),
        ("a, (b, *c) = d", "a b c"),
        ("a.b = c[d] = e", ""),
        ("a += 1", "a"),
        ("a: int", "a"),
        ("del a", "a"),
        ("(a := b)", "a"),
        ("for a in b: c", "a"),
        ("with a as b: c", "b"),
        ("[a for b in c]", "b"),
        ("import a, b.c, d.e as f", "a b f"),
        ("from a import b, c as d", "b d"),
        ("def a(b, /, c=d, *e, f, **g): h", "a b c e f g"),
        ("async def a(): b", "a"),
        ("lambda a: b", "a"),
        ("class a(b, metaclass=c): d = e", "a d"),
        ("try: a\nexcept b as c: d", "c"),
        ("def f():\n global a\n nonlocal_b = 1", "f a nonlocal_b"),
        ("def f():\n b = 0\n def g():\n  nonlocal b", "f g b"),
        ("match a:\n case [b, *c]: d", "b c"),
        ("match a:\n case {'k': b, **c}: d", "b c"),
        ("match a:\n case B(c, d=e) | f: g", "c e f"),
        ("match a:\n case 1 as b: c", "b"),
        ("a(b=c)", ""),
        ("a.b.c", ""),
        ("'a'", ""),
    ],
)
def test_the_names_that_a_source_binds(source, names):
    assert bound_names(ast.parse(source)) == set(names.split())
