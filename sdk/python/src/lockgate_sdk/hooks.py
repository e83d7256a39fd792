"""The public addresses of the plugin's own routes."""

from __future__ import annotations

from . import _host
from ._checking import check

__all__ = ["address"]


def address(route: str) -> str | None:
    """The address of a route for this channel or app; none where the manifest has no such route."""
    check(route, str, "hooks.address: route")
    return _host.current().hooks_address(route)
