//! Places where the host writes a credential: a guest's own value there, under whatever spelling, ends the request.

use super::knock::{Knock, NO_RULE, case, pair};
use crate::case::Case;

/// What the log says of a value of the guest's own.
const WRITES: &str = "where the host writes a credential";

const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";

pub(super) fn cases() -> Vec<Case> {
    let header = || Knock::get("https://canary.test/header/{nonce}");
    let query = |query: &str| Knock::get(&format!("https://canary.test/query/{{nonce}}{query}"));
    let form = |body: &str| Knock::post("https://canary.test/form/{nonce}", FORM, body);
    let json = |body: &str| Knock::post("https://canary.test/json/{nonce}", JSON, body);
    let earlier = || Knock::get("https://canary.test/header/earlier");
    let own = "a guest's own value in a credential's place";
    vec![
        pair("own-header", own, header().header("x-token", "mine").denied(WRITES), header().header("x-other", "mine")),
        pair(
            "own-header-mixed-case",
            own,
            header().header("X-Token", "mine").denied(WRITES),
            header().header("X-Other", "mine"),
        ),
        pair(
            "own-header-underscore",
            own,
            header().header("x_token", "mine").denied(WRITES),
            header().header("x_other", "mine"),
        ),
        pair("own-query", own, query("?access_token=mine").denied(""), query("?other_token=mine")),
        pair("own-query-encoded", own, query("?ACCESS%5Ftoken=mine").denied(""), query("?OTHER%5Ftoken=mine")),
        pair("own-query-array", own, query("?access_token%5B%5D=mine").denied(""), query("?other_token%5B%5D=mine")),
        pair(
            "own-query-behind-semicolon",
            own,
            query("?a=b;access_token=mine").denied(""),
            query("?a=b;other_token=mine"),
        ),
        pair("own-form-field", own, form("token=mine&a=b").denied(""), form("tokens=mine&a=b")),
        pair("own-form-field-encoded", own, form("a=b&tok%65n=mine").denied(""), form("a=b&tok%65ns=mine")),
        pair(
            "own-form-of-another-type",
            "a body that is no form",
            Knock::post("https://canary.test/form/{nonce}", "text/plain", "a=b").denied(""),
            form("a=b"),
        ),
        pair(
            "own-json-field",
            own,
            json(r#"{"auth":{"token":"mine"}}"#).denied(""),
            json(r#"{"auth":{"other":"mine"}}"#),
        ),
        pair(
            "own-json-field-escaped",
            own,
            json(r#"{"auth":{"tok\u0065n":"mine"}}"#).denied(""),
            json(r#"{"auth":{"tok\u0065ns":"mine"}}"#),
        ),
        pair(
            "own-json-field-doubled",
            "a field that each side reads differently",
            json(r#"{"auth":{"a":1},"auth":{"b":2}}"#).denied(""),
            json(r#"{"auth":{"a":1},"other":{"b":2}}"#),
        ),
        pair(
            "own-path-segment",
            own,
            Knock::get("https://canary.test/botmine/{nonce}").denied("leave its segment out"),
            Knock::get("https://canary.test/{nonce}"),
        ),
        pair(
            "part-of-an-echo",
            "a part of an answer, which could hold a part of a credential",
            header().header("range", "bytes=0-3").denied("is not a plugin's to set"),
            header(),
        ),
        pair(
            "method-in-the-query",
            "another method by a field that frameworks read",
            query("?_method=DELETE").denied(""),
            query("?method_of_payment=card"),
        ),
        case(
            "credential-of-another-rule",
            "a credential taken along to a path of a rule that has none",
            vec![earlier(), Knock::get("https://canary.test/header/{nonce}/more").denied(NO_RULE)],
            vec![earlier(), header()],
        ),
    ]
}
