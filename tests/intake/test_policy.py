from __future__ import annotations

import builtins

import pytest

from cellblock.errors import OperatorFault
from cellblock.intake.policy import BUILTINS, GENERAL_HINT, MODULES, language

CONTRACT = language()
CATCH = "catch or raise Exception, or one of its kinds that is there"


def test_the_builtins_are_those_of_the_contract_and_no_others():
    documented = (
        "abs all any divmod max min pow round sum "
        "bool chr dict float format frozenset hex id int iter len list oct ord range "
        "repr reversed set slice sorted str super tuple type zip "
        "enumerate filter map next getattr hasattr hash isinstance issubclass print "
        "True False None Exception ValueError TypeError KeyError IndexError RuntimeError "
        "StopIteration ZeroDivisionError"
    )
    assert sorted(BUILTINS) == sorted(documented.split())
    assert CONTRACT.builtins == BUILTINS


def test_the_modules_are_those_of_the_contract_sorted():
    assert list(CONTRACT.modules) == [
        *["base64", "collections", "copy", "datetime", "decimal", "functools", "hashlib", "hmac"],
        *["itertools", "json", "math", "random", "re", "statistics", "time"],
    ]
    assert set(MODULES) == set(CONTRACT.modules)


@pytest.mark.parametrize(
    ("installed", "added"),
    [
        ((), set()),
        (("numpy",), {"numpy"}),
        (("numpy", "pandas"), {"numpy", "pandas"}),
        (("os", "requests"), set()),
    ],
)
def test_only_numpy_and_pandas_come_with_the_installation(installed, added):
    assert set(language(installed).modules) - set(MODULES) == added


def test_every_public_builtin_is_either_given_or_explained():
    public = {name for name in vars(builtins) if not name.startswith("_")}
    assert public - set(CONTRACT.builtins) <= CONTRACT.hints.keys()
    assert not CONTRACT.hints.keys() & set(CONTRACT.builtins)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("open", "open is not available in worker code; use ctx.files"),
        ("__import__", "__import__ is not available in worker code; write an import statement"),
        ("bytes", f"bytes is not available in worker code; {GENERAL_HINT}"),
        ("OSError", f"OSError is not available in worker code; {CATCH}"),
    ],
)
def test_a_refusal_says_what_to_use_instead(name, hint):
    assert CONTRACT.hints[name] == hint


@pytest.mark.parametrize("name", ["open", "exec", "eval", "compile", "__import__"])
def test_the_documented_blocks_are_blocked(name):
    assert name not in CONTRACT.builtins
    assert CONTRACT.hints[name].startswith(f"{name} is not available in worker code; ")
    assert GENERAL_HINT not in CONTRACT.hints[name]


def test_an_operator_can_add_modules_and_builtins():
    wider = language(more_modules=["typing", "math"], more_builtins=["callable", "abs"])
    assert set(wider.modules) == {*MODULES, "typing"}
    assert wider.modules == tuple(sorted(wider.modules))
    assert wider.builtins == (*BUILTINS, "callable")
    assert "callable" not in wider.hints


def test_additions_may_be_given_as_any_iterable():
    wider = language(more_modules=iter(["typing"]), more_builtins=iter(["callable"]))
    assert "typing" in wider.modules
    assert "callable" in wider.builtins


@pytest.mark.parametrize("name", ["", "os.path", "1x", "a-b", "_thread", "ä", "os\n", " os"])
def test_what_is_no_top_level_module_is_refused(name):
    with pytest.raises(OperatorFault) as caught:
        language(more_modules=[name])
    assert caught.value.slug == "bad-module"
    assert str(caught.value) == f"{name!r} is no top-level module; name it as in `import typing`"


@pytest.mark.parametrize("name", ["", "nothing", "__import__", "__build_class__", "math"])
def test_what_is_no_public_builtin_is_refused(name):
    with pytest.raises(OperatorFault) as caught:
        language(more_builtins=[name])
    assert caught.value.slug == "bad-builtin"
    assert str(caught.value).startswith(f"{name!r} is no builtin")


def test_the_full_language_lifts_the_lists_and_explains_nothing():
    full = language(("numpy",), full=True)
    assert (full.name, full.full, full.hints) == ("full", True, {})
    assert {"os", "sys", "socket", "subprocess", "numpy", "math"} <= set(full.modules)
    assert (CONTRACT.name, CONTRACT.full) == ("contract", False)
