//! Private addresses in every spelling, and other ports and schemes. The control calls the same server by the name that is granted.

use super::knock::{ADDRESS, DOT, Knock, NO_RULE, SHORT, case, pair};
use crate::case::Case;

/// How a spelling is refused.
#[derive(Clone, Copy)]
enum Refused {
    /// By the gate, which says why.
    Said(&'static str),
    /// It cannot stand in a request.
    Unusable,
}

use Refused::{Said, Unusable};

/// Every spelling of an address of this machine or of its neighbourhood.
const SPELLINGS: [(&str, &str, Refused); 28] = [
    ("loopback", "127.0.0.1", Said(ADDRESS)),
    ("loopback-decimal", "2130706433", Said(ADDRESS)),
    ("loopback-octal", "0177.0.0.1", Said(ADDRESS)),
    ("loopback-octal-whole", "017700000001", Said(ADDRESS)),
    ("loopback-hex", "0x7f000001", Said(ADDRESS)),
    ("loopback-hex-mixed-case", "0X7F.0x0.0.1", Said(ADDRESS)),
    ("loopback-short", "127.1", Said(ADDRESS)),
    ("loopback-padded", "127.000.000.001", Said(ADDRESS)),
    ("loopback-trailing-dot", "127.0.0.1.", Said(DOT)),
    ("loopback-percent-encoded", "%31%32%37.0.0.1", Unusable),
    ("loopback-full-width-digits", "１２７.０.０.１", Unusable),
    ("loopback-full-width-dots", "127。0。0。1", Unusable),
    ("loopback-circled-digits", "①②⑦.⓪.⓪.①", Unusable),
    ("loopback-v6", "[::1]", Said(ADDRESS)),
    ("loopback-v6-whole", "[0:0:0:0:0:0:0:1]", Said(ADDRESS)),
    ("loopback-v6-mapped", "[::ffff:127.0.0.1]", Said(ADDRESS)),
    ("loopback-v6-mapped-hex", "[::ffff:7f00:1]", Said(ADDRESS)),
    ("loopback-v6-compatible", "[::127.0.0.1]", Said(ADDRESS)),
    ("loopback-nat64", "[64:ff9b::7f00:1]", Said(ADDRESS)),
    ("loopback-6to4", "[2002:7f00:1::]", Said(ADDRESS)),
    ("link-local-zone-id", "[fe80::1%25lo]", Said(ADDRESS)),
    ("any-address", "0.0.0.0", Said(ADDRESS)),
    ("any-address-v6", "[::]", Said(ADDRESS)),
    ("metadata", "169.254.169.254", Said(ADDRESS)),
    ("private-network", "192.168.0.1", Said(ADDRESS)),
    ("carrier-network", "100.64.0.1", Said(ADDRESS)),
    ("localhost", "localhost", Said(SHORT)),
    ("localhost-mixed-case", "LocalHost", Said(SHORT)),
];

pub(super) fn cases() -> Vec<Case> {
    let granted = || Knock::get("https://canary.test/ok/{nonce}");
    let spelt = SPELLINGS.iter().map(|(name, host, refused)| {
        // At the canary's own port, and at the ordinary one.
        let attack = [":{port}", ""].map(|port| {
            let knock = Knock::get(&format!("https://{host}{port}/ok/{{nonce}}"));
            match refused {
                Said(words) => knock.denied(words),
                Unusable => knock.unusable("authority"),
            }
        });
        case(name, "another spelling of a private address", attack.into(), vec![granted()])
    });
    let mut cases: Vec<Case> = spelt.collect();
    cases.extend([
        pair(
            "userinfo-before-loopback",
            "a granted name before the @ of a private address",
            Knock::get("https://canary.test@127.0.0.1:{port}/ok/{nonce}").denied("with a user name"),
            granted(),
        ),
        pair(
            "userinfo-with-password",
            "a user name and a password in the address",
            Knock::get("https://user:password@canary.test/ok/{nonce}").denied("with a user name"),
            granted(),
        ),
        pair(
            "backslash-before-loopback",
            "a granted name before a backslash",
            Knock::get(r"https://canary.test\@127.0.0.1/ok/{nonce}").unusable("authority"),
            granted(),
        ),
        pair(
            "fragment-before-loopback",
            "a granted name before a #",
            Knock::get("https://canary.test#@127.0.0.1/ok/{nonce}").unusable("authority"),
            granted(),
        ),
        pair(
            "trailing-dot",
            "the dot at the end of a granted name",
            Knock::get("https://canary.test./ok/{nonce}").denied(DOT),
            granted(),
        ),
        pair(
            "other-port",
            "another port of a granted name",
            Knock::get("https://canary.test:{port}/ok/{nonce}").denied(NO_RULE),
            Knock::get("https://canary.test:443/ok/{nonce}"),
        ),
        pair(
            "port-out-of-range",
            "a port that wraps around to 443",
            Knock::get("https://canary.test:65979/ok/{nonce}").denied("its port is not written"),
            Knock::get("https://canary.test:443/ok/{nonce}"),
        ),
        pair(
            "plain-http",
            "http without TLS",
            Knock::get("http://canary.test/ok/{nonce}").denied("only https addresses"),
            granted(),
        ),
        pair(
            "other-scheme",
            "another scheme",
            Knock::get("ftp://canary.test/ok/{nonce}").denied("only https addresses"),
            granted(),
        ),
    ]);
    cases
}
