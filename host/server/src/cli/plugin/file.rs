//! A plugin's file, as it is named on the command line.

use std::path::{Path, PathBuf};

use crate::cli::client::CliError;

/// The bytes of a file or, where there is no such file, of a bundled plugin.
pub(super) fn read(plugin: &str) -> Result<Vec<u8>, CliError> {
    let path = PathBuf::from(plugin);
    match std::fs::read(&path) {
        Ok(bytes) => Ok(bytes),
        Err(source) => match bundled(plugin) {
            Some(bytes) => Ok(bytes.to_vec()),
            None if source.kind() == std::io::ErrorKind::NotFound => Err(CliError::Usage(format!(
                "there is no file {plugin}, and no bundled plugin of that name (there are {}){}",
                names(),
                built(&path).map_or(String::new(), |file| format!("\n  Did you mean {}?", file.display()))
            ))),
            None => Err(CliError::Io { what: plugin.to_owned(), source }),
        },
    }
}

/// The file that a build in the same folder makes, where that is there.
fn built(path: &Path) -> Option<PathBuf> {
    let file = path.parent()?.join("dist").join(path.file_name()?).with_extension("wasm");
    file.is_file().then_some(file)
}

fn bundled(name: &str) -> Option<&'static [u8]> {
    lockgate_bundle::BUNDLED.iter().find(|bundled| bundled.id == name).map(|bundled| bundled.component)
}

fn names() -> String {
    lockgate_bundle::BUNDLED.iter().map(|bundled| bundled.id).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bundled_plugin_is_found_by_its_name() {
        for name in ["form", "messenger"] {
            assert!(read(name).is_ok_and(|bytes| bytes.starts_with(b"\0asm")), "{name}");
        }
        let Err(CliError::Usage(words)) = read("no-such-plugin") else { panic!("there is none") };
        assert!(words.ends_with("(there are form, messenger)"), "{words}");
    }

    #[test]
    fn what_was_built_is_suggested() {
        let folder = tempfile::tempdir().unwrap();
        let (named, there) = (folder.path().join("pigeon.wasm"), folder.path().join("dist/pigeon.wasm"));
        std::fs::create_dir(folder.path().join("dist")).unwrap();
        std::fs::write(&there, "").unwrap();
        let Err(CliError::Usage(words)) = read(named.to_str().unwrap()) else { panic!("it is not there") };
        assert!(words.ends_with(&format!("\n  Did you mean {}?", there.display())), "{words}");
    }
}
