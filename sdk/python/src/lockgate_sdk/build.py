"""``lockgate-build-python``: from a plugin's folder to the one file that is the plugin, the component with ``channel.toml`` inside.

The folder holds ``channel.toml`` and, beside it or below ``src``, the module that registers the plugin's class: named as the
manifest's ``id``, hyphens as underscores, or by ``--module``. Which abilities the component exports follows from the class.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.metadata
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["MANIFEST_SECTION", "BuildError", "Built", "build", "embed_manifest", "imports_of", "main"]

#: The name of the custom section that holds the text of ``channel.toml``.
MANIFEST_SECTION = "lockgate:channel.toml"

#: Bytes of the largest file that the host looks at.
MAX_FILE = 64 << 20

#: How a component begins: the magic of WebAssembly, version 13, layer 1.
_PREAMBLE = b"\0asm\x0d\0\x01\0"

_PACKAGE = Path(__file__).resolve().parent

#: The version of componentize-py that this package's glue was written for.
_COMPONENTIZE = "0.25.1"

#: Of WASI 0.2, the packages that the host links to every plugin. Most of it answers with a denial.
_WASI = ("cli", "clocks", "filesystem", "http", "io", "random", "sockets")

#: Interfaces of the contract that a plugin may import.
_CONTRACT = ("common", "credentials", "delivery", "hooks", "inbound", "log", "media-store", "outbound", "settings", "state")

#: Folders and files that are no part of a plugin.
_LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.pyc", "*.egg-info", ".*", "tests", "test_*.py", "*.wasm")

#: Run natively: which abilities the registered class has.
_ASK = """
import importlib, json, sys
sys.path[:0] = json.loads(sys.argv[1])
importlib.import_module(sys.argv[2])
from lockgate_sdk import abilities
plugin = abilities.registered()
print("abilities:" + json.dumps(plugin and abilities.abilities_of(plugin)))
"""

#: The component's own module: glue, plugin, snapshot. It exports what the world asks for.
_APP = """\
from lockgate_sdk import _guest
import {module}
from lockgate_sdk._guest import Actions, Background, Connector, Directory, Ingress, MediaFetcher, Poller, Sender
_guest.seal()
"""


class BuildError(Exception):
    """Why there is no component; the text says what to do."""


@dataclass(frozen=True)
class Built:
    """A component that was built."""

    #: The file.
    path: Path
    #: Its bytes.
    size: int
    #: ``sha256:`` and the hexadecimal digest of the whole file.
    digest: str
    #: The abilities that it exports.
    abilities: list[str]
    #: How long that took.
    seconds: float


def build(folder: Path, *, module: str | None = None, output: Path | None = None, paths: tuple[Path, ...] = ()) -> Built:
    """Builds the plugin in a folder. ``paths`` are further folders of pure Python that it imports; what is installed beside this
    package is found too. Raises `BuildError`.
    """
    began = time.monotonic()
    folder = folder.resolve()
    manifest, plugin_id = _manifest(folder / "channel.toml")
    module = module or plugin_id.replace("-", "_")
    root = _root_of(folder, module)
    abilities = _abilities(module, [root, *paths])
    output = (output or folder / f"{plugin_id}.wasm").resolve()
    with tempfile.TemporaryDirectory(prefix="lockgate-build-") as scratch:
        component = _componentize(Path(scratch), root, module, abilities, paths)
    unlinked = [name for name in imports_of(component) if not _is_linked(name)]
    if unlinked:
        raise BuildError(f"the component imports what no host links: {', '.join(unlinked)}")
    whole = embed_manifest(component, manifest)
    if len(whole) > MAX_FILE:
        raise BuildError(f"the component has {len(whole)} bytes; the host takes {MAX_FILE} at most. Import less.")
    output.parent.mkdir(parents=True, exist_ok=True)
    unfinished = output.with_name(f"{output.name}.{os.getpid()}.tmp")
    unfinished.write_bytes(whole)
    unfinished.replace(output)
    digest = f"sha256:{hashlib.sha256(whole).hexdigest()}"
    return Built(output, len(whole), digest, abilities, time.monotonic() - began)


def _contract() -> str:
    """The contract that this package speaks, ``package@version``."""
    lines = (_PACKAGE / "wit" / "worlds.wit").read_text("utf-8").splitlines()
    return next(line.removeprefix("package ").rstrip(";") for line in lines if line.startswith("package "))


def _manifest(path: Path) -> tuple[str, str]:
    """The manifest's text and the plugin's id. What else it says the host checks."""
    try:
        text = path.read_text("utf-8")
        plugin = tomllib.loads(text)["plugin"]
        plugin_id, contract = plugin["id"], plugin["contract"]
    except FileNotFoundError:
        raise BuildError(f"there is no {path}; a plugin's folder holds its manifest under this name") from None
    except UnicodeDecodeError as error:
        raise BuildError(f"{path} is not UTF-8 after byte {error.start}") from None
    except tomllib.TOMLDecodeError as error:
        raise BuildError(f"{path} is no TOML: {error}") from None
    except (KeyError, TypeError):
        raise BuildError(f"{path} names no plugin; it needs [plugin] with id and contract") from None
    if not isinstance(plugin_id, str):
        raise BuildError(f"{path}: the id in [plugin] must be a text")
    if contract != _contract():
        raise BuildError(f"{path} is written for contract {contract}, this SDK speaks {_contract()}")
    return text, plugin_id


def _root_of(folder: Path, module: str) -> Path:
    """The folder in which the module lies."""
    first = module.partition(".")[0]
    for root in (folder / "src", folder):
        if (root / f"{first}.py").is_file() or (root / first).is_dir():
            return root
    raise BuildError(f"{folder} holds neither {first}.py nor a package {first}, also not below src; name it with --module")


def _abilities(module: str, paths: list[Path]) -> list[str]:
    """Imports the plugin natively, in a process of its own, and asks what it is."""
    search = [str(path.resolve()) for path in paths] + [str(_PACKAGE.parent)]
    asked = subprocess.run(
        [sys.executable, "-B", "-c", _ASK, json.dumps(search), module], capture_output=True, text=True, check=False
    )
    if asked.returncode != 0:
        raise BuildError(f"{module} cannot be imported:\n{asked.stderr.strip()}")
    answers = [line.removeprefix("abilities:") for line in asked.stdout.splitlines() if line.startswith("abilities:")]
    abilities: list[str] | None = json.loads(answers[-1]) if answers else None
    if not abilities:
        raise BuildError(f"{module} registers no plugin; write lockgate_sdk.register(YourClass) below the class")
    return abilities


def _componentize(scratch: Path, root: Path, module: str, abilities: list[str], paths: tuple[Path, ...]) -> bytes:
    try:
        found = importlib.metadata.version("componentize-py")
    except importlib.metadata.PackageNotFoundError:
        raise BuildError(f"componentize-py is not installed; run: pip install componentize-py=={_COMPONENTIZE}") from None
    if found != _COMPONENTIZE:
        raise BuildError(f"componentize-py is {found}, not {_COMPONENTIZE}; run: pip install componentize-py=={_COMPONENTIZE}")
    # Copies, so that the interpreter in the sandbox writes its caches there, and each folder is always mounted at the same place.
    plugin, sdk, app, out = (scratch / name for name in ("plugin", "sdk", "app", "component.wasm"))
    _copy(root, plugin)
    shutil.copytree(_PACKAGE, sdk / "lockgate_sdk", ignore=_LEFT_OUT)
    app.mkdir()
    (app / "lockgate_app.py").write_text(_APP.format(module=module), "utf-8")
    command = [sys.executable, "-c", "import sys, componentize_py; sys.exit(componentize_py.script())", "--quiet"]
    command += ["--wit-path", str(_world(scratch / "wit", abilities)), "--world", "lockgate:channel/built"]
    command += ["componentize", "lockgate_app", "--output", str(out)]
    for path in (plugin, sdk, app, *paths):
        command += ["--python-path", str(path)]
    made = subprocess.run(command, capture_output=True, text=True, check=False, cwd=scratch)
    if made.returncode != 0 or not out.is_file():
        words = "\n".join(text.strip() for text in (made.stdout, made.stderr) if text.strip())
        raise BuildError(f"componentize-py could not build {module}:\n{words}")
    return out.read_bytes()


def _world(folder: Path, abilities: list[str]) -> Path:
    """The contract with one more world, of these abilities: componentize-py fails where it merges several."""
    shutil.copytree(_PACKAGE / "wit", folder)
    exports = "".join(f"  export {ability};\n" for ability in abilities)
    (folder / "built.wit").write_text(f"package {_contract()};\n\nworld built {{\n  include imports;\n{exports}}}\n", "utf-8")
    return folder


def _copy(root: Path, into: Path) -> None:
    into.mkdir()
    for entry in sorted(root.iterdir()):
        if entry.name in _LEFT_OUT(str(root), [entry.name]):
            continue
        if entry.is_dir() and any(entry.glob("*.py")):
            shutil.copytree(entry, into / entry.name, ignore=_LEFT_OUT)
        elif entry.suffix == ".py":
            shutil.copy(entry, into)


def _is_linked(name: str) -> bool:
    package, _, version = name.partition("@")
    space, _, rest = package.partition(":")
    group, _, interface = rest.partition("/")
    if space == "wasi":
        return group in _WASI and version.startswith("0.2.")
    return (space, group) == ("lockgate", "channel") and interface in _CONTRACT


def embed_manifest(component: bytes, manifest: str) -> bytes:
    """Puts a manifest's text at the end of a component, as a custom section. Any tool that reads components passes over it."""
    if not component.startswith(_PREAMBLE):
        raise BuildError("these bytes are no WebAssembly component")
    name = MANIFEST_SECTION.encode()
    payload = _leb128(len(name)) + name + manifest.encode()
    return component + b"\0" + _leb128(len(payload)) + payload


