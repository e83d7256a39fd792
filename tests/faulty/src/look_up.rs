//! Who keeps a pigeon: `{"name": …, "nick": …}` of one keeper.

use lockgate_sdk::http::{Request, Response, SendError};
use lockgate_sdk::{Directory, Fault, Identity, RateLimited};
use serde_json::Value;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::{Pigeon, has};

impl Directory for Pigeon {
    fn profile(key: String, _: Option<String>) -> Result<Option<Identity>, Fault> {
        let answer = Request::get(format!("https://api.pigeon.example/keepers/{key}")).send();
        let answer = answer.map_err(SendError::into_fault)?;
        match answer.status {
            404 => return Ok(None),
            500.. if has("takes-5xx-for-nobody") => return Ok(None),
            401 if has("takes-401-for-nobody") => return Ok(None),
            429 if has("forgets-how-long-to-wait") => {
                return Err(Fault::RateLimited(RateLimited { retry_after: None, bucket: "loft".into() }));
            }
            _ => {}
        }
        if let Some(fault) = answer.fault("loft") {
            return Err(fault);
        }
        keeper(key, &answer)
    }
}

fn keeper(key: String, answer: &Response) -> Result<Option<Identity>, Fault> {
    let told: Value = match answer.json() {
        Ok(told) => told,
        Err(_) if has("finds-what-it-cannot-read") => return Ok(Some(Identity::contact(key))),
        Err(error) => return Err(Fault::Malformed(error.to_string())),
    };
    let Some(keeper) = told.as_object() else {
        return Err(Fault::Malformed("this tells of nobody".into()));
    };
    if has("wants-two-fields-only") && keeper.len() > 2 {
        return Err(Fault::Malformed("there is more in it".into()));
    }
    let text = |field: &str| keeper.get(field).and_then(Value::as_str).map(str::to_owned);
    let mut name = text("name");
    if has("cuts-names") {
        name = name.map(|name| name.chars().take(20).collect());
    }
    if has("names-keepers-by-the-clock") {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map(|now| now.as_millis()).unwrap_or_default();
        name = name.map(|name| format!("{name} {now}"));
    }
    let key = if has("tells-of-another-keeper") { format!("{key}-2") } else { key };
    Ok(Some(Identity { name, username: text("nick"), ..Identity::contact(key) }))
}
