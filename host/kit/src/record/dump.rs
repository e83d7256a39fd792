//! Reads what somebody saved: a request or an answer as text of HTTP/1.1, what `curl -i` and `curl -v` print, or a HAR file.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lockgate_model::contract::common::Pair;
use lockgate_model::manifest::Manifest;
use serde_json::Value;

use crate::case::Case;
use crate::project::hosts;

/// A request that was saved.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Asked {
    /// The method.
    pub method: String,
    /// Path and query, or the whole address.
    pub target: String,
    /// The headers.
    pub headers: Vec<Pair>,
    /// The body's bytes.
    pub body: Vec<u8>,
}

/// An answer that was saved.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: Vec<Pair>,
    /// The body's bytes.
    pub body: Vec<u8>,
}

/// What was saved of one exchange: one of the two, or both.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Saved {
    /// The request.
    pub request: Option<Asked>,
    /// The answer.
    pub reply: Option<Reply>,
}

impl Saved {
    /// Whether a provider was asked that the manifest or a case names; of an answer alone that is so.
    pub fn asks_named(&self, manifest: &Manifest, cases: &[Case]) -> bool {
        let Some(request) = &self.request else { return true };
        let host = request.host().unwrap_or_default().to_ascii_lowercase();
        manifest.egress.iter().any(|rule| rule.host.covers(&host)) || hosts(manifest, cases).contains(&host)
    }

    /// Whether a provider may have been asked whose host is a setting: something was answered, and the path is no hook's.
    pub fn may_ask_set(&self, manifest: &Manifest) -> bool {
        let hook = self.request.as_ref().is_some_and(|request| request.path().contains("/hooks/"));
        self.reply.is_some() && !hook && manifest.egress.iter().any(|rule| rule.host.setting().is_some())
    }
}

impl Asked {
    /// The host that was asked, with its port where it is not the ordinary one.
    pub fn host(&self) -> Option<&str> {
        let of_target = self.target.split_once("://").and_then(|(_, rest)| rest.split(['/', '?', '#']).next());
        let host = of_target.or_else(|| header(&self.headers, "host"))?;
        let host = host.rsplit('@').next().unwrap_or(host);
        Some(host.strip_suffix(":443").unwrap_or(host))
    }

    /// The path as it was sent.
    pub fn path(&self) -> &str {
        let rest = self.target.split_once("://").map_or(self.target.as_str(), |(_, rest)| {
            rest.find(['/', '?']).and_then(|at| rest.get(at..)).unwrap_or("/")
        });
        rest.split(['?', '#']).next().unwrap_or_default()
    }

    /// The query, decoded.
    pub fn query(&self) -> Vec<Pair> {
        let query = self.target.split_once('?').map(|(_, query)| query).unwrap_or_default();
        let pairs = url::form_urlencoded::parse(query.as_bytes());
        pairs.map(|(name, value)| Pair { name: name.into(), value: value.into() }).collect()
    }
}

/// A header's value.
fn header<'a>(headers: &'a [Pair], name: &str) -> Option<&'a str> {
    headers.iter().find(|pair| pair.name.eq_ignore_ascii_case(name)).map(|pair| pair.value.as_str())
}

/// Reads what was saved.
///
/// # Errors
///
/// What it should be, and what to save instead.
pub fn read(bytes: &[u8]) -> Result<Vec<Saved>, String> {
    if let Ok(har) = serde_json::from_slice::<Value>(bytes) {
        let entries = har.pointer("/log/entries").and_then(Value::as_array);
        let entries =
            entries.ok_or("it is JSON, but no HAR file; of a request save the first line and the headers too")?;
        return entries.iter().map(har_entry).collect();
    }
    let bytes = without_marks(bytes);
    let first = message(&bytes).ok_or(
        "it is no HTTP: it begins with a line such as `POST /hooks/… HTTP/1.1` or `HTTP/1.1 200`, then the headers, an empty line and the body",
    )?;
    let (mut all, mut rest) = saved(first)?;
    // Of several answers the last one is meant: before it stand those of a proxy, of `100 Continue`, and of pages that lead on.
    while let Some(next) = message(rest.trim_ascii_start()) {
        let (Saved { reply: Some(reply), .. }, behind) = saved(next)? else { break };
        all.reply = Some(reply);
        rest = behind;
    }
    Ok(vec![all])
}

/// Without what `curl -v` writes before each line.
fn without_marks(bytes: &[u8]) -> Vec<u8> {
    let marked = |line: &[u8]| line.starts_with(b"> ") || line.starts_with(b"< ");
    if !bytes.split(|byte| *byte == b'\n').any(marked) {
        return bytes.to_vec();
    }
    let mut made = Vec::new();
    let mut lines =
        bytes.split(|byte| *byte == b'\n').filter(|line| !line.starts_with(b"* ") && !line.starts_with(b"{ ["));
    let mut separator: &[u8] = b"";
    lines.by_ref().for_each(|line| {
        let bare = line.strip_prefix(b"> ").or_else(|| line.strip_prefix(b"< ")).unwrap_or(line);
        let bare = if matches!(bare, b">" | b"<" | b">\r" | b"<\r") { b"" } else { bare };
        made.extend_from_slice(separator);
        made.extend_from_slice(bare);
        separator = b"\n";
    });
    made
}

