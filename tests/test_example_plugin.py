"""The example plugin, installed as an author's is: its own test, the doctor, the stubs, a run."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
import threading
from http.server import HTTPServer
from pathlib import Path

import pytest

from cellblock import plugin

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "examples" / "adapter"

pytestmark = pytest.mark.jail


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A folder with the built and installed plugin; nothing is downloaded."""
    site = tmp_path_factory.mktemp("site")
    offline = "--no-index --no-deps --no-build-isolation --disable-pip-version-check".split()
    done = python("-m", "pip", "install", "-q", *offline, "--target", site, EXAMPLE)
    assert done.returncode == 0, done.stderr
    return site


@pytest.fixture
def service():
    """The server of the example's own test, and the key that it takes."""
    spec = importlib.util.spec_from_file_location("example_test", EXAMPLE / "test_rates.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    with HTTPServer(("127.0.0.1", 0), module.Service) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", module.KEY
        server.shutdown()
        thread.join()


def python(*arguments, site="", more=None, **options):
    paths = [str(site), os.environ.get("PYTHONPATH", "")]
    return subprocess.run(
        [sys.executable, "-B", *map(str, arguments)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths))} | (more or {}),
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
        **options,
    )


def test_its_own_test_passes_beside_the_installed_package(site, tmp_path):
    plain = ("-c", os.devnull, "-p", "no:cacheprovider", "--basetemp", tmp_path / "t")
    done = python("-m", "pytest", "-q", *plain, EXAMPLE / "test_rates.py", site=site, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "4 passed" in done.stdout


def test_the_doctor_lists_it(site, tmp_path):
    done = python("-m", "cellblock", "doctor", site=site, cwd=tmp_path)
    assert "rates on cellblock-rates 0.1.0 (cellblock_rates:RATES)" in " ".join(done.stdout.split())


def test_its_stubs_are_written(site, tmp_path):
    done = python("-m", "cellblock", "stubs", "--output", "-", site=site, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    for line in (
        "class Rate(Answer):\n    base: str\n    quote: str\n    rate: float\n",
        "    def latest(self, base: str, quote: str = 'USD') -> Rate:\n",
        "    rates: Rates\n",
    ):
        assert line in done.stdout


def test_the_command_line_connects_it_and_runs_a_worker_that_calls_it(site, tmp_path, service):
    url, key = service
    home = {"XDG_DATA_HOME": str(tmp_path / "home")}
    here = {"site": site, "cwd": tmp_path, "more": home}
    told = python("-m", "cellblock", "connect", "rates", "--help", **here)
    assert "--url" in told.stdout
    connect = ("-m", "cellblock", "connect", "rates", "--url", url, "--secrets", "-")
    done = python(*connect, **here, input=f"key={key}\n")
    assert done.returncode == 0, done.stderr
    (tmp_path / "w.py").write_text("def tick(ctx):\n    print(ctx.rates.latest('EUR'))\n")
    run = ("-m", "cellblock", "run", "w.py", "--ticks", "1", "--json")
    done = python(*run, "--connect", "rates", **here)
    assert done.returncode == 0, done.stderr
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert str({"base": "EUR", "quote": "USD", "rate": 1.25}) in [
        event.get("message") for event in events
    ]
    assert key not in done.stdout + done.stderr
    # It is granted to those who name it, and to nobody else.
    done = python(*run, **here)
    assert "'Ctx' object has no attribute 'rates'" in done.stdout or "no 'rates'" in done.stdout


def test_the_page_on_plugins_shows_it_as_it_is():
    page = (ROOT / "docs" / "plugins.md").read_text(encoding="utf-8")
    module = (EXAMPLE / "cellblock_rates.py").read_text(encoding="utf-8")
    assert f"```python\n{module}```\n" in page
    point = (EXAMPLE / "pyproject.toml").read_text(encoding="utf-8").split("\n\n")[2]
    shown = re.search(r"```toml\n(.*?)```", page, re.DOTALL)
    assert shown
    assert shown[1].strip() == "\n".join(point.splitlines()[1:])
    for name in plugin.__all__:
        assert f"`{name}`" in page, name


def test_it_is_as_short_as_it_is_said_to_be():
    lines = (EXAMPLE / "cellblock_rates.py").read_text().splitlines()
    assert len([line for line in lines if line.strip() and '"""' not in line]) <= 40
