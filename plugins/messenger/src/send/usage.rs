//! How long Facebook wants to be left alone, by the headers in which it counts what it was asked.

use lockgate_sdk::http::Response;
use serde_json::Value;

/// The headers, each a JSON object of percentages; the wait in them is in minutes.
const HEADERS: [&str; 3] = ["x-business-use-case-usage", "x-page-usage", "x-app-usage"];
/// The key of the wait.
const WAIT: &str = "estimated_time_to_regain_access";

/// The longest wait that any header names, in milliseconds; none where none does.
pub(super) fn retry_after(response: &Response) -> Option<u64> {
    let usages = HEADERS.iter().filter_map(|name| response.header(name));
    let waits = usages.filter_map(|text| serde_json::from_str::<Value>(text).ok()).filter_map(|usage| longest(&usage));
    let minutes = waits.max().filter(|minutes| *minutes > 0);
    minutes.and_then(|minutes| minutes.checked_mul(60_000)).or_else(|| response.retry_after())
}

/// The longest wait in a value: the headers nest it below ids and in lists.
fn longest(usage: &Value) -> Option<u64> {
    match usage {
        Value::Object(members) => {
            let own = members.get(WAIT).and_then(Value::as_u64);
            members.values().filter_map(longest).chain(own).max()
        }
        Value::Array(elements) => elements.iter().filter_map(longest).max(),
        _ => None,
    }
}
