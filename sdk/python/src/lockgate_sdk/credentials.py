"""Which credentials are bound to this channel (at app level to the app). Their values are the host's alone: it writes them into
requests at the places that the manifest names.
"""

from __future__ import annotations

from . import _host
from .contract import Credential

__all__ = ["all", "get"]


def all() -> list[Credential]:
    """All that are bound, by the manifest's names."""
    return _host.current().credentials_all()


def get(name: str) -> Credential | None:
    """The one of this name; none where it is not bound."""
    return next((credential for credential in all() if credential.name == name), None)