def _leb128(number: int) -> bytes:
    """An unsigned number as WebAssembly writes it."""
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def _read_leb128(data: bytes, at: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        byte = data[at]
        at += 1
        number |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return number, at


def _sections(component: bytes) -> Iterator[tuple[int, bytes]]:
    at = len(_PREAMBLE)
    while at < len(component):
        kind = component[at]
        size, at = _read_leb128(component, at + 1)
        yield kind, component[at : at + size]
        at += size


def imports_of(component: bytes) -> list[str]:
    """The names of what a component imports, in order."""
    names = []
    for kind, data in _sections(component):
        if kind != 10:
            continue
        count, at = _read_leb128(data, 0)
        for _ in range(count):
            length, at = _read_leb128(data, at + 1)
            names.append(data[at : at + length].decode())
            at = _past_description(data, at + length)
    return names


def _past_description(data: bytes, at: int) -> int:
    """Passes over what an import is: a module, function, value, type, component or instance."""
    sort = data[at]
    at += 1
    if sort in (0x00, 0x02) or (sort == 0x03 and data[at] == 0x00):
        return _read_leb128(data, at + 1)[1]
    if sort == 0x03:
        return at + 1
    return _read_leb128(data, at)[1]


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="lockgate-build-python",
        description="Builds a Lockgate plugin: the component with channel.toml inside.",
        epilog="Example: lockgate-build-python examples/telegram/python -o telegram.wasm",
    )
    parser.add_argument("folder", nargs="?", default=".", type=Path, help="the plugin's folder, with channel.toml [default: .]")
    parser.add_argument("-m", "--module", help="the module that registers the plugin [default: the manifest's id]")
    parser.add_argument("-o", "--output", type=Path, help="the file to write [default: FOLDER/ID.wasm]")
    parser.add_argument(
        "-p", "--path", action="append", default=[], type=Path, help="one more folder of pure Python that it imports"
    )
    given = parser.parse_args()
    try:
        built = build(given.folder, module=given.module, output=given.output, paths=tuple(given.path))
    except BuildError as error:
        sys.exit(f"lockgate-build-python: {error}")
    print(f"{built.path}: {', '.join(built.abilities)}")
    print(f"{built.size / (1 << 20):.1f} MiB, built in {built.seconds:.0f} seconds")
    print(built.digest)


if __name__ == "__main__":
    main()
