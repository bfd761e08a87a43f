"""The only place that names a concrete store, adapter or jail, and connects them.

In: what the operator or the embedding program chose. Out: running parts, and one call to end them.
"""

from cellblock.compose.bounds import check_limits
from cellblock.compose.catalogue import (
    BUILT_IN,
    kinds,
)
from cellblock.compose.host import Choices, Host
from cellblock.compose.states import examine_state, open_state
from cellblock.jail.setups import held

__all__ = [
    "BUILT_IN",
    "Choices",
    "Host",
    "check_limits",
    "examine_state",
    "held",
    "kinds",
    "open_state",
]
