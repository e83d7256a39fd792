//! Everything that a host with a planted secret leaves behind, in one folder, and a search of it.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use lockgate_tests::scan;
use serde_json::json;

use crate::report::Planted;
use crate::world::{Channel, World};

/// The file that holds the secret on purpose, so that a search shows that it can find it.
const CONTROL: &str = "PLANTED-CONTROL-holds-the-secret.txt";

/// The common spellings of a secret.
pub(crate) fn spellings(secret: &str) -> Vec<String> {
    let percent = |upper: bool, all: bool| -> String {
        let escaped = |byte: u8| if upper { format!("%{byte:02X}") } else { format!("%{byte:02x}") };
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        secret
            .bytes()
            .map(|byte| if !all && plain(byte) { char::from(byte).to_string() } else { escaped(byte) })
            .collect()
    };
    let json = serde_json::to_string(secret).unwrap();
    let mut spelt = vec![
        secret.to_owned(),
        json.trim_matches('"').to_owned(),
        secret.replace('/', "\\/"),
        secret.chars().map(|c| format!("\\u{:04x}", u32::from(c))).collect(),
        secret.chars().map(|c| format!("&#{};", u32::from(c))).collect(),
        secret.chars().rev().collect(),
        hex::encode(secret),
        hex::encode_upper(secret),
        percent(true, false),
        percent(false, false),
        percent(true, true),
        percent(false, true),
    ];
    // In Base64 it looks different at each of three places, and its ends belong to its neighbours.
    for before in ["", "x", "xx"] {
        let text = format!("{before}{secret}");
        for encoded in [STANDARD_NO_PAD.encode(&text), URL_SAFE_NO_PAD.encode(&text)] {
            let begin = if before.is_empty() { 0 } else { 4 };
            let end = encoded.len() - encoded.len() % 4;
            spelt.push(encoded.get(begin..end).unwrap_or_default().to_owned());
        }
    }
    spelt.push(STANDARD.encode(secret));
    spelt.retain(|spelling| spelling.len() >= 8);
    spelt.sort();
    spelt.dedup();
    spelt
}

/// Writes everything into the folder; the host runs on.
pub(crate) async fn write(world: &World, channel: &Channel, folder: &Path) {
    std::fs::create_dir_all(folder).unwrap();
    let put = |name: &str, bytes: &[u8]| std::fs::write(folder.join(name), bytes).unwrap();
    // The guest's memory after it was told what a provider echoes, and as it answers.
    world.send(channel, "memory https://echo.test/echo/plain").await;
    for (number, arrived) in world.odd.all().iter().filter(|arrived| arrived.head.contains("/memory ")).enumerate() {
        put(&format!("guest-memory-sent-{number}.bin"), &arrived.body);
    }
    let answer = world.post(channel, &json!({ "do": "memory", "as": "memory-shown" })).await;
    put("guest-memory-answered.bin", &answer.body);
    put("metrics.txt", world.metrics().await.as_bytes());
    put("answers-of-hooks-and-messages.txt", world.answers.lock().unwrap().join("\n").as_bytes());
    let mut shown = String::new();
    for path in
        ["/plugins", "/apps", "/channels", "/inboxes", "/contacts", "/conversations", "/dead-letters", "/tokens"]
    {
        for item in world.api().all(path).await {
            shown.push_str(&format!("{item}\n"));
            let id = item["id"].as_str().unwrap_or_default();
            shown.push_str(&format!("{}\n", world.api().try_get(&format!("{path}/{id}")).await.body));
            if path == "/conversations" {
                shown.push_str(&format!("{}\n", json!(world.api().messages(id).await)));
            }
        }
    }
    for path in ["/nothing", "/channels/nothing", "/openapi.json"] {
        shown.push_str(&String::from_utf8_lossy(&world.api().try_get(path).await.bytes));
    }
    put("answers-of-the-api.txt", shown.as_bytes());
    copy(&world.host.plan().data_dir(), &folder.join("data"));
    // The log last: it has what all of this wrote.
    std::fs::copy(world.log_file(), folder.join("host.log")).unwrap();
    put(CONTROL, format!("This file holds the planted secret on purpose: {}\n", world.token).as_bytes());
}

fn copy(from: &Path, to: &Path) {
    for file in scan::files(from) {
        let there = to.join(file.strip_prefix(from).unwrap());
        std::fs::create_dir_all(there.parent().unwrap()).unwrap();
        std::fs::copy(&file, &there).unwrap();
    }
}

/// Searches the folder for every spelling of the secret.
pub(crate) fn search(secret: &str, folder: &Path) -> Planted {
    let spelt = spellings(secret);
    let holds = |bytes: &[u8]| spelt.iter().any(|spelling| scan::holds(bytes, spelling.as_bytes()));
    let found = scan::files(folder).into_iter().filter(|file| std::fs::read(file).is_ok_and(|bytes| holds(&bytes)));
    let mut found: Vec<String> =
        found.map(|file| file.strip_prefix(folder).unwrap_or(&file).display().to_string()).collect();
    let control_found = found.iter().any(|name| name == CONTROL);
    found.retain(|name| name != CONTROL);
    Planted { dump: folder.display().to_string(), control_file: CONTROL.into(), control_found, secret_found_in: found }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;

    #[test]
    fn a_secret_is_found_in_every_spelling() {
        let secret = "EAAS-hunted-8Zq/4c~Lw+91";
        for before in ["", "x", "xy", "xyz"] {
            let encoded = base64::engine::general_purpose::STANDARD.encode(format!("{before}{secret}:behind"));
            assert!(super::spellings(secret).iter().any(|spelling| encoded.contains(spelling.as_str())), "{before}");
        }
        assert!(!super::spellings(secret).iter().any(|spelling| "nothing here".contains(spelling.as_str())));
    }
}
