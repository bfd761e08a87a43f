"""Writes ``docs/lifecycle.md`` from the table of `lifecycle`.

python tests/supervisor/lifecycle_page.py > docs/lifecycle.md
"""

from __future__ import annotations

import ast
import inspect
import sys
from enum import StrEnum
from itertools import pairwise

from cellblock.supervisor import lifecycle
from cellblock.supervisor.lifecycle import TRANSITIONS, Event, State

HEAD = """\
# The life of a worker

A worker of the service is in one of these states; `cellblock ps` and the API show it, with the
reason and since when. What is *wanted* of a worker (running, paused, stopped, deleted) is written
by people; the state is what the service made of it.

This page is written by `tests/supervisor/lifecycle_page.py` from the table in
`src/cellblock/supervisor/lifecycle.py`, and a test compares them.
"""
TAIL = """\
## What is tried again, and when

- A process that is lost is replaced at once; of several lost in a row each is replaced later than
  the one before: after 0, 1, 2, 4 … seconds, up to a minute. A tick that is done, or a process that
  lived for a minute, begins the count anew.
- A source or a `setup` that fails is tried again after 1, 2, 4 … seconds, until `max_errors` of
  starts and ticks in a row have failed; then the worker is `paused`.
- What the operator must see to (a connection that is not there, a machine that gives no jail) is
  the state's reason. It is tried again after 1, 2, 4 … seconds, up to a minute, for as long as the
  worker is wanted running.
- `paused` and `quarantined` outlive the service: only a start, a restart, a deploy or a roll-back
  ends them, and a version that is in quarantine has to be released before.
- `held` and `paused` are two: a worker is `held` while somebody has it pause (`cellblock pause`,
  until `cellblock resume`), and `paused` when the service gave it up for its errors.
- A worker that an operator has paused (`held`) is not started when the service starts; it begins
  when it is resumed.

## When the service stops

No tick is begun any more. Ticks that run are given 10 s; then `TickTimeoutError` is raised in them,
as at their deadline, and `on_error` runs. None of this counts as an error of the worker. The next
service goes on with what is wanted, with the numbers of ticks and on the slots of the interval.
"""


def page() -> str:
    """Give the text of the page."""
    return "\n".join([HEAD, _diagram(), _words("States", State), _words("Events", Event), TAIL])


def _diagram() -> str:
    arrows: dict[tuple[State, State], list[str]] = {}
    for state, followers in TRANSITIONS.items():
        for event, follower in followers.items():
            if follower is not state:
                arrows.setdefault((state, follower), []).append(event.value)
    lines = [
        f"    {a.value} --> {b.value}: {', '.join(events)}" for (a, b), events in arrows.items()
    ]
    return "\n".join(["```mermaid", "stateDiagram-v2", "    [*] --> new", *lines, "```", ""])


def _words(title: str, kind: type[StrEnum]) -> str:
    told = _told(kind)
    rows = [f"| `{word.value}` | {told[word.name]} |" for word in kind]
    return "\n".join([f"## {title}", "", "| word | what it means |", "|---|---|", *rows, ""])


def _told(kind: type[StrEnum]) -> dict[str, str]:
    """Give the sentence that stands below each word in the source."""
    tree = ast.parse(inspect.getsource(lifecycle))
    body = next(
        node.body
        for node in tree.body
        if isinstance(node, ast.ClassDef) and node.name == kind.__name__
    )
    told = {}
    for word, sentence in pairwise(body):
        if isinstance(word, ast.Assign) and isinstance(sentence, ast.Expr):
            text = ast.literal_eval(sentence.value)
            told[ast.unparse(word.targets[0])] = " ".join(text.replace("``", "`").split())
    return told


if __name__ == "__main__":
    sys.stdout.write(page())
