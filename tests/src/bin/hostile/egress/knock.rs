//! Requests that a guest writes itself, and what must come of them.

use serde_json::{Value, json};

use crate::case::{Case, Role, Seen, Turn, check};
use crate::world::Canary;

/// What the denial of what no rule covers says.
pub(super) const NO_RULE: &str = "no egress rule of the manifest covers it";
/// What the denial of an address in whatever spelling says.
pub(super) const ADDRESS: &str = "it is an address";
/// What the denial of a name with the root's dot says.
pub(super) const DOT: &str = "it ends with a dot";
/// What the denial of one label says.
pub(super) const SHORT: &str = "it is no full name";

/// One request. `{nonce}` and `{port}`, the canary's, may stand anywhere in it.
#[derive(Clone)]
pub(super) struct Knock {
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    body: String,
    repeat: usize,
    pad: usize,
    follow: bool,
    expected: Expected,
}

/// What must come of it.
#[derive(Clone, Copy)]
pub(super) enum Expected {
    /// An answer; of the canary it was seen to arrive.
    Answer,
    /// A code told to the guest, and the words of a denial in the host's log.
    Denied(&'static str, &'static str),
    /// A code told to the guest, of a request that may have left; nothing is denied.
    Broken(&'static str),
    /// The end of the whole call, with these words.
    End(&'static str),
    /// Not even written: the part of the request that was refused.
    Unusable(&'static str),
}

impl Knock {
    /// A GET that is answered.
    pub(super) fn get(url: &str) -> Self {
        Self {
            method: "GET".into(),
            url: url.into(),
            headers: Vec::new(),
            body: String::new(),
            repeat: 1,
            pad: 0,
            follow: false,
            expected: Expected::Answer,
        }
    }

    /// A POST with a body that is answered.
    pub(super) fn post(url: &str, media: &str, body: &str) -> Self {
        Self { body: body.into(), ..Self::get(url) }.method("POST").header("content-type", media)
    }

    pub(super) fn method(self, method: &str) -> Self {
        Self { method: method.into(), ..self }
    }

    pub(super) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Its body so often.
    pub(super) fn times(self, repeat: usize) -> Self {
        Self { repeat, ..self }
    }

    /// With a header of so many bytes.
    pub(super) fn padded(self, pad: usize) -> Self {
        Self { pad, ..self }
    }

    /// Going where a redirect leads, as a guest would.
    pub(super) fn following(self) -> Self {
        Self { follow: true, ..self }
    }

    /// Refused by the gate, which says so in the log with these words.
    pub(super) fn denied(self, words: &'static str) -> Self {
        self.refused("HttpRequestDenied", words)
    }

    /// Refused by the gate with another code.
    pub(super) fn refused(self, code: &'static str, words: &'static str) -> Self {
        Self { expected: Expected::Denied(code, words), ..self }
    }

    /// Let go, and ended by a bound.
    pub(super) fn broken(self, code: &'static str) -> Self {
        Self { expected: Expected::Broken(code), ..self }
    }

    /// Let go, and the end of the call.
    pub(super) fn ending(self, words: &'static str) -> Self {
        Self { expected: Expected::End(words), ..self }
    }

    /// Not to be written at all.
    pub(super) fn unusable(self, part: &'static str) -> Self {
        Self { expected: Expected::Unusable(part), ..self }
    }

    /// As the guest takes it.
    fn written(&self, turn: &Turn<'_>) -> Value {
        let port = turn.world.canary.address().port().to_string();
        let fill = |text: &str| text.replace("{nonce}", &turn.nonce).replace("{port}", &port);
        let url = fill(&self.url);
        let (scheme, rest) = url.split_once("://").unwrap_or(("https", &url));
        let (authority, path) = rest.find('/').map_or((rest, "/"), |slash| rest.split_at(slash));
        let headers: Vec<(String, String)> =
            self.headers.iter().map(|(name, value)| (fill(name), fill(value))).collect();
        json!({
            "method": self.method, "scheme": scheme, "authority": authority, "path": path, "headers": headers,
            "body": fill(&self.body), "repeat": self.repeat, "pad": self.pad, "follow": self.follow,
        })
    }
}

/// A case about what leaves: both sides are requests of one call, the last of which is the one that counts and holds the nonce.
pub(super) fn case(name: &str, about: &'static str, attack: Vec<Knock>, control: Vec<Knock>) -> Case {
    let play = async move |turn: &Turn<'_>| play(turn, turn.pick(&attack, &control)).await;
    Case::new("egress", name, about, play).knocking()
}

/// [`case`] with one request on each side.
pub(super) fn pair(name: &str, about: &'static str, attack: Knock, control: Knock) -> Case {
    case(name, about, vec![attack], vec![control])
}

/// Has the guest make the requests, and holds what came of each against what must.
pub(super) async fn play(turn: &Turn<'_>, knocks: &[Knock]) -> Seen {
    let since = turn.world.log_end();
    let written: Vec<Value> = knocks.iter().map(|knock| knock.written(turn)).collect();
    let told = turn.world.wire(turn.channel, &written).await;
    if let [Knock { expected: Expected::End(words), .. }] = knocks {
        let ended = told.as_ref().is_err_and(|seen| seen.contains(words));
        check(ended, || format!("the call came to {told:?}"))?;
        return arrived(turn);
    }
    let told = told?;
    check(told.len() == knocks.len(), || format!("{} of {} requests were told of", told.len(), knocks.len()))?;
    let mut denials = turn.world.denials(turn.channel, since).into_iter();
    for (knock, told) in knocks.iter().zip(&told) {
        let how = || format!("{} {}: the guest was told {}", knock.method, knock.url, brief(told));
        match knock.expected {
            Expected::Answer => check(answered(turn, told), how)?,
            Expected::End(_) => check(false, how)?,
            Expected::Unusable(part) => check(told["unusable"] == part, how)?,
            Expected::Broken(code) => check(is_code(told, code), how)?,
            Expected::Denied(code, words) => {
                check(is_code(told, code), how)?;
                let (what, _) = denials.next().unwrap_or_default();
                check(what.contains(words), || format!("{}: the log says {what:?}", how()))?;
            }
        }
    }
    let more: Vec<_> = denials.collect();
    check(more.is_empty(), || format!("the log says more: {more:?}"))?;
    arrived(turn)
}

/// The canary's books: nothing of an attack, and of a control its nonce.
pub(super) fn arrived(turn: &Turn<'_>) -> Seen {
    let Canary::Own(canary) = &turn.world.canary else { return Ok(()) };
    let there = canary.holding(&turn.nonce);
    match turn.role {
        Role::Attack => check(there.is_empty(), || format!("it arrived: {}", there[0].head)),
        Role::Control => check(!there.is_empty(), || "it never arrived".into()),
    }
}

/// Of the caller's server any answer shows that it was reached.
fn answered(turn: &Turn<'_>, told: &Value) -> bool {
    match (told["status"].as_u64(), &turn.world.canary) {
        (Some(status), Canary::Own(_)) => status < 400,
        (Some(_), Canary::Theirs(_)) => true,
        (None, _) => false,
    }
}

/// Whether a guest was told this code of `wasi:http`, or one of several, whatever details it has.
fn is_code(told: &Value, code: &str) -> bool {
    let given = told["error"].as_str().unwrap_or_default();
    let name = given.split(['(', ' ']).next().unwrap_or_default();
    let name = name.rsplit("::").next().unwrap_or_default();
    code.split('|').any(|code| code == name)
}

fn brief(told: &Value) -> String {
    told.to_string().chars().take(300).collect()
}
