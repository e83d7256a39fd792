"""Requests over ``wasi:http/outgoing-handler``, the only way out of the sandbox."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from componentize_py_types import Err  # type: ignore[import-not-found]
from wit_world.imports import outgoing_handler, streams, types  # type: ignore[import-not-found]

from .http import Denied, NotSent, Request, Response, SendError, Unanswered

#: The largest piece that `blocking-write-and-flush` takes.
_PIECE = 4096
#: How much of an answer is asked for at once, in bytes.
_CHUNK = 64 * 1024

_METHODS = {
    "GET": types.Method_Get,
    "HEAD": types.Method_Head,
    "POST": types.Method_Post,
    "PUT": types.Method_Put,
    "DELETE": types.Method_Delete,
    "PATCH": types.Method_Patch,
}


def send(request: Request) -> Response:
    """Sends it and waits for the whole answer."""
    outgoing = _prepare(request)
    sink = outgoing.body()
    try:
        future = outgoing_handler.handle(outgoing, None)
    except Err as error:
        raise _why(error.value) from None
    # What cannot be written is told by the answer, which also says whether anything left.
    if _write(sink, request.body):
        with suppress(Err):
            types.OutgoingBody.finish(sink, None)
    else:
        sink.__exit__(None, None, None)
    with future:
        with future.subscribe() as ready:
            ready.block()
        answer = future.get()
        if answer is None or isinstance(answer, Err):
            raise Unanswered("it was not there when it should be")
        incoming = answer.value
        if isinstance(incoming, Err):
            raise _why(incoming.value)
        with incoming.value as response:
            with response.headers() as fields:
                headers = [(name.lower(), value.decode(errors="replace")) for name, value in fields.entries()]
            with response.consume() as body, body.stream() as stream:
                return Response(response.status(), headers, _read(stream))


def _prepare(request: Request) -> Any:
    scheme, _, rest = request.url.partition("://")
    if scheme != "https":
        raise Denied("only https addresses can be called")
    authority, slash, path = rest.partition("/")
    headers = [(name, value.encode()) for name, value in request.headers]
    if request.body:
        headers.append(("content-length", str(len(request.body)).encode()))
    try:
        outgoing = types.OutgoingRequest(types.Fields.from_list(headers))
    except Err:
        raise Denied("one of its headers is not permitted") from None
    method = _METHODS.get(request.method)
    steps = [
        (outgoing.set_method, method() if method else types.Method_Other(request.method), "its method cannot be sent"),
        (outgoing.set_scheme, types.Scheme_Https(), "https cannot be used"),
        (outgoing.set_authority, authority, "its host is no host name"),
        (outgoing.set_path_with_query, slash + path or "/", "its path cannot be sent"),
    ]
    for step, value, words in steps:
        try:
            step(value)
        except Err:
            raise Denied(words) from None
    return outgoing


def _write(sink: Any, body: bytes) -> bool:
    try:
        with sink.write() as stream:
            for start in range(0, len(body), _PIECE):
                stream.blocking_write_and_flush(body[start : start + _PIECE])
    except Err:
        return False
    return True


def _read(stream: Any) -> bytes:
    chunks = []
    while True:
        try:
            chunks.append(stream.blocking_read(_CHUNK))
        except Err as error:
            if isinstance(error.value, streams.StreamError_Closed):
                return b"".join(chunks)
            raise Unanswered(error.value.value.to_debug_string()) from None


_DENIED = {
    types.ErrorCode_HttpRequestDenied: "no grant covers it",
    types.ErrorCode_DestinationIpProhibited: "its host has an address that may not be called",
    types.ErrorCode_ConfigurationError: "the host is not set up for it",
    types.ErrorCode_HttpRequestLengthRequired: "its body does not fit its length",
    types.ErrorCode_HttpRequestBodySize: "its body does not fit its length",
    types.ErrorCode_HttpRequestMethodInvalid: "its method is not valid",
    types.ErrorCode_HttpRequestUriInvalid: "its address is not valid",
    types.ErrorCode_HttpRequestUriTooLong: "its address is not valid",
    types.ErrorCode_HttpRequestHeaderSectionSize: "its headers are too large",
    types.ErrorCode_HttpRequestHeaderSize: "its headers are too large",
    types.ErrorCode_HttpRequestTrailerSectionSize: "its headers are too large",
    types.ErrorCode_HttpRequestTrailerSize: "its headers are too large",
}

_NOT_SENT = {
    types.ErrorCode_DnsTimeout: "its name could not be resolved",
    types.ErrorCode_DnsError: "its name could not be resolved",
    types.ErrorCode_DestinationNotFound: "its name could not be resolved",
    types.ErrorCode_DestinationUnavailable: "its host cannot be reached",
    types.ErrorCode_DestinationIpUnroutable: "its host cannot be reached",
    types.ErrorCode_ConnectionRefused: "refused",
    types.ErrorCode_ConnectionTimeout: "timed out",
    types.ErrorCode_ConnectionLimitReached: "too many at once",
    types.ErrorCode_TlsProtocolError: "TLS failed",
    types.ErrorCode_TlsCertificateError: "TLS failed",
    types.ErrorCode_TlsAlertReceived: "TLS failed",
}

_UNANSWERED = {
    types.ErrorCode_ConnectionTerminated: "the connection ended",
    types.ErrorCode_ConnectionReadTimeout: "timed out",
    types.ErrorCode_ConnectionWriteTimeout: "timed out",
    types.ErrorCode_HttpResponseTimeout: "timed out",
    types.ErrorCode_HttpResponseBodySize: "it is too large",
}


def _why(code: Any) -> SendError:
    """Sorts the codes of ``wasi:http`` by what is certain. What does not say that nothing left counts as "may have arrived"."""
    kind = type(code)
    if kind in _DENIED:
        return Denied(_DENIED[kind])
    if kind in _NOT_SENT:
        return NotSent(_NOT_SENT[kind])
    if kind is types.ErrorCode_InternalError and code.value:
        return Unanswered(code.value)
    return Unanswered(_UNANSWERED.get(kind, "the provider broke off"))
