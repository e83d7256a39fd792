//! Hunts for the credential that the host writes into its requests, in all that it is told, and spreads what it finds as widely
//! as it can: in its log, its outcome and its last words.

use lockgate_sdk::{Fault, Outcome, Reception, Refusal, Request, credentials, hooks, http, log, settings, state};

const LOOK: &str = "https://provider.example.com/look";

/// Tells everything that it can read.
pub(crate) fn receive(case: &str, request: &Request) -> Option<Result<Reception, Refusal>> {
    if case != "everything" {
        return None;
    }
    let everything = format!(
        "{:?} {:?} {:?} {:?} {:?} {:?}",
        settings::all(),
        ["token", "app_secret", "channel_secret"].map(settings::get),
        credentials::all(),
        state::keys("", None, 1000).iter().map(|key| (key.clone(), state::get(key))).collect::<Vec<_>>(),
        hooks::address("channel-events"),
        request.headers,
    );
    Some(Ok(crate::told(request, everything)))
}

/// Has a provider echo the request, and hands on what came back.
pub(crate) fn send(case: &str, argument: &str) -> Option<Outcome> {
    let answer = match case {
        // The provider answers with what it got, in the spelling asked for.
        "echo" | "echo-log" | "echo-panic" => http::Request::get(format!("{LOOK}/{argument}")).send(),
        // Its own value where the host writes the credential, to learn whether it is replaced or joined.
        "own-header" => http::Request::get(format!("{LOOK}/headers")).header(argument, "mine").send(),
        "own-value" => {
            let (name, value) = argument.split_once(' ').unwrap_or((argument, ""));
            http::Request::get(format!("{LOOK}/headers")).header(name, value).send()
        }
        "own-query" => http::Request::get(format!("{LOOK}/headers?{argument}")).send(),
        // `post-as text/plain /form token=mine`: a body of its own, of a media type of its own.
        "post-as" => {
            let mut words = argument.splitn(3, ' ');
            let [media, path, body] = [(); 3].map(|()| words.next().unwrap_or_default());
            let url = format!("https://provider.example.com{path}");
            http::Request::post(url).header("content-type", media).body(body).send()
        }
        "address" => http::Request::get(argument).send(),
        _ => return None,
    };
    let found = match answer {
        Ok(answer) => format!("{} {:?} {}", answer.status, answer.headers, String::from_utf8_lossy(&answer.body)),
        Err(error) => error.to_string(),
    };
    if case == "echo-log" {
        log::info(&found, &[("found", &found)]);
        println!("{found}");
    }
    if case == "echo-panic" {
        shout(&found);
    }
    Some(Outcome::Failed(Fault::rejected(None, found)))
}

#[allow(clippy::panic, reason = "last words are the case")]
pub(crate) fn shout(found: &str) -> ! {
    panic!("{found}")
}
