//! Everything that a host with a planted secret leaves behind, in one folder, and a search of it.

use std::path::Path;

use lockgate_tests::exhibits::Exhibits;
use lockgate_tests::scan;
use serde_json::json;

use crate::report::Planted;
use crate::world::{Channel, World};

/// The file that holds the secret on purpose, so that a search shows that it can find it.
const CONTROL: &str = "PLANTED-CONTROL-holds-the-secret.txt";

/// Whether a text shows a secret in any spelling.
pub(crate) fn shows(text: &str, secret: &str) -> bool {
    let mut exhibits = Exhibits::default();
    exhibits.add_any("text", text);
    !exhibits.holding(secret).is_empty()
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

/// Without the vault's key, which nobody needs who searches.
fn copy(from: &Path, to: &Path) {
    let files = scan::files(from).into_iter().filter(|file| file.extension().is_none_or(|kind| kind != "key"));
    for file in files {
        let there = to.join(file.strip_prefix(from).unwrap());
        std::fs::create_dir_all(there.parent().unwrap()).unwrap();
        std::fs::copy(&file, &there).unwrap();
    }
}

/// Searches the folder for the secret in every spelling.
pub(crate) fn search(secret: &str, folder: &Path) -> Planted {
    let mut exhibits = Exhibits::default();
    for file in scan::files(folder) {
        let name = file.strip_prefix(folder).unwrap_or(&file).display().to_string();
        exhibits.add_any(name, std::fs::read(&file).unwrap());
    }
    let (control, found): (Vec<&str>, Vec<&str>) =
        exhibits.holding(secret).into_iter().partition(|name| *name == CONTROL);
    Planted {
        dump: folder.display().to_string(),
        control_file: CONTROL.into(),
        control_found: !control.is_empty(),
        secret_found_in: found.into_iter().map(str::to_owned).collect(),
    }
}
