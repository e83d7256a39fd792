"""The inside of a component, on the stand-ins that componentize-py writes for editors. Each test runs in a process of its own,
because the glue takes the whole process over.
"""

import importlib.util
import subprocess
import sys
import tempfile
import textwrap
import unittest
from pathlib import Path

from lockgate_sdk import build

PLUGIN = """
import lockgate_sdk as sdk
from lockgate_sdk import http, make, reading

def inner(word):
    raise KeyError(word)

class Plugin(sdk.Ingress, sdk.Sender):
    def receive(self, request):
        match request.body:
            case b"unreadable":
                reading.parse("[]")
            case b"refuse":
                raise sdk.RequestRefused.passing("later", 5)
            case b"exit":
                raise SystemExit(3)
            case b"raise":
                try:
                    inner("inside")
                except KeyError as error:
                    raise RuntimeError("could not do it") from error
            case b"wrong":
                return sdk.Reception(events=[sdk.Event("d", 1.5, sdk.EventBodyPollNow())])
        return sdk.Reception()

    def send(self, draft):
        try:
            http.post("https://x.example/a?b").json({}).send()
        except http.SendError as error:
            return [make.outcome(1, error.outcome())]

sdk.register(Plugin)
"""

PROLOGUE = """
import sys
from componentize_py_types import Err
from lockgate_sdk import _guest
import plugin
import lockgate_sdk as sdk
_guest.seal()
from wit_world.imports import common, inbound, outbound, outgoing_handler, types

def receive(body):
    return _guest.Ingress().receive(sdk.Request(body=body))
"""


