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
                "there is no file {plugin}, and no bundled plugin of that name (there is messenger)"
            ))),
            None => Err(CliError::Io { what: plugin.to_owned(), source }),
        },
    }
}

fn bundled(name: &str) -> Option<&'static [u8]> {
    (name == "messenger").then_some(lockgate_bundle::MESSENGER)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bundled_plugin_is_found_by_its_name() {
        assert!(read("messenger").is_ok_and(|bytes| bytes.starts_with(b"\0asm")));
        assert!(matches!(read("no-such-plugin"), Err(CliError::Usage(_))));
    }
}
