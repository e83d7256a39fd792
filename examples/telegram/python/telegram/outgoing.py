"""From a draft's parts to requests, and from Telegram's answers to outcomes."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from lockgate_sdk import (
    ContentMedia,
    ContentText,
    Draft,
    DraftPart,
    FaultMalformed,
    FaultRateLimited,
    FaultRecipientUnreachable,
    FaultSignInExpired,
    FaultUnsupported,
    Outcome,
    OutcomeFailed,
    OutcomeSent,
    OutcomeUnknown,
    PartOutcome,
    Problem,
    RateLimited,
    RecipientRole,
    Thread,
    ThreadKind,
    delivery,
    http,
    make,
)
from lockgate_sdk.reading import Object, Unreadable

#: The host writes the segment with the bot's token between the two.
_SEND_MESSAGE = "https://api.telegram.org/sendMessage"
#: The longest text, in code units of UTF-16.
_TEXT_MAX = 4096
#: The manifest's bucket.
_BUCKET = "bot"

#: A thread: a chat, or a topic of one. Telegram's ids have 52 bits, which is 16 digits at most.
_THREAD = re.compile(r"(-?[0-9]{1,16})(?:/(-?[0-9]{1,16}))?")
#: A message: its chat and its number there.
_MESSAGE = re.compile(r"(-?[0-9]{1,16}):(-?[0-9]{1,16})")


class Unsendable(Exception):
    """Why a part cannot be sent."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(words)
        self.code = code
        self.words = words


def preview(draft: Draft) -> list[Problem]:
    """Every problem of every part."""
    problems = []
    for part in draft.parts:
        try:
            _text(part)
        except Unsendable as unsendable:
            problems.append(make.error(part.id, unsendable.code, unsendable.words))
        match part.part.content:
            case ContentText(text) if text.html is not None:
                problems.append(make.warning(part.id, "formatting", "The text is sent without its formatting"))
    return problems


def send(draft: Draft) -> list[PartOutcome]:
    """Sends what of a draft is still to be sent."""
    return delivery.in_order(draft, lambda part: _one(draft, part))


def _text(part: DraftPart) -> str:
    match part.part.content:
        case ContentText(text):
            if not text.plain.strip():
                raise Unsendable("empty", "The text is empty")
            units = len(text.plain.encode("utf-16-le")) // 2
            if units > _TEXT_MAX:
                words = f"The text has {units} code units of UTF-16, Telegram takes {_TEXT_MAX}; send it in pieces"
                raise Unsendable("too-long", words)
            return text.plain
        case ContentMedia():
            raise Unsendable("unknown-type", "This plugin sends text alone; put a link to the file into the text")
    raise Unsendable("unknown-type", "This plugin sends text alone")


def _one(draft: Draft, part: DraftPart) -> Outcome:
    try:
        text = _text(part)
    except Unsendable as unsendable:
        return OutcomeFailed(FaultUnsupported(unsendable.words))
    thread = _THREAD.fullmatch(_thread_of(draft))
    if thread is None:
        return make.rejected("no-chat", "The conversation names no chat of Telegram")
    chat = int(thread[1])
    call: dict[str, object] = {"chat_id": chat}
    if thread[2] is not None:
        call["message_thread_id"] = int(thread[2])
    call["text"] = text
    if part.id == draft.parts[0].id:
        answered = _MESSAGE.fullmatch(draft.quote or "")
        if answered is not None and int(answered[1]) == chat:
            # A message that is gone by now is answered without being quoted.
            call["reply_parameters"] = {"message_id": int(answered[2]), "allow_sending_without_reply": True}
    answer = _call(call)
    if answer.moved_to is None:
        return answer.outcome(chat)
    # A group that became a supergroup: this message was certainly not sent, and what it quotes has another number there.
    moved = answer.moved_to
    outcome = _call({"chat_id": moved, "text": text}).outcome(moved)
    if isinstance(outcome, OutcomeSent):
        outcome.value.thread = Thread(str(moved), kind=ThreadKind.GROUP)
    return outcome


def _thread_of(draft: Draft) -> str:
    """The thread, else whom the draft is for: a private chat is named as the person is."""
    if draft.thread is not None:
        return draft.thread.key
    return next((recipient.key for recipient in draft.recipients if recipient.role is RecipientRole.TO), "")


Read = TypeVar("Read")


def _if_possible(read: Callable[[], Read]) -> Read | None:
    try:
        return read()
    except Unreadable:
        return None


@dataclass
class _Answer:
    """What can be read of an answer."""

    status: int
    #: Whether it is Telegram's own, and not of somebody between.
    own: bool
    #: The message's chat and number.
    chat: str | None
    message: int | None
    description: str | None
    #: In milliseconds.
    retry_after: int | None
    moved_to: int | None

    def outcome(self, asked: int) -> Outcome:
        """What came of the message that was to go to this chat."""
        words = self.description or f"Telegram answered with status {self.status}"
        match self.status:
            case status if 200 <= status < 300:
                if self.message is None:
                    return OutcomeUnknown("Telegram took the message, but its answer cannot be read")
                return make.sent(f"{self.chat or asked}:{self.message}")
            case status if status >= 500:
                return OutcomeUnknown(f"Telegram answered with status {status}; the message may have been sent")
            case 429:
                return OutcomeFailed(FaultRateLimited(RateLimited(_BUCKET, retry_after=self.retry_after)))
            case 401:
                return OutcomeFailed(FaultSignInExpired())
            case status if not self.own:
                return OutcomeFailed(FaultMalformed(f"Telegram answered with status {status} and no reason"))
            case 404:
                # A token that was revoked is answered 401, one that never was 404: there is no such address.
                return OutcomeFailed(FaultSignInExpired())
            case 403:
                return OutcomeFailed(FaultRecipientUnreachable(words))
        return make.rejected(str(self.status), words)


def _call(body: dict[str, object]) -> _Answer:
    response = http.post(_SEND_MESSAGE).json(body).send()
    answer = _if_possible(lambda: _own(response))

    def within(name: str) -> Object | None:
        return _if_possible(lambda: answer.opt_object(name)) if answer else None

    def integer(of: Object | None, name: str) -> int | None:
        return _if_possible(lambda: of.opt_integer(name)) if of else None

    result, parameters = within("result"), within("parameters")
    seconds = integer(parameters, "retry_after")
    return _Answer(
        status=response.status,
        own=answer is not None,
        chat=_if_possible(lambda: result.object("chat").id("id")) if result else None,
        message=integer(result, "message_id"),
        description=_if_possible(lambda: answer.opt_text("description")) if answer else None,
        retry_after=response.retry_after() if seconds is None or seconds < 0 else seconds * 1000,
        moved_to=integer(parameters, "migrate_to_chat_id") if response.status == 400 else None,
    )


def _own(response: http.Response) -> Object:
    answer = response.json()
    answer.boolean("ok")
    return answer
