"""How large a whole number of the contract may be; read by ``_checking``."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Range:
    """From 0 to this."""

    most: int
