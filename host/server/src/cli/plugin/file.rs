//! A plugin's file, as it is named on the command line.

use std::path::PathBuf;

use crate::cli::client::CliError;

/// The bytes of a file or, where there is no such file, of a bundled plugin.
pub(super) fn read(plugin: &str) -> Result<Vec<u8>, CliError> {
    let path = PathBuf::from(plugin);
    match std::fs::read(&path) {
        Ok(bytes) => Ok(bytes),
        Err(source) => match bundled(plugin) {
            Some(bytes) => Ok(bytes.to_vec()),
            None if source.kind() == std::io::ErrorKind::NotFound => Err(CliError::Usage(format!(
                "there is no file {plugin}, and no bundled plugin of that name (there are {})",
                names()
            ))),
            None => Err(CliError::Io { what: plugin.to_owned(), source }),
        },
    }
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
}