/// First line, headers, and what follows them.
struct Message<'a> {
    first: String,
    headers: Vec<Pair>,
    rest: &'a [u8],
}

fn message(bytes: &[u8]) -> Option<Message<'_>> {
    let bytes = bytes.trim_ascii_start();
    let mut rest = bytes;
    let mut line = || {
        let end = rest.iter().position(|byte| *byte == b'\n');
        let (line, behind) = end.map_or((rest, &[][..]), |end| {
            (rest.get(..end).unwrap_or_default(), rest.get(end + 1..).unwrap_or_default())
        });
        let more = !rest.is_empty();
        rest = behind;
        more.then(|| String::from_utf8_lossy(line).trim_end_matches('\r').to_owned())
    };
    let first = line()?;
    let words: Vec<&str> = first.split_whitespace().collect();
    let request = words.len() >= 2
        && words.first().is_some_and(|method| method.bytes().all(|c| c.is_ascii_uppercase()))
        && words.get(1).is_some_and(|target| target.starts_with('/') || target.contains("://"));
    if !request && !first.starts_with("HTTP/") {
        return None;
    }
    let mut headers = Vec::new();
    while let Some(line) = line().filter(|line| !line.is_empty()) {
        let (name, value) = line.split_once(':')?;
        headers.push(Pair { name: name.trim().to_ascii_lowercase(), value: value.trim().to_owned() });
    }
    Some(Message { first, headers, rest })
}

fn saved(message: Message<'_>) -> Result<(Saved, &[u8]), String> {
    let Message { first, headers, rest } = message;
    let coded = header(&headers, "transfer-encoding").is_some_and(|coding| coding.eq_ignore_ascii_case("chunked"));
    if coded && rest.first().is_some_and(u8::is_ascii_hexdigit) {
        return Err("its body is in chunks; save it without them, as curl and a browser do".into());
    }
    if header(&headers, "content-encoding").is_some_and(|coding| !coding.eq_ignore_ascii_case("identity"))
        && std::str::from_utf8(rest).is_err()
    {
        return Err("its body is compressed; save it decompressed, for example with curl --compressed".into());
    }
    let length = header(&headers, "content-length").and_then(|length| length.parse::<usize>().ok());
    let begins = |rest: &[u8]| rest.starts_with(b"HTTP/1") || rest.starts_with(b"HTTP/2");
    let mut starts =
        (0..rest.len()).filter(|at| *at == 0 || at.checked_sub(1).and_then(|at| rest.get(at)) == Some(&b'\n'));
    let next = starts.find(|at| begins(rest.get(*at..).unwrap_or_default()));
    let end = length.filter(|length| *length <= rest.len()).or(next).unwrap_or(rest.len());
    let (body, behind) = rest.split_at_checked(end).unwrap_or((rest, &[]));
    // What an editor or a shell puts behind the last line is no part of it.
    let body = if length.is_some() { body } else { body.trim_ascii_end() }.to_vec();
    let mut words = first.split_whitespace();
    let (one, two) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    if one.starts_with("HTTP/") {
        let status = two.parse().ok().filter(|status| (100..=599).contains(status));
        let status = status.ok_or_else(|| format!("{two:?} is no status of an answer"))?;
        return Ok((Saved { request: None, reply: Some(Reply { status, headers, body }) }, behind));
    }
    Ok((Saved { request: Some(Asked { method: one.into(), target: two.into(), headers, body }), reply: None }, behind))
}

fn har_entry(entry: &Value) -> Result<Saved, String> {
    let text = |of: &Value, way: &str| of.pointer(way).and_then(Value::as_str).unwrap_or_default().to_owned();
    let headers = |of: &Value| -> Vec<Pair> {
        let list = of.pointer("/headers").and_then(Value::as_array).into_iter().flatten();
        list.map(|pair| Pair { name: text(pair, "/name").to_ascii_lowercase(), value: text(pair, "/value") }).collect()
    };
    let request = entry.get("request").ok_or("an entry of this HAR file has no request")?;
    let asked = Asked {
        method: text(request, "/method"),
        target: text(request, "/url"),
        headers: headers(request),
        body: text(request, "/postData/text").into_bytes(),
    };
    let reply = entry.get("response").and_then(|response| {
        let status = response.get("status").and_then(Value::as_u64).and_then(|status| u16::try_from(status).ok())?;
        let body = text(response, "/content/text");
        // HAR 1.2, content.encoding.
        let body = match response.pointer("/content/encoding").and_then(Value::as_str) {
            Some("base64") => STANDARD.decode(body.as_bytes()).ok()?,
            _ => body.into_bytes(),
        };
        (100..=599).contains(&status).then(|| Reply { status, headers: headers(response), body })
    });
    Ok(Saved { request: Some(asked), reply })
}
