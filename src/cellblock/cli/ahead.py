"""What a run waits for longest, begun before the parts that need it are imported.

All here is a guess: what is wrong with an option or a file is told by the run itself, which then
has no use for the guess.
"""

from __future__ import annotations

import contextlib

from cellblock.cli import values
from cellblock.cli.options import Options
from cellblock.errors import CellblockError
from cellblock.intake import policy
from cellblock.intake.deployment import source_text
from cellblock.jail import launch, probe
from cellblock.jail.setups import held, setups


def tell(options: Options) -> None:
    """Tell the zygote what it is to hold, so that it imports that beside this process."""
    more = (*options.modules, *options.test_preload)
    with contextlib.suppress(CellblockError, OSError):
        source = source_text(values.source(options.worker))
        language = policy.language(
            held(None),
            full=options.language == "full",
            more_modules=more,
            more_builtins=options.builtins,
        )
        found = setups(
            probe.probe(),
            language,
            more=more,
            require_landlock=options.require_landlock,
            lean=True,
        )
        launch.tell(found.of_text(source))