@unittest.skipUnless(importlib.util.find_spec("componentize_py"), "needs the extra `build`")
class Inside(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        scratch = tempfile.TemporaryDirectory()
        cls.addClassCleanup(scratch.cleanup)
        cls.folder = Path(scratch.name)
        world = build._world(cls.folder / "wit", ["ingress", "sender"])
        command = [sys.executable, "-c", "import sys, componentize_py; sys.exit(componentize_py.script())", "--quiet"]
        command += ["--wit-path", str(world), "--world", "lockgate:channel/built", "bindings", str(cls.folder / "bindings")]
        subprocess.run(command, check=True, capture_output=True)
        (cls.folder / "plugin.py").write_text(PLUGIN)

    folder: Path

    def run_inside(self, script: str) -> subprocess.CompletedProcess[str]:
        paths = [str(self.folder), str(self.folder / "bindings"), str(Path(build.__file__).parents[1])]
        whole = f"import sys; sys.path[:0] = {paths!r}\n{PROLOGUE}\n{textwrap.dedent(script)}"
        (self.folder / "script.py").write_text(whole)
        return subprocess.run([sys.executable, str(self.folder / "script.py")], capture_output=True, text=True, check=False)

    def test_the_bindings_use_the_packages_classes(self) -> None:
        done = self.run_inside("""
            assert common.Content_Text is sdk.ContentText
            assert common.IdentityKind is sdk.IdentityKind
            native = common.Native("kind", None, "raw")
            assert native == sdk.Native("kind", raw="raw"), native
            context = common.Context("v", 5, True)
            assert context == sdk.Context("v", expires=5, once=True), context
        """)
        self.assertEqual(done.stderr, "")

    def test_a_class_of_another_shape_stops_the_build(self) -> None:
        done = subprocess.run(
            [
                sys.executable,
                "-c",
                f"import sys; sys.path[:0] = [{str(self.folder / 'bindings')!r}, {str(Path(build.__file__).parents[1])!r}]\n"
                "from lockgate_sdk import contract\n"
                "contract.RECORDS[contract.Native] = ('kind', 'raw', 'fallback')\n"
                "import lockgate_sdk._guest",
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        self.assertIn("lockgate_sdk.contract.Native has another shape than the contract's Native", done.stderr)

    def test_refusals_are_the_contracts_errors(self) -> None:
        done = self.run_inside("""
            for body, refusal in [
                (b"unreadable", sdk.RefusalMalformed("the body must be an object, is a list")),
                (b"refuse", sdk.RefusalPassing(sdk.Passing("later", retry_after=5))),
            ]:
                try:
                    receive(body)
                except Err as error:
                    assert error.value == refusal, error
                else:
                    raise AssertionError(body)
            assert receive(b"") == sdk.Reception()
        """)
        self.assertEqual(done.stderr, "")

    def test_what_nobody_caught_is_told_first_in_one_line_then_by_the_authors_frames(self) -> None:
        done = self.run_inside('receive(b"raise")')
        lines = done.stderr.splitlines()
        where = 'plugin.py:21, in receive: raise RuntimeError("could not do it") from error'
        self.assertEqual(lines[0], f"RuntimeError: could not do it at {where}")
        self.assertIn('  File "plugin.py", line 6, in inner', lines)
        self.assertIn("KeyError: 'inside'", lines)
        self.assertNotIn("lockgate_sdk", done.stderr)

    def test_what_is_returned_is_told_by_its_place(self) -> None:
        done = self.run_inside('receive(b"wrong")')
        words = "reception.events[0].at must be a whole number (int), is float: 1.5"
        self.assertTrue(done.stderr.startswith(f"lockgate_sdk.WrongType: {words}"), done.stderr)

    def test_what_no_line_of_the_authors_led_to_is_told_once(self) -> None:
        done = self.run_inside('_guest._tell(ValueError, ValueError("wrong"), None)')
        self.assertEqual(done.stderr, "ValueError: wrong\n")

    def test_exit_is_no_way_out(self) -> None:
        done = self.run_inside('receive(b"exit")')
        self.assertIn("RuntimeError: the plugin called exit(3); raise what is wrong instead", done.stderr)

    def test_every_code_says_what_is_certain(self) -> None:
        done = self.run_inside("""
            class Fields:
                @classmethod
                def from_list(cls, entries):
                    return cls()

            class OutgoingRequest:
                def __init__(self, headers):
                    pass

                def __getattr__(self, name):
                    return lambda *arguments: None

            types.Fields, types.OutgoingRequest = Fields, OutgoingRequest
            DENIED = '''HttpRequestDenied DestinationIpProhibited ConfigurationError HttpRequestLengthRequired HttpRequestBodySize
                HttpRequestMethodInvalid HttpRequestUriInvalid HttpRequestUriTooLong HttpRequestHeaderSectionSize
                HttpRequestHeaderSize HttpRequestTrailerSectionSize HttpRequestTrailerSize'''.split()
            NOT_SENT = '''DnsTimeout DnsError DestinationNotFound DestinationUnavailable DestinationIpUnroutable ConnectionRefused
                ConnectionTimeout ConnectionLimitReached TlsProtocolError TlsCertificateError TlsAlertReceived'''.split()
            codes = [name for name in dir(types) if name.startswith("ErrorCode_")]
            assert len(codes) == 39, len(codes)
            for name in codes:
                cls = getattr(types, name)
                code = cls(None) if "value" in cls.__dataclass_fields__ else cls()

                def handle(request, options, code=code):
                    raise Err(code)

                outgoing_handler.handle = handle
                (one,) = _guest.Sender().send(sdk.Draft())
                match one.outcome:
                    case sdk.OutcomeFailed(sdk.FaultRejected(sdk.Rejected(code="denied"))):
                        found = DENIED
                    case sdk.OutcomeFailed(sdk.FaultPassing()):
                        found = NOT_SENT
                    case sdk.OutcomeUnknown():
                        found = [name[10:]] if name[10:] not in DENIED + NOT_SENT else []
                assert name[10:] in found, (name, one.outcome)
        """)
        self.assertEqual(done.stderr, "")


if __name__ == "__main__":
    unittest.main()
