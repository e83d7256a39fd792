//! Asks for answers that mint secrets and tries to get at one: in the answer itself, in a later one, by its handle, in its log and
//! its last words.

use lockgate_sdk::{Fault, Outcome, http, log};

const PROVIDER: &str = "https://provider.example.com";

/// `mint /mint/pages /look/{handle}`: one request after the other, `{handle}` being the first that was handed out so far.
pub(crate) fn send(case: &str, argument: &str) -> Option<Outcome> {
    if !matches!(case, "mint" | "mint-log" | "mint-panic" | "mint-part") {
        return None;
    }
    let mut handle = "none".to_owned();
    let mut found = String::new();
    for path in argument.split(' ') {
        let url = format!("{PROVIDER}{}", path.replace("{handle}", &handle));
        let request = match path.starts_with("/mint") {
            true if case == "mint-part" => http::Request::get(url).header("range", "bytes=10-"),
            true => http::Request::get(url),
            // Wherever a text can stand in a request.
            false => http::Request::post(url)
                .header("x-handle", handle.clone())
                .json(&serde_json::json!({ "handle": handle, "bearer": format!("Bearer {handle}") })),
        };
        let text = match request.send() {
            Ok(answer) => format!("{} {:?} {}\n", answer.status, answer.headers, String::from_utf8_lossy(&answer.body)),
            Err(error) => format!("{error}\n"),
        };
        if let (true, Some(at)) = (handle == "none", text.find("captured:")) {
            handle = text.chars().skip(text.get(..at).map_or(0, |before| before.chars().count())).take(41).collect();
        }
        found.push_str(&text);
    }
    match case {
        "mint-log" => {
            log::info(&found, &[("found", &found)]);
            println!("{found}");
        }
        "mint-panic" => crate::token::shout(&found),
        _ => {}
    }
    Some(Outcome::Failed(Fault::rejected(None, found)))
}
