"""The house itself: sizes, documents that match the code, errors that are used, light imports."""

from __future__ import annotations

import ast
import builtins
import re
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

from cellblock import compose, limits
from cellblock.broker.grants import NAMESPACES
from cellblock.broker.methods import method_names
from cellblock.intake import policy
from cellblock.jail.plan import LAYERS
from cellblock.stubs.page import INSIDE, stub
from cellblock.wire import messages

ROOT = Path(__file__).parents[1]
CTX_PAGES = [path.relative_to(ROOT).as_posix() for path in sorted((ROOT / "docs/ctx").iterdir())]
SOURCES = sorted((ROOT / "src").rglob("*.py"))
LARGE = {
    # a command's options are its signature
    ("cli/app.py", "run"): 90,
    ("cli/server.py", "serve"): 85,
    ("cli/remote/deploy.py", "deploy"): 90,
    ("cli/remote/alerts.py", "add"): 50,
    # and so are the parameters of an order
    ("broker/bybit/trade.py", "place_order"): 70,
}


def _read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def _definitions():
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                yield path.relative_to(ROOT / "src" / "cellblock").as_posix(), node


def test_modules_functions_classes_and_constructors_keep_their_size():
    lengths = [len(path.read_text(encoding="utf-8").splitlines()) for path in SOURCES]
    assert max(lengths) <= 400
    assert sorted(lengths)[len(lengths) // 2] <= 150
    needed = set()
    for place, node in _definitions():
        length = (node.end_lineno or 0) - node.lineno + 1
        if isinstance(node, ast.ClassDef):
            assert length <= 200, (place, node.name)
            if any(isinstance(base, ast.Name) and base.id == "Protocol" for base in node.bases):
                assert (
                    sum(
                        isinstance(item, ast.AsyncFunctionDef | ast.FunctionDef)
                        for item in node.body
                    )
                    <= 8
                )
            continue
        if length > 40:
            needed.add((place, node.name))
            assert length <= LARGE.get((place, node.name), 40), (place, node.name, length)
        if node.name == "__init__" and place != "sandbox.py":
            arguments = node.args
            assert len(arguments.args) + len(arguments.kwonlyargs) - 1 <= 7, place
    assert needed == set(LARGE), "an exception that is no longer needed"


def test_the_words_of_a_parameter_are_named_in_one_module():
    found: dict[str, set[str]] = {}
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Subscript)
                and isinstance(node.slice, ast.Tuple)
                and ast.unparse(node.value).endswith("Literal")
            ):
                found.setdefault(ast.unparse(node.slice), set()).add(str(path))
    assert len(found) > 10
    assert {words: places for words, places in found.items() if len(places) > 1} == {}


def test_every_limit_stands_on_the_page_with_a_test_that_is_there():
    page = _read("LIMITS.md")
    rows = dict(re.findall(r"^\| `([\w.]+)` \|.*\| ([^|]+) \|$", page, re.MULTILINE))
    names = {name for name in vars(limits) if name.isupper()}
    names |= {f"Limits.{name}" for name in limits.Limits.__dataclass_fields__}
    assert set(rows) == names
    for name, cell in rows.items():
        files = re.findall(r"`([^`]+)`", cell)
        assert files or "no test yet" in cell, name
        for file in files:
            assert (ROOT / file).exists(), (name, file)


UNITS = {"KB": 1e3, "MB": 1e6, "TiB": 2.0**40, "min": 60.0, "h": 3600.0, "day": 86_400.0}


def test_each_limit_on_the_page_is_the_limit_in_the_code():
    rows = re.findall(r"^\| `([\w.]+)` \| ([\d.,]+)(?: (\w+))?", _read("LIMITS.md"), re.MULTILINE)
    assert len(rows) > 90
    for name, number, unit in rows:
        owner, _, field = name.rpartition(".")
        value = getattr(limits.Limits() if owner else limits, field)
        assert float(number.replace(",", "")) * UNITS.get(unit, 1.0) == pytest.approx(value), name


