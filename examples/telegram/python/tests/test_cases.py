"""The cases that all three languages share: ``examples/telegram/cases``, in the words of the host's API."""

import base64
import json
import unittest
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Any

from lockgate_sdk import Content, Draft, DraftPart, Outcome, Part, Recipient, RecipientRole, Request, Thread, contract, fake, http

from telegram import Telegram

FOLDER = Path(__file__).parents[2] / "cases"
#: The moment of a case that names none.
NOW = "2026-01-02T03:04:05Z"
#: What comes of a provider that does not answer.
BROKEN = {"unreachable": http.NotSent("refused"), "closed": http.Unanswered("the connection ended")}


def snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")


#: Every case of a variant, with its name in the contract.
CASES = {cls: snake(name.partition("_")[2]) for _, name, cls in contract.CLASSES if "_" in name}


def worded(value: Any) -> Any:
    """A value of the SDK in the words of a case: variants as type and value, what is empty left out."""
    if isinstance(value, Enum):
        return value.name.lower()
    if type(value) in CASES:
        inner = worded(value.value) if fields(value) else None
        return {"type": CASES[type(value)]} | ({} if empty(inner) else {"value": inner})
    if is_dataclass(value):
        found = {field.name: worded(getattr(value, field.name)) for field in fields(value)}
        return {name: inner for name, inner in found.items() if not empty(inner)}
    if isinstance(value, list):
        return [worded(element) for element in value]
    return value


def empty(value: Any) -> bool:
    return value is None or value is False or value == "" or value == [] or value == {}


def content(told: dict[str, Any]) -> Content:
    match told["type"]:
        case "text":
            return contract.ContentText(contract.RichText(**told["value"]))
        case "media":
            source = contract.MediaSourceAddress(told["value"]["source"]["value"])
            return contract.ContentMedia(contract.Media(source))
        case "location":
            return contract.ContentLocation(contract.Location(**told["value"]))
    raise AssertionError(f"write how {told['type']} is read")


def earlier(told: dict[str, Any] | None) -> Outcome | None:
    if told is None:
        return None
    assert told["type"] == "sent", "write how the others are read"
    return contract.OutcomeSent(contract.Sent(**told["value"]))


def draft(told: dict[str, Any]) -> Draft:
    told = dict(told)
    parts = [
        DraftPart(part["id"], part["client_ref"], Part(content(part["part"]["content"])), earlier=earlier(part.get("earlier")))
        for part in told.pop("parts")
    ]
    thread = told.pop("thread", None)
    recipients = [Recipient(one["key"], role=RecipientRole[one["role"].upper()]) for one in told.pop("recipients", [])]
    return Draft(account="123456", parts=parts, thread=thread and Thread(thread["key"]), recipients=recipients, **told)


def body(told: dict[str, Any]) -> bytes:
    if "body_base64" in told:
        return base64.b64decode(told["body_base64"])
    given = told.get("body", "")
    return (given if isinstance(given, str) else json.dumps(given, ensure_ascii=False, separators=(",", ":"))).encode()


class Cases(unittest.TestCase):
    maxDiff = None

    def run_case(self, case: dict[str, Any]) -> dict[str, Any]:
        host = fake.reset()
        if "receive" in case:
            now = int(datetime.fromisoformat(case.get("now", NOW)).timestamp() * 1000)
            request = Request(route=case["receive"]["route"], body=body(case["receive"]), received_at=now)
            if "refusal" in case["expect"]:
                return {"refusal": worded(fake.refusal(Telegram(), request))}
            return {"events": worded(fake.receive(Telegram(), request).events)}
        if "preview" in case:
            return {"problems": worded(fake.preview(Telegram(), draft(case["preview"])))}
        provider = case.get("provider", [])
        for exchange in provider:
            answer = exchange["answer"]
            if isinstance(answer, str):
                host.fail(BROKEN[answer])
            else:
                host.answer(answer["status"], answer.get("body", ""), answer.get("headers"))
        outcomes = worded(fake.send(Telegram(), draft(case["send"])))
        asked = [
            {"method": one.method, "url": one.url, "headers": dict(one.headers), "body": json.loads(one.body)}
            for one in host.requests()
        ]
        # The segment with the token is the host's.
        expected = [one["request"] | {"url": one["request"]["url"].replace("/bot{bot_token}", "")} for one in provider]
        self.assertEqual(asked, expected)
        return {"outcomes": outcomes}

    def test_each(self) -> None:
        files = sorted(FOLDER.glob("*.json"))
        self.assertGreaterEqual(len(files), 20)
        for file in files:
            with self.subTest(file.stem):
                case = json.loads(file.read_text("utf-8"))
                self.assertEqual(self.run_case(case), case["expect"])


if __name__ == "__main__":
    unittest.main()
