//! A project in Python.

use crate::{Ability, File, VENDOR, Wish, manifest, quoted, vendored};

/// The SDK, by its paths in the repository.
static SDK: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/python_files.rs"));

/// All files of the project.
#[must_use]
pub fn project(wish: &Wish) -> Vec<File> {
    let sdk = wish.sdk.clone().unwrap_or_else(|| format!("{VENDOR}/sdk/python/src"));
    let mut files = manifest::files(wish, true);
    files.push(wish.file(".gitignore", include_str!("../template/python/gitignore")));
    let settings = include_str!("../template/python/pyproject.toml.txt").replace("{{sdk}}", &quoted(&sdk));
    files.push(wish.file("pyproject.toml", &settings));
    files.push(wish.file("requirements.txt", include_str!("../template/python/requirements.txt")));
    files.push(wish.file("README.md", &manifest::readme(wish, include_str!("../template/python/README.md.txt"))));
    let modules = [
        (Ability::Connector, "check", "Checks", include_str!("../template/python/plugin/check.py.txt")),
        (Ability::Ingress, "receive", "Receives", include_str!("../template/python/plugin/receive.py.txt")),
        (Ability::Sender, "send", "Sends", include_str!("../template/python/plugin/send.py.txt")),
    ];
    let (mut imports, mut classes) = (String::new(), Vec::new());
    for (ability, module, class, text) in modules {
        if wish.has(ability) {
            imports.push_str(&format!("from .{module} import {class}\n"));
            classes.push(class);
            files.push(wish.file(&format!("plugin/{module}.py"), text));
        }
    }
    let package = include_str!("../template/python/plugin/__init__.py.txt")
        .replace("{{imports}}", &imports)
        .replace("{{classes}}", &classes.join(", "));
    files.push(wish.file("plugin/__init__.py", &package));
    if wish.sdk.is_none() {
        files.extend(vendored(SDK));
    }
    files
}
