"""What the zygotes of a host are to hold, put together without the host's other parts.

In: what this kernel offers, a language and the operator's choices. Out: the first packet of a laden
zygote and, where there can be less, of a lean one. Known before a host is, so that a zygote can be
started while the host is still imported.
"""

from __future__ import annotations

from dataclasses import dataclass

from cellblock.errors import OperatorFault
from cellblock.intake.policy import BUILTINS, FULL_MODULES, MODULES, OPTIONAL_MODULES
from cellblock.jail import launch, plan
from cellblock.jail.control import Setup
from cellblock.jail.probe import Kernel
from cellblock.wire.messages import Language


@dataclass(frozen=True, slots=True)
class Setups:
    """The zygotes there can be."""

    laden: Setup
    lean: Setup | None

    def of_text(self, source: str) -> Setup:
        """Give the one for a source, as far as its text tells."""
        if self.lean is None or names_any(source, self.lean.lacking):
            return self.laden
        return self.lean


def names_any(source: str, modules: frozenset[str]) -> bool:
    """Tell whether a text holds the name of one of *modules*, be it in a comment."""
    return any(name in source for name in modules)


def setups(
    kernel: Kernel,
    language: Language,
    *,
    more: tuple[str, ...] = (),
    preload: tuple[str, ...] | None = None,
    require_landlock: bool = True,
    lean: bool = False,
) -> Setups:
    """Put the jail together; no process is started.

    *more* are modules beside the contract's, *preload* says which of numpy and pandas to hold,
    None for those that are installed. *lean* adds a zygote without them, where that can be less.
    Raises: OperatorFault.
    """
    built = plan.build(kernel, require_landlock=require_landlock)
    optional = held(preload)
    if missing := set(more) - set(launch.installed(more)):
        raise OperatorFault(
            "no-module", f"module {sorted(missing)[0]} is not installed", "install it"
        )
    modules = dict.fromkeys((*MODULES, *FULL_MODULES, *optional, *more))
    laden = Setup(built, tuple(modules), (language,))
    lacking = _lacking(language) if lean else frozenset[str]()
    if not lacking:
        return Setups(laden, None)
    # The library whole, though workers may name little of it: its parts use each other late.
    less = tuple(name for name in modules if name not in lacking)
    return Setups(laden, Setup(built, less, (language,), lacking))


def held(preload: tuple[str, ...] | None) -> tuple[str, ...]:
    """Tell which of numpy and pandas the zygote will hold. Raises: OperatorFault."""
    installed = launch.installed(OPTIONAL_MODULES)
    if preload is None:
        return installed
    if unknown := set(preload) - set(OPTIONAL_MODULES):
        raise OperatorFault(
            "bad-preload",
            f"{sorted(unknown)[0]} is none of the optional modules",
            f"preload takes {' and '.join(OPTIONAL_MODULES)}; modules= allows others",
        )
    if missing := set(preload) - set(installed):
        raise OperatorFault("no-module", f"{sorted(missing)[0]} is not installed", "install it")
    return tuple(name for name in OPTIONAL_MODULES if name in preload)


def _lacking(language: Language) -> frozenset[str]:
    """Give the modules that a lean zygote would not hold; none where there is to be no lean one.

    With more builtins than the contract's a worker could import what its source does not name.
    Modules that the operator allows are the laden one's: who knows what they import late.
    """
    if language.full or set(language.builtins) != set(BUILTINS):
        return frozenset()
    return frozenset(language.modules) - set(MODULES)
