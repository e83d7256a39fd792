//! Answers without end, without measure or without manners, and calls that make too many requests.

use super::knock::{Knock, arrived, case, play};
use crate::case::{Case, Role, Seen, Turn, check};

/// Answers that are cut off, and the code that the guest is told.
const UNMANNERLY: [(&str, &str, &str); 9] = [
    ("answer-without-end", "endless/x", "HttpResponseBodySize"),
    ("answer-packed-gzip", "packed/gzip", "HttpResponseContentCoding"),
    ("answer-packed-deflate", "packed/deflate", "HttpResponseContentCoding"),
    ("answer-packed-br", "packed/br", "HttpResponseContentCoding"),
    ("answer-packed-twice", "packed/identity,gzip", "HttpResponseContentCoding"),
    ("answer-many-headers", "headers/200", "ConnectionTerminated"),
    ("answer-long-header", "long-header/102400", "HttpResponseHeaderSectionSize"),
    ("answer-broken-off", "broken-off/x", "HttpResponseIncomplete"),
    ("answer-of-two-lengths", "two-lengths/x", "ConnectionTerminated"),
];

/// Answers that take all the time that a call has, and a little more.
const SLOW: [(&str, &str); 3] = [
    ("answer-slow-body", "trickle/x"),
    ("answer-that-never-comes", "silence/x"),
    ("answer-of-interim-answers", "interim/x"),
];

pub(super) fn cases() -> Vec<Case> {
    let granted = || Knock::get("https://canary.test/ok/{nonce}");
    let well = || Knock::get("https://odd.test/well/x/{nonce}");
    let unmannerly = UNMANNERLY.iter().map(|(name, path, code)| {
        let attack = Knock::get(&format!("https://odd.test/{path}/{{nonce}}")).broken(code);
        // The same server answering well, and the canary.
        case(name, "an answer that is not as it should be", vec![attack], vec![well(), granted()])
    });
    let mut cases: Vec<Case> = unmannerly.collect();
    cases.extend(SLOW.iter().map(|(name, path)| {
        let attack =
            Knock::get(&format!("https://odd.test/{path}/{{nonce}}")).ending("the plugin took longer than it may");
        case(name, "an answer that does not come to its end", vec![attack], vec![well(), granted()])
    }));
    let earlier = || Knock::get("https://canary.test/ok/earlier");
    let large = |times: usize| Knock::post("https://canary.test/ok", "text/plain", &"x{nonce}".repeat(16)).times(times);
    cases.extend([
        case(
            "too-many-requests",
            "more requests than one call may make",
            vec![earlier(), earlier(), earlier(), earlier(), granted().denied("as many requests as it may")],
            vec![earlier(), earlier(), earlier(), granted()],
        ),
        Case::new("egress", "too-many-requests-a-minute", "more requests than a channel may make in a minute", paced)
            .knocking(),
        case(
            "request-too-large",
            "a body of more than 32 MiB",
            vec![large(57_000).broken("HttpRequestBodySize")],
            vec![large(1_000)],
        ),
        case(
            "certificate-of-another-name",
            "a server that is not who it should be",
            vec![Knock::get("https://misnamed.test/well/{nonce}").broken("ConnectionRefused")],
            vec![well(), granted()],
        ),
        case(
            "certificate-of-nobody",
            "a server that nobody vouches for",
            vec![Knock::get("https://untrusted.test/well/{nonce}").broken("ConnectionRefused")],
            vec![well(), granted()],
        ),
        Case::new("egress", "proxy-of-the-environment", "a proxy that the host's environment names", proxy).knocking(),
    ]);
    cases
}

/// A name that leads nowhere would reach a proxy, which looks names up itself.
async fn proxy(turn: &Turn<'_>) -> Seen {
    match turn.role {
        Role::Attack => {
            let knock = Knock::get("https://nowhere.canary.test/ok/{nonce}").broken("DestinationUnavailable");
            play(turn, &[knock]).await?;
            let proxied = turn.world.proxied.lock().unwrap();
            check(proxied.is_empty(), || format!("the proxy was asked: {proxied:?}"))
        }
        Role::Control => {
            play(turn, &[Knock::get("https://sub.canary.test/ok/{nonce}")]).await?;
            arrived(turn)
        }
    }
}

/// A plugin that may make three requests in a minute.
async fn paced(turn: &Turn<'_>) -> Seen {
    turn.world.install_as("paced", "requests_per_minute = 3\n").await;
    let channel = turn.world.connect("paced", &turn.nonce).await;
    let earlier = || Knock::get("https://canary.test/ok/earlier");
    let last = Knock::get("https://canary.test/ok/{nonce}");
    let knocks = match turn.role {
        Role::Attack => vec![earlier(), earlier(), earlier(), last.refused("ConnectionLimitReached", "in this minute")],
        Role::Control => vec![earlier(), earlier(), last],
    };
    play(&Turn { channel: &channel, nonce: turn.nonce.clone(), ..*turn }, &knocks).await
}
