"""The page of the command line names every command, and none that is not there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from typer.main import get_command

from cellblock.cli.app import _asked_for, app
from cellblock.cli.remote import project

ROOT = Path(__file__).parents[3]
OPEN = {"connect"}
"""Groups whose commands another page tells of."""


def commands():
    """Give every command of the real tree, as it is typed."""
    root = get_command(app)
    for name, command in root.commands.items():
        inner = getattr(command, "commands", None)
        if inner is None or name in OPEN:
            yield f"cellblock {name}"
        else:
            yield from (f"cellblock {name} {inside}" for inside in inner)


def test_the_page_names_every_command_and_none_that_is_gone():
    page = (ROOT / "docs/cli.md").read_text(encoding="utf-8")
    tables = "\n".join(line for line in page.splitlines() if line.startswith("| `"))
    listed = re.findall(r"`(cellblock [a-z ]+?)`", "\n".join(
        line.split(" | ")[0] for line in tables.splitlines()
    ))  # fmt: skip
    assert sorted(listed) == sorted(commands())


def test_every_command_says_what_it_does_in_a_line_that_fits():
    root = get_command(app)
    for name, command in root.commands.items():
        for one in [command, *getattr(command, "commands", {}).values()]:
            assert one.help, name
            for option in one.params:
                assert getattr(option, "help", "x") or getattr(option, "hidden", False), (
                    name, one.name, option.name,
                )  # fmt: skip


def test_the_page_of_deploying_names_every_key_of_the_file():
    page = (ROOT / "docs/deploying.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    keys = {key for row in rows for key in re.findall(r"`(\w+)`", row.split("|")[1])}
    assert keys | {"name"} == set(project.KEYS)


def test_the_file_of_the_page_can_be_read():
    page = (ROOT / "docs/deploying.md").read_text(encoding="utf-8")
    [text] = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    found = project.read(text, Path("/x/cellblock.toml"))
    assert [part.name for part in found.parts] == ["momentum", "report"]


def test_asking_for_help_imports_nothing_heavy():
    code = """
import sys
from cellblock.cli.main import main
sys.argv = ["cellblock", *sys.argv[1:]]
try:
    main()
except SystemExit:
    print(sorted({"httpx", "asyncio", "rich", "fastapi", "cryptography", "platformdirs"} & set(sys.modules)))
"""
    for arguments in (["--help"], ["deploy", "--help"], ["tokens"]):
        done = subprocess.run(
            [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True
        )
        assert done.stdout.splitlines()[-1] == "[]", arguments


def test_of_all_commands_only_the_one_that_was_asked_for_is_built():
    every = get_command(app).commands
    for name in every:
        assert set(get_command(_asked_for(name)).commands) == {name}
    assert len(every) > 30
    for other in ("--help", "no-such-command"):
        assert _asked_for(other) is app
