//! The headers in which the Graph API tells how much of a caller's budget is used.

use http::HeaderValue;
use http::header::HeaderMap;
use serde_json::json;

/// Calls in 24 hours that count as 100 %: 200 for each of 240 engaged people.
const DAILY_CALLS: u64 = 48_000;

/// Adds the usage headers. A throttled answer shows a full budget and when it opens again.
pub(crate) fn add(headers: &mut HeaderMap, page_id: &str, calls: u64, regain_minutes: Option<u32>) {
    let percent = if regain_minutes.is_some() { 100 } else { (calls.saturating_mul(100) / DAILY_CALLS).min(99) };
    let use_ = json!({"call_count": percent, "total_cputime": percent / 2, "total_time": percent / 2});
    let business = json!({page_id: [{
        "type": "messenger",
        "call_count": percent,
        "total_cputime": percent / 2,
        "total_time": percent / 2,
        "estimated_time_to_regain_access": regain_minutes.unwrap_or(0),
    }]});
    for (name, value) in [("x-app-usage", &use_), ("x-page-usage", &use_), ("x-business-use-case-usage", &business)] {
        if let Ok(value) = HeaderValue::from_str(&value.to_string()) {
            headers.insert(name, value);
        }
    }
}