def test_the_architecture_page_names_every_room_and_none_that_is_gone():
    page = _read("ARCHITECTURE.md")
    tree = ROOT / "src" / "cellblock"
    rooms = {path.name for path in tree.iterdir() if (path / "__init__.py").exists()}
    modules = {path.stem for path in tree.glob("*.py")} - {"__init__", "__main__"}
    table = page[page.index("| room |") : page.index("Imports, higher")]
    named = set(
        re.findall(
            r"`(\w+)/?`", "\n".join(line.split("|")[1] for line in table.splitlines() if line)
        )
    )
    assert named == rooms | modules
    for path in re.findall(r"`((?:\w+/)+\w+\.(?:py|toml))`", page):
        assert (tree / path).exists() or (ROOT / path).exists(), path


PAGES = ["README.md", "SECURITY.md", "ARCHITECTURE.md", "docs/ctx.md", "docs/plugins.md"]
PAGES += ["docs/connections.md", "docs/editor.md", "docs/api.md", "examples/adapter/README.md"]
PAGES += ["docs/cli.md", "docs/deploying.md"]
PAGES += ["docs/lifecycle.md", "docs/schedule.md"]
PAGES += ["docs/alerts.md", "docs/hooks.md"]
PAGES += ["docs/metrics.md", "docs/operating.md"]
PAGES += ["docs/http-api.md", "docs/benchmarks.md", "docs/dashboard.md"]


@pytest.mark.parametrize("name", [*PAGES, *CTX_PAGES])
def test_links_and_test_files_named_on_a_page_are_there(name):
    page = _read(name)
    for target in re.findall(r"\]\(([^)#:]+)\)", page):
        assert (ROOT / name).parent.joinpath(target).exists(), target
    for target in re.findall(r"`((?:tests|docs|examples|bench)/[^`*]*)`", page):
        assert (ROOT / target).exists(), target


def test_the_language_page_holds_the_lists_of_the_code():
    page = _read("docs/language.md")
    contract, full = page.split("## `full`")
    words = set(re.findall(r"\w+", contract))
    assert {*policy.BUILTINS, *policy.MODULES, *policy.OPTIONAL_MODULES} <= words
    listed = re.search(r"\n\n`([a-z0-9 _\n]+)`\n", full)
    assert listed
    assert sorted(listed[1].split()) == sorted(policy.FULL_MODULES)


def _on_its_page(namespace, method):
    page = _read(f"docs/ctx/{namespace}.md")
    return re.search(rf"`(ctx\.{namespace}\.)?{method}\(", page) is not None


def test_every_ctx_method_of_the_wire_stands_in_its_places():
    calls = [call for call in get_args(messages.Call) if call is not messages.AdapterCall]
    inside = "".join(_read(f"src/cellblock/inside/{name}.py") for name in ("ctx", "http"))
    written = stub(compose.kinds().usable())
    for call in calls:
        namespace = NAMESPACES[call]
        method = re.search(r"`ctx\.(\w+)\.(\w+)`", call.__doc__ or "")
        assert method, f"{call.__name__}: its docstring must name the ctx method"
        assert method[1] == namespace
        assert _on_its_page(namespace, method[2]), f"{method[2]} is missing in docs/ctx/"
        assert f"m.{call.__name__}(" in inside, f"{call.__name__} is missing in inside/"
        adapter = _read(f"src/cellblock/broker/adapters/{namespace}.py")
        assert f"m.{call.__name__}(" in adapter, f"{call.__name__} is missing in its adapter"
        assert re.search(rf"^    def {method[2]}\(", written, re.MULTILINE), method[2]


