//! A plugin that is built in two folders is one plugin: every byte is the same.
#![allow(clippy::expect_used, reason = "a test may end by a panic")]

use std::fs;
use std::path::{Path, PathBuf};

/// A workspace with a plugin and something that it depends on by path; both carry the path of their source, as panics do.
const FILES: [(&str, &str); 6] = [
    (
        "Cargo.toml",
        "[workspace]\nresolver = \"3\"\nmembers = [\"plugin\", \"helper\"]\n[profile.plugin]\ninherits = \"release\"\nstrip = true\npanic = \"abort\"\n",
    ),
    (
        "plugin/Cargo.toml",
        "[package]\nname = \"tiny-plugin\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[lib]\ncrate-type = [\"cdylib\", \"rlib\"]\n\
         [dependencies]\ntiny-helper = { path = \"../helper\" }\n",
    ),
    (
        // What no export reaches is left out of a component, so it runs when the component starts.
        "plugin/src/lib.rs",
        "#[used]\n#[unsafe(link_section = \".init_array\")]\nstatic START: extern \"C\" fn() = start;\n\
         extern \"C\" fn start() { println!(\"{} {}\", file!(), tiny_helper::at(std::env::args().count())) }\n",
    ),
    ("plugin/channel.toml", "[plugin]\nid = \"tiny\"\n"),
    ("helper/Cargo.toml", "[package]\nname = \"tiny-helper\"\nversion = \"0.1.0\"\nedition = \"2024\"\n"),
    ("helper/src/lib.rs", "pub fn at(n: usize) -> usize { Some(file!()).filter(|_| n > 7).expect(file!()).len() }\n"),
];

fn lay_out(root: &Path) {
    for (name, text) in FILES {
        let path = root.join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
}

fn scratch(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder).expect("an empty folder");
    }
    folder
}

#[test]
fn a_plugin_built_in_two_folders_is_the_same_to_the_byte() {
    let (here, there) = (scratch("here"), scratch("somewhere else/much deeper"));
    let components = [&here, &there].map(|root| {
        lay_out(root);
        let path =
            lockgate_build::build_component(&root.join("plugin"), &root.join("own target")).expect("a component");
        fs::read(path).expect("a component")
    });
    assert!(components[0] == components[1], "the bytes differ");

    let text = String::from_utf8_lossy(&components[0]);
    assert!(text.contains("helper/src/lib.rs"), "the code that names its source is in it");
    assert!(!text.contains(env!("CARGO_TARGET_TMPDIR")), "a folder of this machine is in it");
    assert!(text.ends_with("lockgate:channel.toml[plugin]\nid = \"tiny\"\n"), "the manifest is the last section");
}

#[test]
fn what_does_not_compile_is_told_in_the_compilers_words() {
    let root = scratch("broken");
    lay_out(&root);
    fs::write(root.join("plugin/src/lib.rs"), "fn broken( {}").expect("a file");
    let error = lockgate_build::build_component(&root.join("plugin"), &root.join("own target")).expect_err("a failure");
    assert!(error.to_string().contains("plugin/src/lib.rs"), "{error}");
}

#[test]
fn a_crate_without_a_manifest_is_refused_by_its_files_name() {
    let root = scratch("bare");
    lay_out(&root);
    fs::remove_file(root.join("plugin/channel.toml")).expect("a file");
    let error = lockgate_build::build_component(&root.join("plugin"), &root.join("own target")).expect_err("a failure");
    assert!(error.to_string().contains("channel.toml could not be read"), "{error}");
}
