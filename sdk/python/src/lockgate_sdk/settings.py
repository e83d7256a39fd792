"""The channel's own settings and its app's (at app level the app's alone), without secrets."""

from __future__ import annotations

from . import _host
from .contract import Setting, SettingValue, SettingValueBoolean, SettingValueNumber, SettingValueText, SettingValueTexts

__all__ = ["all", "boolean", "get", "number", "text", "texts"]


def get(key: str) -> SettingValue | None:
    """One field. None where it is not filled in and has no default, or the manifest names none such."""
    return _host.current().settings_get(key)


def text(key: str) -> str | None:
    """A setting that is text and not empty."""
    value = get(key)
    return value.value if isinstance(value, SettingValueText) and value.value else None


def number(key: str) -> float | None:
    """A setting that is a number."""
    value = get(key)
    return value.value if isinstance(value, SettingValueNumber) else None


def boolean(key: str) -> bool | None:
    """A setting that is yes or no."""
    value = get(key)
    return value.value if isinstance(value, SettingValueBoolean) else None


def texts(key: str) -> list[str]:
    """A setting of several texts; empty where none is filled in."""
    value = get(key)
    return value.value if isinstance(value, SettingValueTexts) else []


def all() -> list[Setting]:
    """All fields that are filled in or have a default."""
    return _host.current().settings_all()
