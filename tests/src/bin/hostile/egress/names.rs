//! Hosts and methods that no granted rule covers, however much they look like one that is.

use super::knock::{Knock, NO_RULE, pair, play};
use crate::case::{Case, Role, Seen, Turn, check};

pub(super) fn cases() -> Vec<Case> {
    let granted = || Knock::get("https://canary.test/ok/{nonce}");
    let below = || Knock::get("https://sub.canary.test/ok/{nonce}");
    vec![
        Case::new("egress", "not-granted", "a rule of the manifest that the admin did not grant", ungranted).knocking(),
        pair("other-host", "a host of no rule", Knock::get("https://evil.test/ok/{nonce}").denied(NO_RULE), granted()),
        pair(
            "suffix-look-alike",
            "a granted name as the beginning of another",
            Knock::get("https://canary.test.evil.test/ok/{nonce}").denied(NO_RULE),
            granted(),
        ),
        pair(
            "prefix-look-alike",
            "a granted name as the end of another's label",
            Knock::get("https://evilcanary.test/ok/{nonce}").denied(NO_RULE),
            granted(),
        ),
        pair(
            "wildcard-within-a-label",
            "*.canary.test without the dot",
            Knock::get("https://sub-canary.test/ok/{nonce}").denied(NO_RULE),
            below(),
        ),
        pair(
            "wildcard-with-an-empty-label",
            "*.canary.test with nothing before the dot",
            Knock::get("https://.canary.test/ok/{nonce}").denied("it is no host name"),
            below(),
        ),
        pair(
            "look-alike-letters",
            "a name of Cyrillic letters",
            Knock::get("https://\u{441}anary.test/ok/{nonce}").unusable("authority"),
            granted(),
        ),
        pair(
            "look-alike-letters-encoded",
            "the same name as IDNA writes it",
            Knock::get("https://xn--anary-0ye.test/ok/{nonce}").denied(NO_RULE),
            Knock::get("https://CANARY.test/ok/{nonce}"),
        ),
        pair("method-not-granted", "a method of no rule", granted().method("DELETE").denied(NO_RULE), granted()),
        pair(
            "method-in-lower-case",
            "a granted method in lower case",
            granted().method("get").denied(NO_RULE),
            granted().method("GET"),
        ),
        pair("method-connect", "a method that makes a tunnel", granted().method("CONNECT").denied(NO_RULE), granted()),
        pair(
            "method-with-a-line-in-it",
            "a request within the method",
            granted().method("GET /secret HTTP/1.1\r\nx: ").unusable("method"),
            granted(),
        ),
    ]
}

/// The denial names the grant to the admin; the guest is told nothing but that it was denied.
async fn ungranted(turn: &Turn<'_>) -> Seen {
    let since = turn.world.log_end();
    let knock = match turn.role {
        Role::Attack => Knock::get("https://canary.test/ungranted/{nonce}").denied("is not granted"),
        Role::Control => Knock::get("https://canary.test/ok/{nonce}"),
    };
    play(turn, &[knock]).await?;
    let grants: Vec<String> = turn.world.denials(turn.channel, since).into_iter().map(|(_, grant)| grant).collect();
    let expected: &[&str] = turn.pick(&["ungranted"], &[]);
    check(grants == expected, || format!("the log names the grants {grants:?}"))
}
