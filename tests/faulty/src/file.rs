//! The picture that came with a letter, by the name that the letter gave it.

use std::time::{SystemTime, UNIX_EPOCH};

use lockgate_sdk::http::{Request, SendError};
use lockgate_sdk::{Fault, MediaFetcher, RateLimited, media};

use crate::{Pigeon, has};

impl MediaFetcher for Pigeon {
    fn fetch(deferred: String) -> Result<String, Fault> {
        if has("file-trusts-its-name") {
            deferred.split_once('-').expect("a kind before the number").1.parse::<u64>().expect("a number");
        }
        let answer = Request::get(format!("https://api.pigeon.example/pictures/{deferred}")).send();
        let answer = answer.map_err(SendError::into_fault)?;
        match answer.status {
            429 if has("file-waits-as-it-likes") => {
                return Err(Fault::RateLimited(RateLimited { retry_after: Some(1), bucket: "loft".into() }));
            }
            503 if has("file-takes-503-for-gone") => return Err(Fault::Gone("down".into())),
            401 if has("file-takes-401-for-gone") => return Err(Fault::Gone("not ours".into())),
            404 | 410 if has("file-waits-for-what-is-gone") => return Err(Fault::passing("not there yet", None)),
            _ => {}
        }
        if let Some(fault) = answer.fault("loft") {
            return Err(fault);
        }
        if has("file-is-never-empty") {
            let _: u8 = *answer.body.first().expect("a byte");
        }
        let mut bytes = answer.body;
        if has("file-is-kept-as-text") {
            bytes.retain(|byte| byte.is_ascii() && !byte.is_ascii_control());
        }
        if has("file-is-stamped") {
            let now = SystemTime::now().duration_since(UNIX_EPOCH).map(|now| now.as_millis()).unwrap_or_default();
            bytes.extend(now.to_string().bytes());
        }
        let kept = media::keep(&bytes, Some("picture.txt"));
        if has("file-fits-always") {
            return Ok(kept.expect("it fits"));
        }
        Ok(kept?)
    }
}
