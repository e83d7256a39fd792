//! Requests over `wasi:http/outgoing-handler`, the only way out of the sandbox.

use super::{Request, Response, SendError};
use crate::bindings::imports::wasi::http::outgoing_handler::handle;
use crate::bindings::imports::wasi::http::types::{
    ErrorCode, Fields, IncomingBody, Method, OutgoingBody, OutgoingRequest, Scheme,
};
use crate::bindings::imports::wasi::io::streams::StreamError;

/// The largest piece that `blocking-write-and-flush` takes.
const PIECE: usize = 4096;
/// How much of an answer is asked for at once, in bytes.
const CHUNK: u64 = 64 * 1024;

pub(super) fn send(request: Request) -> Result<Response, SendError> {
    let body = request.body.clone();
    let outgoing = prepare(request)?;
    let sink = outgoing.body().map_err(|()| denied("the request has no body"))?;
    let future = handle(outgoing, None).map_err(why)?;
    // What cannot be written is told by the answer, which also says whether anything left.
    if write(&sink, &body).is_ok() {
        let _ = OutgoingBody::finish(sink, None);
    } else {
        drop(sink);
    }
    future.subscribe().block();
    let answer = future.get().ok_or_else(|| unanswered("it was not there when it should be"))?;
    let incoming = answer.map_err(|()| unanswered("it was taken twice"))?.map_err(why)?;
    let headers = incoming.headers().entries().into_iter();
    let headers = headers
        .map(|(name, value)| (name.to_ascii_lowercase(), String::from_utf8_lossy(&value).into_owned()))
        .collect();
    let body = incoming.consume().map_err(|()| unanswered("its body was taken twice"))?;
    Ok(Response { status: incoming.status(), headers, body: read(&body)? })
}

fn prepare(request: Request) -> Result<OutgoingRequest, SendError> {
    let rest = request.url.strip_prefix("https://").ok_or_else(|| denied("only https addresses can be called"))?;
    let (authority, path) = rest.find('/').map_or((rest, "/"), |slash| rest.split_at(slash));
    let mut headers: Vec<(String, Vec<u8>)> =
        request.headers.into_iter().map(|(name, value)| (name, value.into_bytes())).collect();
    if !request.body.is_empty() {
        headers.push(("content-length".into(), request.body.len().to_string().into_bytes()));
    }
    let fields = Fields::from_list(&headers).map_err(|_| denied("one of its headers is not permitted"))?;
    let outgoing = OutgoingRequest::new(fields);
    let method = match request.method.as_str() {
        "GET" => Method::Get,
        "HEAD" => Method::Head,
        "POST" => Method::Post,
        "PUT" => Method::Put,
        "DELETE" => Method::Delete,
        "PATCH" => Method::Patch,
        _ => Method::Other(request.method),
    };
    outgoing.set_method(&method).map_err(|()| denied("its method cannot be sent"))?;
    outgoing.set_scheme(Some(&Scheme::Https)).map_err(|()| denied("https cannot be used"))?;
    outgoing.set_authority(Some(authority)).map_err(|()| denied("its host is no host name"))?;
    outgoing.set_path_with_query(Some(path)).map_err(|()| denied("its path cannot be sent"))?;
    Ok(outgoing)
}

fn write(sink: &OutgoingBody, body: &[u8]) -> Result<(), ()> {
    let stream = sink.write()?;
    body.chunks(PIECE).try_for_each(|piece| stream.blocking_write_and_flush(piece)).map_err(|_| ())
}

fn read(body: &IncomingBody) -> Result<Vec<u8>, SendError> {
    let stream = body.stream().map_err(|()| unanswered("its body was taken twice"))?;
    let mut bytes = Vec::new();
    loop {
        match stream.blocking_read(CHUNK) {
            Ok(chunk) => bytes.extend_from_slice(&chunk),
            Err(StreamError::Closed) => return Ok(bytes),
            Err(StreamError::LastOperationFailed(error)) => return Err(SendError::Unanswered(error.to_debug_string())),
        }
    }
}

fn denied(words: &str) -> SendError {
    SendError::Denied(words.into())
}

fn unanswered(words: &str) -> SendError {
    SendError::Unanswered(words.into())
}

/// Sorts the codes of `wasi:http` by what is certain. What does not say that nothing left counts as "may have arrived".
fn why(code: ErrorCode) -> SendError {
    match code {
        ErrorCode::HttpRequestDenied => denied("no grant covers it"),
        ErrorCode::DestinationIpProhibited => denied("its host has an address that may not be called"),
        ErrorCode::ConfigurationError => denied("the host is not set up for it"),
        ErrorCode::HttpRequestLengthRequired | ErrorCode::HttpRequestBodySize(_) => {
            denied("its body does not fit its length")
        }
        ErrorCode::HttpRequestMethodInvalid => denied("its method is not valid"),
        ErrorCode::HttpRequestUriInvalid | ErrorCode::HttpRequestUriTooLong => denied("its address is not valid"),
        ErrorCode::HttpRequestHeaderSectionSize(_)
        | ErrorCode::HttpRequestHeaderSize(_)
        | ErrorCode::HttpRequestTrailerSectionSize(_)
        | ErrorCode::HttpRequestTrailerSize(_) => denied("its headers are too large"),
        ErrorCode::DnsTimeout | ErrorCode::DnsError(_) | ErrorCode::DestinationNotFound => {
            not_sent("its name could not be resolved")
        }
        ErrorCode::DestinationUnavailable | ErrorCode::DestinationIpUnroutable => {
            not_sent("its host cannot be reached")
        }
        ErrorCode::ConnectionRefused => not_sent("refused"),
        ErrorCode::ConnectionTimeout => not_sent("timed out"),
        ErrorCode::ConnectionLimitReached => not_sent("too many at once"),
        ErrorCode::TlsProtocolError | ErrorCode::TlsCertificateError | ErrorCode::TlsAlertReceived(_) => {
            not_sent("TLS failed")
        }
        ErrorCode::ConnectionTerminated => unanswered("the connection ended"),
        ErrorCode::ConnectionReadTimeout | ErrorCode::ConnectionWriteTimeout | ErrorCode::HttpResponseTimeout => {
            unanswered("timed out")
        }
        ErrorCode::HttpResponseBodySize(_) => unanswered("it is too large"),
        ErrorCode::InternalError(Some(words)) => SendError::Unanswered(words),
        _ => unanswered("the provider broke off"),
    }
}

fn not_sent(words: &str) -> SendError {
    SendError::NotSent(words.into())
}
