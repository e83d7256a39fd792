"""From a folder to a component. What needs componentize-py is passed over where that is not installed."""

import importlib.util
import tempfile
import textwrap
import unittest
from pathlib import Path

from lockgate_sdk import build
from lockgate_sdk.build import BuildError

PREAMBLE = b"\0asm\x0d\0\x01\0"

MANIFEST = """\
[plugin]
id = "two-words"
name = "Two"
version = "0.1.0"
contract = "lockgate:channel@0.1.0-dev.1"
description = "x"
"""

INGRESS = """\
from lockgate_sdk import Actions, Background, Directory, Ingress, MediaFetcher, Page, Poller, Reception, register
import helper

class Two(Ingress, Background, Poller, MediaFetcher, Actions, Directory):
    def receive(self, request):
        return Reception()

    def follow_up(self, what):
        return []

    def poll(self, cursor):
        return Page()

    def fetch(self, deferred):
        return deferred

register(Two)
"""


class Bytes(unittest.TestCase):
    def test_the_manifest_is_the_last_section(self) -> None:
        whole = build.embed_manifest(PREAMBLE, "x" * 300)
        # id 0, then 322 (1 + 21 + 300) in two bytes, then the length of the name
        self.assertEqual(whole[8:12], b"\0\xc2\x02\x15")
        self.assertEqual((whole[12:33], whole[33:]), (b"lockgate:channel.toml", b"x" * 300))

    def test_what_is_no_component_is_refused(self) -> None:
        for other in [b"", b"\0asm\x01\0\0\0"]:
            with self.assertRaises(BuildError):
                build.embed_manifest(other, "")

    def test_imports_are_read_whatever_they_are(self) -> None:
        def imported(name: bytes, description: bytes) -> bytes:
            return b"\0" + bytes([len(name)]) + name + description

        kinds = [
            b"\0\x11\x81\x01",
            b"\x01\x05",
            b"\x02\0\x03",
            b"\x02\x01\x73",
            b"\x03\0\x01",
            b"\x03\x01",
            b"\x04\x00",
            b"\x05\x7f",
        ]
        section = bytes([len(kinds)]) + b"".join(imported(f"n{at}".encode(), kind) for at, kind in enumerate(kinds))
        other = b"\x04\x03abc"
        component = PREAMBLE + other + b"\x0a" + bytes([len(section)]) + section
        self.assertEqual(build.imports_of(component), [f"n{at}" for at in range(len(kinds))])

    def test_only_what_the_host_links_passes(self) -> None:
        for name in ["wasi:cli/stderr@0.2.9", "wasi:http/types@0.2.12", "lockgate:channel/state@0.1.0-dev.1"]:
            self.assertTrue(build._is_linked(name), name)
        for name in [
            "wasi:nn/tensor@0.2.0",
            "wasi:http/types@0.3.0",
            "lockgate:channel/oauth@0.1.0-dev.1",
            "x",
            "lockgate:a/log@1",
        ]:
            self.assertFalse(build._is_linked(name), name)


class Versions(unittest.TestCase):
    def test_componentize_py_is_of_one_version_everywhere(self) -> None:
        pin = f"componentize-py=={build._COMPONENTIZE}"
        for name in ["pyproject.toml", "requirements.txt"]:
            file = Path(__file__).parents[1] / name
            # A source distribution holds the first alone.
            if file.is_file():
                self.assertIn(pin, file.read_text("utf-8"))


class Folders(unittest.TestCase):
    def setUp(self) -> None:
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = Path(scratch.name)

    def write(self, **files: str) -> None:
        for name, text in files.items():
            path = self.folder / name.replace("__", ".")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(text))

    def refused(self) -> str:
        with self.assertRaises(BuildError) as raised:
            build.build(self.folder)
        return str(raised.exception)

    def test_each_thing_that_is_missing_is_told(self) -> None:
        self.assertIn("there is no", self.refused())
        self.write(channel__toml="[plugin]\n")
        self.assertIn("needs [plugin] with id and contract", self.refused())
        self.write(channel__toml="[plugin")
        self.assertIn("is no TOML", self.refused())
        self.write(channel__toml='[plugin]\nid = 1\ncontract = ""')
        self.assertIn("must be a text", self.refused())
        self.write(channel__toml=MANIFEST.replace("dev.1", "dev.0"))
        self.assertIn("written for contract lockgate:channel@0.1.0-dev.0, this SDK speaks lockgate:channel@", self.refused())
        self.write(channel__toml=MANIFEST)
        self.assertIn("holds neither two_words.py nor a package two_words", self.refused())

    def test_a_module_that_is_no_plugin_is_told(self) -> None:
        self.write(channel__toml=MANIFEST)
        (self.folder / "two_words.py").write_text("print('abilities')\n")
        self.assertIn("registers no plugin", self.refused())
        (self.folder / "two_words.py").write_text("import nowhere\n")
        self.assertIn("No module named 'nowhere'", self.refused())
        self.assertIn('two_words.py", line 1', self.refused())

    def test_the_world_is_made_of_the_abilities(self) -> None:
        world = build._world(self.folder / "wit", ["ingress", "sender"])
        text = (world / "built.wit").read_text()
        self.assertIn("export ingress;\n  export sender;", text)
        self.assertNotIn("connector", text)

    @unittest.skipUnless(importlib.util.find_spec("componentize_py"), "needs the extra `build`")
    def test_a_component_exports_what_the_class_has_and_imports_what_the_host_links(self) -> None:
        self.write(channel__toml=MANIFEST)
        source = self.folder / "src"
        source.mkdir()
        (source / "two_words.py").write_text(INGRESS)
        (source / "helper.py").write_text("")
        built = build.build(self.folder)
        self.assertEqual(built.abilities, ["ingress", "background", "poller", "media-fetcher", "actions", "directory"])
        component = built.path.read_bytes()
        self.assertEqual((built.path, built.size), (self.folder.resolve() / "two-words.wasm", len(component)))
        self.assertTrue(component.endswith(MANIFEST.encode()))
        names = build.imports_of(component)
        self.assertIn("lockgate:channel/state@0.1.0-dev.1", names)
        self.assertEqual([name for name in names if not build._is_linked(name)], [])
        self.assertIn(b"lockgate:channel/ingress@0.1.0-dev.1", component)
        self.assertIn(b"lockgate:channel/actions@0.1.0-dev.1", component)
        self.assertIn(b"lockgate:channel/poller@0.1.0-dev.1", component)
        self.assertIn(b"lockgate:channel/directory@0.1.0-dev.1", component)
        self.assertIn(b"lockgate:channel/media-fetcher@0.1.0-dev.1", component)
        self.assertNotIn(b"lockgate:channel/sender@0.1.0-dev.1", component)
        self.assertEqual(
            sorted(path.name for path in source.iterdir() if path.name != "__pycache__"), ["helper.py", "two_words.py"]
        )


if __name__ == "__main__":
    unittest.main()
