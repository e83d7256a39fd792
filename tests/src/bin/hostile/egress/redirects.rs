//! Redirects of every status. The host follows none; a guest that goes where one leads is judged like any other request.

use super::knock::{ADDRESS, Knock, NO_RULE, pair};
use crate::case::Case;

/// Every status that leads elsewhere.
const STATUSES: [u16; 5] = [301, 302, 303, 307, 308];

pub(super) fn cases() -> Vec<Case> {
    let led = |status: u16, to: &str| {
        Knock::get(&format!("https://odd.test/redirect/{status}")).header("x-to", to).following()
    };
    let granted = "https://canary.test/ok/{nonce}";
    let mut cases = Vec::new();
    for status in STATUSES {
        cases.push(pair(
            &format!("redirect-{status}-to-loopback"),
            "a redirect to a private address",
            led(status, "https://127.0.0.1:{port}/ok/{nonce}").denied(ADDRESS),
            led(status, granted),
        ));
    }
    cases.extend([
        pair(
            "redirect-to-loopback-by-name",
            "a redirect to a private address, at the ordinary port",
            led(302, "https://127.0.0.1/ok/{nonce}").denied(ADDRESS),
            led(302, granted),
        ),
        pair(
            "redirect-to-http",
            "a redirect to another scheme",
            led(302, "http://canary.test/ok/{nonce}").denied("only https addresses"),
            led(302, granted),
        ),
        pair(
            "redirect-to-a-file",
            "a redirect to another scheme",
            led(302, "file://canary.test/ok/{nonce}").denied("only https addresses"),
            led(302, granted),
        ),
        pair(
            "redirect-to-a-host-not-granted",
            "a redirect away from what was granted",
            led(307, "https://evil.test/ok/{nonce}").denied(NO_RULE),
            led(307, granted),
        ),
        pair(
            "redirect-to-a-path-not-granted",
            "a redirect to another path of a granted host",
            led(308, "https://canary.test/secret/{nonce}").denied(NO_RULE),
            led(308, granted),
        ),
    ]);
    cases
}
