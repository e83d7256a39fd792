"""Outgoing requests. They pass the host's egress gate: only hosts, methods and paths that the manifest names and the admin
granted, https only, with the credential written in by the host. ``check``, ``receive`` and ``preview`` may make none.

::

    try:
        response = http.post("https://api.example.com/messages").json({"text": text}).send()
    except http.SendError as error:
        return error.outcome()

What the manifest's places name must be left out of a request, a path's segment too: the host writes it.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import timezone
from email.utils import parsedate_to_datetime

from . import _host, reading
from .contract import (
    Fault,
    FaultGone,
    FaultPassing,
    FaultPermissionMissing,
    FaultRateLimited,
    FaultRejected,
    FaultSignInExpired,
    FaultTooLarge,
    Outcome,
    OutcomeFailed,
    OutcomeUnknown,
    Passing,
    RateLimited,
    Rejected,
)

__all__ = ["Denied", "NotSent", "Request", "Response", "SendError", "Unanswered", "get", "post"]


class SendError(Exception):
    """Why there is no answer. The texts are for people and hold no secret."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        #: For people.
        self.why = why

    def outcome(self) -> Outcome:
        """The outcome of a part whose request it was, where that request sends."""
        raise NotImplementedError

    def fault(self) -> Fault:
        """The fault of a call whose request it was, where that request changes nothing: without an answer it is asked again."""
        return FaultPassing(Passing(self.why))


class Denied(SendError):
    """The host does not permit it: no grant covers it, or it is no request that can be sent. Nothing left."""

    def __str__(self) -> str:
        return f"the host refused the request: {self.why}"

    def outcome(self) -> Outcome:
        """Failed for good."""
        return OutcomeFailed(self.fault())

    def fault(self) -> Fault:
        """Final."""
        return FaultRejected(Rejected(self.why, code="denied"))


class NotSent(SendError):
    """No connection came to be. Nothing left, so it can be tried again."""

    def __str__(self) -> str:
        return f"no connection: {self.why}"

    def outcome(self) -> Outcome:
        """Failed, and tried again."""
        return OutcomeFailed(FaultPassing(Passing(self.why)))


class Unanswered(SendError):
    """It left and may have arrived; no (whole) answer came back."""

    def __str__(self) -> str:
        return f"no answer: {self.why}"

    def outcome(self) -> Outcome:
        """Unknown, and not tried again by the host alone."""
        return OutcomeUnknown(self.why)


@dataclass(slots=True)
class Request:
    """A request that is being built; `header`, `with_body` and `json` change it and give it back."""

    #: Upper case.
    method: str
    #: An absolute https address.
    url: str
    #: In order, repetition kept.
    headers: list[tuple[str, str]] = field(default_factory=list)
    #: Empty: no body.
    body: bytes = b""

    def header(self, name: str, value: str) -> Request:
        """With one more header."""
        self.headers.append((name, value))
        return self

    def with_body(self, body: bytes, content_type: str) -> Request:
        """With these bytes as body."""
        self.body = body
        return self.header("content-type", content_type)

    def json(self, value: object) -> Request:
        """With this value as a JSON body. Raises `TypeError` where JSON cannot hold it."""
        return self.with_body(reading.compact(value).encode(), "application/json")

    def send(self) -> Response:
        """Sends it and waits for the whole answer. Raises `Denied`, `NotSent` or `Unanswered`; an answer of any status is
        no error.
        """
        for what, value in [("method", self.method), ("url", self.url)]:
            if not isinstance(value, str):
                raise TypeError(f"http.Request.{what} must be a str, is {value!r}")
        if not isinstance(self.body, bytes):
            raise TypeError(f"http.Request.body must be bytes, is {type(self.body).__name__}")
        return _host.current().http_send(self)


def get(url: str) -> Request:
    """A GET."""
    return Request("GET", url)


def post(url: str) -> Request:
    """A POST."""
    return Request("POST", url)


@dataclass(slots=True)
class Response:
    """What was answered."""

    #: 100 to 599.
    status: int
    #: Names in lower case, in order, repetition kept. The host hides some.
    headers: list[tuple[str, str]] = field(default_factory=list)
    #: All of it, as far as the host's limit allows.
    body: bytes = b""

    @property
    def is_success(self) -> bool:
        """Whether the status is 200 to 299."""
        return 200 <= self.status < 300

    def header(self, name: str) -> str | None:
        """The first header of this name (any case)."""
        wanted = name.lower()
        return next((value for known, value in self.headers if known.lower() == wanted), None)

    def json(self) -> reading.Object:
        """The body as a JSON object. Raises `reading.Unreadable` where it is none."""
        return reading.parse(self.body)

    def retry_after(self) -> int | None:
        """``Retry-After`` in milliseconds, whether it is given in seconds or as a date (RFC 9110, 10.2.3); 0 where that is past."""
        text = (self.header("retry-after") or "").strip()
        if text.isascii() and text.isdigit() and len(text) <= 10:
            return int(text) * 1000
        if not text.endswith(" GMT"):
            return None
        try:
            until = parsedate_to_datetime(text).replace(tzinfo=timezone.utc).timestamp()
        except (ValueError, TypeError, OverflowError):
            return None
        return max(0, round((until - time.time()) * 1000))

    def refusal(self, bucket: str) -> Outcome | None:
        """The outcome of a part that was answered so, by the status alone, where the provider keeps to what RFC 9110 says;
        ``bucket`` is the manifest's that a 429 empties. None for 2xx: what was sent the body says.

        A 5xx may come after the message was taken, so it is unknown; 503 with ``Retry-After`` is the provider's promise that
        it was not.
        """
        if self.is_success:
            return None
        words = f"the provider answered with status {self.status}"
        wait = self.retry_after()
        fault: Fault
        match self.status:
            case 401:
                fault = FaultSignInExpired()
            case 403:
                fault = FaultPermissionMissing([])
            case 404 | 410:
                fault = FaultGone(words)
            case 413:
                fault = FaultTooLarge(None)
            case 429:
                fault = FaultRateLimited(RateLimited(bucket, retry_after=wait))
            case 503 if wait is not None:
                fault = FaultPassing(Passing(words, retry_after=wait))
            case status if status >= 500:
                return OutcomeUnknown(words)
            case status:
                fault = FaultRejected(Rejected(words, code=str(status)))
        return OutcomeFailed(fault)

    def fault(self, bucket: str) -> Fault | None:
        """The fault that such an answer to a request stands for that changes nothing, as `refusal` tells it for one that sends. A 5xx
        passes. None for 2xx.
        """
        match self.refusal(bucket):
            case None:
                return None
            case OutcomeFailed(fault):
                return fault
            case _:
                return FaultPassing(Passing(f"the provider answered with status {self.status}", retry_after=self.retry_after()))