def test_every_ctx_method_of_a_kind_stands_on_its_page_and_in_the_stub():
    for name, built_in in compose.BUILT_IN.items():
        kind = built_in.load()
        assert (kind.name, kind.keyless) == (name, built_in.keyless)
        written = stub({kind.name: kind})
        offered = vars(INSIDE[kind.name]) if kind.name in INSIDE else method_names(kind.worker)
        methods = [name for name in offered if not name.startswith("_")]
        assert methods
        for method in methods:
            assert _on_its_page(kind.name, method), f"{kind.name}.{method} is missing in docs/ctx/"
            assert re.search(rf"^    def {method}\(", written, re.MULTILINE), method


def test_each_error_is_raised_and_caught_somewhere():
    text = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)
    for name in ("WorkerFault", "OperatorFault", "PeerError", "Bug"):
        assert re.search(rf"(raise|return) {name}\(", text), name
    for name in ("WorkerFault", "OperatorFault", "PeerError", "CellblockError"):
        assert re.search(rf"except \(?[^:\n]*{name}", text), name


def test_every_slug_is_a_plain_word():
    text = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)
    slugs = re.findall(r"(?:WorkerFault|OperatorFault|PeerError|Bug)\(\s*\"([^\"]+)\"", text)
    assert len(slugs) > 30
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug) for slug in slugs)


def test_the_doctor_knows_every_layer_of_the_security_page():
    page = _read("SECURITY.md") + _read("README.md")
    for layer in ("seccomp", "landlock", "namespaces", "cgroup"):
        assert layer in LAYERS
        assert layer in page.lower()


def test_importing_the_package_is_light_and_has_no_effect():
    code = "import sys, cellblock; print(sorted({'asyncio', 'rich', 'numpy', 'sqlite3', 'msgspec'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


HEAVY = {"httpx", "httpcore", "redis", "cryptography", "numpy", "pandas"}


def test_a_sandbox_without_connections_imports_nothing_heavy():
    code = f"import sys, cellblock.sandbox; print(sorted({HEAVY} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.jail
def test_a_run_without_connections_imports_nothing_heavy(tmp_path):
    (tmp_path / "w.py").write_text("def tick(ctx):\n    pass\n")
    code = f"""
import sys
from cellblock.cli.main import main
sys.argv = ["cellblock", "run", "w.py", "--ticks", "1", "--json", "--offline"]
try:
    main()
except SystemExit as end:
    print(end.code, sorted({HEAVY} & set(sys.modules)))
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "0 []"


def test_every_public_name_is_there():
    import cellblock

    for name in cellblock.__all__:
        assert getattr(cellblock, name) is not None
    assert not hasattr(cellblock, "nonsense")


def test_every_module_and_every_public_definition_has_a_docstring():
    for path in SOURCES:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        assert ast.get_docstring(tree), path
        if path.match("dashboard/examples/[!_]*.py"):
            continue  # workers, as their authors write them
        for node in tree.body:
            if isinstance(
                node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
            ) and not node.name.startswith("_"):
                assert ast.get_docstring(node), (path, node.name)


def test_the_contracts_builtins_are_pythons():
    assert all(hasattr(builtins, name) for name in policy.BUILTINS)


def test_the_constraints_pin_versions_and_name_no_address():
    lines = _read("constraints.txt").split()
    assert len(lines) > 20
    assert all(re.fullmatch(r"[\w.-]+==[\w.]+", line) for line in lines)


def _blocks(name):
    return re.findall(r"```python\n(.*?)```", _read(name), re.DOTALL)


@pytest.mark.jail
def test_the_worker_of_the_readme_runs(bench, tmp_path):
    source = _blocks("README.md")[0]
    outcomes = bench.ticks(source, 3, files=tmp_path)
    assert [outcome.kind.value for outcome in outcomes] == ["done"] * 3
    assert outcomes[2].output == "threshold reached"
    assert (tmp_path / "report.txt").read_text() == "reached 3"


@pytest.mark.jail
def test_the_program_of_the_readme_runs(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", _blocks("README.md")[1]],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    first, second, third = done.stdout.splitlines()
    assert (first, second) == ("done 45", "42.0")
    assert third.startswith("timeout TickTimeoutError:")
