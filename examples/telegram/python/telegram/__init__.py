"""Telegram bots: what people write to them, and answers.

What each kind of update becomes, and what each answer of ``sendMessage``, is listed in the README.
"""

from __future__ import annotations

from lockgate_sdk import (
    Connector,
    Draft,
    FieldProblem,
    Ingress,
    PartOutcome,
    Problem,
    Reception,
    Request,
    Sender,
    Setting,
    SettingValueText,
    make,
    register,
)

from . import incoming, outgoing


class Telegram(Connector, Ingress, Sender):
    """The plugin."""

    def check(self, settings: list[Setting]) -> list[FieldProblem]:
        """What must be there at all the manifest says, and the host holds."""
        problems = []
        for setting in settings:
            match setting:
                case Setting("bot_id", SettingValueText(text)) if not (text.isascii() and text.isdigit()):
                    words = "Write the number before the colon of the bot's token, and the token itself into its own field"
                    problems.append(make.field_problem("bot_id", words))
        return problems

    def receive(self, request: Request) -> Reception:
        """One update a request; one event a thing that it tells."""
        return Reception(events=incoming.events(request.body, request.received_at))

    def send(self, draft: Draft) -> list[PartOutcome]:
        """One request a part."""
        return outgoing.send(draft)

    def preview(self, draft: Draft) -> list[Problem]:
        """What Telegram would refuse, or lose."""
        return outgoing.preview(draft)


register(Telegram)
