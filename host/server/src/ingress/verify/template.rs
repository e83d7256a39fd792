//! What signatures are about: the parts of a request that a recipe joins, the time of signing, and how a signature is written.

use std::borrow::Cow;
use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderName};
use lockgate_model::manifest::{Encoding, TemplatePart, TimestampHeader};

use super::{Unauthentic, Unverified, form};

/// How many signatures one request may have. A provider that changes its secret signs with two; each more costs us work.
pub(super) const MOST_SIGNATURES: usize = 8;

/// The value of a header that stands there exactly once. Of two signatures nobody can say which one was meant.
pub(super) fn only<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let name: HeaderName = name.parse().ok()?;
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok(),
        _ => None,
    }
}

/// The header that vouches for the request.
///
/// # Errors
///
/// `Unsigned` where it is not there, `Malformed` where it is there twice or is no text.
pub(super) fn vouching<'a>(headers: &'a HeaderMap, name: &str) -> Result<&'a str, Unauthentic> {
    only(headers, name).ok_or(if headers.contains_key(name) { Unauthentic::Malformed } else { Unauthentic::Unsigned })
}

/// How a recipe writes its signatures into a header.
pub(super) struct Written<'a> {
    /// The header's name.
    pub(super) header: &'a str,
    pub(super) prefix: &'a str,
    pub(super) separator: Option<char>,
    pub(super) encoding: Encoding,
}

impl Written<'_> {
    /// The signatures of a header's value; at least one.
    ///
    /// # Errors
    ///
    /// `Malformed` where there is none, there are too many, or one is not written as it should be.
    pub(super) fn signatures(&self, value: &str) -> Result<Vec<Vec<u8>>, Unauthentic> {
        let written: Vec<&str> = match self.separator {
            None => vec![value.strip_prefix(self.prefix).ok_or(Unauthentic::Malformed)?],
            // Other versions of the scheme stand beside ours.
            Some(separator) => value.split(separator).filter_map(|part| part.strip_prefix(self.prefix)).collect(),
        };
        if written.is_empty() || written.len() > MOST_SIGNATURES {
            return Err(Unauthentic::Malformed);
        }
        written.into_iter().map(|digits| decode(self.encoding, digits).ok_or(Unauthentic::Malformed)).collect()
    }

    /// The time of signing as it is written, once it was found to be near enough to ours. `value` is the signature's header.
    ///
    /// # Errors
    ///
    /// `Malformed` where there is no time or more than one, `Stale` where it is too far away.
    pub(super) fn signed_at<'a>(
        &self,
        timestamp: Option<&TimestampHeader>,
        value: &'a str,
        request: &Unverified<'a>,
    ) -> Result<Option<&'a str>, Unauthentic> {
        let Some(timestamp) = timestamp else { return Ok(None) };
        let text = match self.separator {
            Some(separator) if timestamp.header == self.header => {
                let mut times = value.split(separator).filter_map(|part| part.strip_prefix(timestamp.prefix.as_str()));
                match (times.next(), times.next()) {
                    (Some(text), None) => Some(text),
                    _ => None,
                }
            }
            _ => only(request.headers, &timestamp.header),
        };
        let text = text.ok_or(Unauthentic::Malformed)?;
        recent(text, timestamp.tolerance_s, request.now_ms)?;
        Ok(Some(text))
    }
}

/// Bytes as text.
pub(super) fn decode(encoding: Encoding, digits: &str) -> Option<Vec<u8>> {
    match encoding {
        Encoding::Hex => hex::decode(digits).ok(),
        Encoding::Base64 => STANDARD.decode(digits).ok(),
    }
}

/// Whether a time, written as Unix seconds in decimal digits, is at most so many seconds from ours.
///
/// # Errors
///
/// `Malformed` where it is not written so, `Stale` where it is too far away.
pub(super) fn recent(text: &str, tolerance_s: u32, now_ms: u64) -> Result<(), Unauthentic> {
    // A parser of numbers would take "+1" as well: what is signed and what is read must be the same.
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Unauthentic::Malformed);
    }
    let seconds: u64 = text.parse().map_err(|_| Unauthentic::Malformed)?;
    if (now_ms / 1000).abs_diff(seconds) > u64::from(tolerance_s) {
        return Err(Unauthentic::Stale);
    }
    Ok(())
}

/// The origins that a provider may have signed. More than one only where the recipe says that the port is uncertain: some
/// providers write the scheme's port into the address, or take a port out, before they sign it.
pub(super) fn origins<'a>(template: &[TemplatePart], origin: &'a str) -> Vec<Cow<'a, str>> {
    let mut origins = vec![Cow::Borrowed(origin)];
    if template.contains(&TemplatePart::UrlAnyPort) {
        let port =
            origin.rsplit_once(':').filter(|(_, port)| !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()));
        origins.push(match port {
            Some((without, _)) => Cow::Borrowed(without),
            None if origin.starts_with("https:") => Cow::Owned(format!("{origin}:443")),
            None => Cow::Owned(format!("{origin}:80")),
        });
    }
    origins
}

/// What is signed, piece by piece. `other_body_signed`: a body that is no form is signed by other means than the template.
///
/// # Errors
///
/// `Malformed` where a part of the template is not in the request, or the request has what is not signed.
pub(super) fn spell<'a>(
    template: &'a [TemplatePart],
    request: &'a Unverified<'_>,
    signed_at: Option<&'a str>,
    origin: &'a str,
    other_body_signed: bool,
) -> Result<Vec<Cow<'a, [u8]>>, Unauthentic> {
    let mut pieces: Vec<Cow<'a, [u8]>> = Vec::with_capacity(template.len() + 1);
    for part in template {
        match part {
            TemplatePart::Body => pieces.push(Cow::Borrowed(&request.body)),
            TemplatePart::Literal(text) => pieces.push(Cow::Borrowed(text.as_bytes())),
            TemplatePart::Header(name) => {
                pieces.push(Cow::Borrowed(only(request.headers, name).ok_or(Unauthentic::Malformed)?.as_bytes()));
            }
            TemplatePart::Timestamp => pieces.push(Cow::Borrowed(signed_at.ok_or(Unauthentic::Malformed)?.as_bytes())),
            TemplatePart::Url | TemplatePart::UrlAnyPort => {
                pieces.extend([Cow::Borrowed(origin.as_bytes()), Cow::Borrowed(request.target.as_bytes())]);
            }
            TemplatePart::FormSorted => {
                if form::is_form(request.headers) {
                    pieces.push(Cow::Owned(sorted_fields(&request.body).into_bytes()));
                } else if !request.body.is_empty() && !other_body_signed {
                    return Err(Unauthentic::Malformed);
                }
            }
        }
    }
    Ok(pieces)
}

/// Names and values sorted by name and then by value, each pair once, joined without anything between. Twilio, "Webhooks security".
fn sorted_fields(body: &[u8]) -> String {
    let fields: BTreeSet<_> = url::form_urlencoded::parse(body).collect();
    fields.into_iter().flat_map(|(name, value)| [name, value]).collect()
}
