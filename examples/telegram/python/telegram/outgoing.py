"""From a draft's parts to requests, and from Telegram's answers to outcomes."""

from __future__ import annotations

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
    Thread,
    ThreadKind,
    delivery,
    http,
    make,
)
from lockgate_sdk.reading import Object, Unreadable

#: The host writes the bot's token before the method.
_SEND_MESSAGE = "https://api.telegram.org/sendMessage"
#: The longest text, in code units of UTF-16.
_TEXT_MAX = 4096
#: What pauses when Telegram says that a limit is reached.
_BUCKET = "chat"


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
                problems.append(make.warning(part.id, "formatting", "It is sent as plain text; the formatting is lost"))
    return problems


def send(draft: Draft) -> list[PartOutcome]:
    """Sends what of a draft is still to be sent."""
    return delivery.in_order(draft, lambda part: _one(draft, part))


def _text(part: DraftPart) -> str:
    match part.part.content:
        case ContentText(text):
            if not text.plain.strip():
                raise Unsendable("empty", "The text is empty")
            if len(text.plain.encode("utf-16-le")) // 2 > _TEXT_MAX:
                raise Unsendable("too-long", f"The text has more than {_TEXT_MAX} UTF-16 code units; send it in pieces")
            return text.plain
        case ContentMedia():
            raise Unsendable("unknown-type", "This plugin sends text alone; put a link to the file into the text")
    raise Unsendable("unknown-type", "This plugin sends text alone")


def _one(draft: Draft, part: DraftPart) -> Outcome:
    try:
        text = _text(part)
    except Unsendable as unsendable:
        return OutcomeFailed(FaultUnsupported(unsendable.words))
    key = draft.thread.key if draft.thread else next((recipient.key for recipient in draft.recipients), "")
    chat, _, topic = key.partition(":")
    if not chat:
        return make.rejected("no-recipient", "The conversation names no chat to write to")
    call: dict[str, object] = {"chat_id": _number(chat), "text": text}
    if topic:
        call["message_thread_id"] = _number(topic)
    if draft.quote is not None and part.id == draft.parts[0].id:
        answered = draft.quote.rpartition(":")[2]
        call["reply_parameters"] = {"message_id": _number(answered), "allow_sending_without_reply": True}
    try:
        response = http.post(_SEND_MESSAGE).json(call).send()
        moved = _moved_to(response)
        if moved is None:
            return _outcome(response, chat)
        # The group became a supergroup; this message was certainly not sent.
        call["chat_id"] = _number(moved)
        outcome = _outcome(http.post(_SEND_MESSAGE).json(call).send(), moved)
    except http.SendError as error:
        return error.outcome()
    if isinstance(outcome, OutcomeSent):
        outcome.value.thread = Thread(moved, kind=ThreadKind.GROUP)
    return outcome


def _number(told: str) -> object:
    return int(told) if told.removeprefix("-").isdigit() else told


def _answer(response: http.Response) -> Object | None:
    """What Telegram itself answered; none where it is somebody else's, or cannot be read."""
    try:
        answer = response.json()
        answer.boolean("ok")
    except Unreadable:
        return None
    return answer


def _parameter(answer: Object, name: str) -> int | None:
    try:
        parameters = answer.opt_object("parameters")
        return parameters.opt_integer(name) if parameters else None
    except Unreadable:
        return None


def _moved_to(response: http.Response) -> str | None:
    answer = _answer(response) if response.status == 400 else None
    moved = _parameter(answer, "migrate_to_chat_id") if answer else None
    return None if moved is None else str(moved)


def _outcome(response: http.Response, chat: str) -> Outcome:
    answer = _answer(response)
    if response.is_success:
        return _taken(answer, chat)
    if response.status >= 500:
        return OutcomeUnknown(f"Telegram answered with status {response.status}; the message may have been sent")
    retry_after = _parameter(answer, "retry_after") if answer else None
    if response.status == 429:
        wait = retry_after * 1000 if retry_after is not None and retry_after >= 0 else response.retry_after()
        return OutcomeFailed(FaultRateLimited(RateLimited(_BUCKET, retry_after=wait)))
    if answer is None:
        return OutcomeFailed(FaultMalformed(f"Telegram answered with status {response.status} and no reason"))
    words = answer.raw.get("description")
    words = words if isinstance(words, str) and words else f"Telegram answered with status {response.status}"
    match response.status:
        case 401 | 404:
            # A token that Telegram never gave is answered 404: there is no such address.
            return OutcomeFailed(FaultSignInExpired())
        case 403:
            return OutcomeFailed(FaultRecipientUnreachable(words))
    return make.rejected(str(response.status), words)


def _taken(answer: Object | None, chat: str) -> Outcome:
    try:
        if answer is not None and answer.boolean("ok"):
            return make.sent(f"{chat}:{answer.object('result').integer('message_id')}")
    except Unreadable:
        pass
    return OutcomeUnknown("Telegram took the message, but its answer cannot be read")
