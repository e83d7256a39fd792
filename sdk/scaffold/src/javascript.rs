//! A project in JavaScript.

use crate::{Ability, File, VENDOR, Wish, manifest, quoted, vendored};

/// The SDK's sources and the contract, by their paths in the repository.
static SDK: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/javascript_files.rs"));

/// All files of the project.
#[must_use]
pub fn project(wish: &Wish) -> Vec<File> {
    let sdk = wish.sdk.clone().unwrap_or_else(|| format!("{VENDOR}/sdk/js"));
    let mut files = manifest::files(wish, true);
    files.push(wish.file(".gitignore", include_str!("../template/javascript/gitignore")));
    let package = include_str!("../template/javascript/package.json.txt").replace("{{sdk}}", &quoted(&sdk));
    files.push(wish.file("package.json", &package));
    files.push(wish.file("README.md", &manifest::readme(wish, include_str!("../template/javascript/README.md.txt"))));
    let modules = [
        (Ability::Connector, "check", "check", include_str!("../template/javascript/src/check.js.txt")),
        (Ability::Ingress, "receive", "receive", include_str!("../template/javascript/src/receive.js.txt")),
        (Ability::Sender, "send", "preview, send", include_str!("../template/javascript/src/send.js.txt")),
    ];
    let mut exports = String::new();
    for (ability, module, names, text) in modules {
        if wish.has(ability) {
            exports.push_str(&format!("export {{ {names} }} from './{module}.js';\n"));
            files.push(wish.file(&format!("src/{module}.js"), text));
        }
    }
    let module = include_str!("../template/javascript/src/plugin.js.txt").replace("{{exports}}\n", &exports);
    files.push(wish.file("src/plugin.js", &module));
    if wish.sdk.is_none() {
        files.extend(vendored(SDK));
    }
    files
}
