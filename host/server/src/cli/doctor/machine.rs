//! What can be looked at without the database: addresses, clock, folder, key, disk.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;

use super::finding::Finding;
use crate::config::{Config, KeySource};

/// Milliseconds since 1970 of 2026-01-01: this program was written later, so an earlier clock is wrong.
const WRITTEN_AFTER: u64 = 1_767_225_600_000;

/// A clock beyond 2100 is wrong too.
const WRITTEN_BEFORE: u64 = 4_102_444_800_000;

const MIB: u64 = 1024 * 1024;

/// Whether providers can reach the hooks.
pub(super) fn addresses(config: &Config) -> Vec<Finding> {
    let origin = config.hook_origin();
    let mut findings = vec![match &config.public_url {
        Some(url) if url.scheme() == "https" => {
            Finding::ok("addresses", format!("providers reach the hooks at {origin}"))
        }
        Some(_) => Finding::warn(
            "addresses",
            format!("providers are given {origin}, which is not https: what customers write could be read on the way"),
            "put a TLS proxy in front and give its address as --public-url https://…",
        ),
        None => Finding::warn(
            "addresses",
            format!("providers are given {origin}, which they cannot reach from elsewhere"),
            "give the address under which the hooks can be reached as --public-url https://…",
        ),
    }];
    findings.push(match config.hooks_listen {
        Some(hooks) => Finding::ok("addresses", format!("hooks have a listener of their own, {hooks}")),
        None => Finding::warn(
            "addresses",
            format!("API and hooks share {}: what plugins answer comes from the admins' origin", config.listen),
            "give hooks a listener and a name of their own, --hooks-listen IP:PORT and --public-url https://…, and keep the API's private",
        ),
    });
    findings
}

/// Mapped hosts, which are for tests.
pub(super) fn maps(config: &Config) -> Vec<Finding> {
    config
        .maps
        .iter()
        .map(|map| {
            let words = format!("what plugins send to {} goes to {} instead", map.host, map.address);
            Finding::warn("mapped hosts", words, "take --map-host out, unless this is a test")
        })
        .collect()
}

/// Whether the clock can be right.
pub(super) fn clock(now: u64) -> Finding {
    if (WRITTEN_AFTER..WRITTEN_BEFORE).contains(&now) {
        return Finding::ok("clock", "the machine's clock makes sense");
    }
    let words =
        "the machine's clock cannot be right: signatures with a time, retries and messaging windows would go wrong";
    Finding::fail("clock", words, "set the clock, and keep it right with NTP")
}

/// The data folder and the disk that it is on.
pub(super) fn folder(path: &Path) -> Vec<Finding> {
    let shown = path.display();
    let metadata = match std::fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => metadata,
        Ok(_) => {
            return vec![Finding::fail(
                "data folder",
                format!("{shown} is no folder"),
                "name a folder with --data-dir",
            )];
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return vec![Finding::ok("data folder", format!("{shown} is not there yet; the first start makes it"))];
        }
        Err(error) => {
            return vec![Finding::fail(
                "data folder",
                format!("{shown} cannot be looked at: {error}"),
                "run this as the host's user",
            )];
        }
    };
    let mut findings = Vec::new();
    if rustix::fs::access(
        path,
        rustix::fs::Access::READ_OK | rustix::fs::Access::WRITE_OK | rustix::fs::Access::EXEC_OK,
    )
    .is_err()
    {
        let owner = metadata.uid();
        findings.push(Finding::fail(
            "data folder",
            format!("{shown} cannot be written by this user"),
            format!("run as its owner (user id {owner}), or chown it"),
        ));
    }
    let mode = metadata.permissions().mode() & 0o777;
    findings.push(if mode & 0o077 == 0 {
        Finding::ok("data folder", format!("{shown} is its owner's alone"))
    } else {
        Finding::warn(
            "data folder",
            format!("other users of this machine can look into {shown} (mode {mode:o})"),
            format!("chmod 700 {shown}"),
        )
    });
    if let Ok(disk) = rustix::fs::statvfs(path) {
        findings.push(free(disk.f_bavail.saturating_mul(disk.f_frsize) / MIB));
    }
    findings
}

fn free(mib: u64) -> Finding {
    let words = format!("{mib} MiB are free on the disk of the data folder");
    match mib {
        0..100 => Finding::fail("disk", words, "make room: a full disk keeps messages from being taken in"),
        100..1024 => Finding::warn("disk", words, "make room before it is full"),
        _ => Finding::ok("disk", words),
    }
}

/// The vault's key.
pub(super) fn key(source: &KeySource) -> Vec<Finding> {
    let KeySource::File(path) = source else {
        return vec![Finding::ok("key", "comes from the environment")];
    };
    let shown = path.display();
    let metadata = match std::fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let mend = "the first start makes it for an empty database; for any other put the right one back";
            return vec![Finding::warn("key", format!("{shown} is not there"), mend)];
        }
        Err(error) => {
            return vec![Finding::fail(
                "key",
                format!("{shown} cannot be looked at: {error}"),
                "run this as the host's user",
            )];
        }
    };
    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        let words =
            format!("other users of this machine can read {shown} (mode {mode:o}), and with it every credential");
        return vec![Finding::fail(
            "key",
            words,
            format!("chmod 600 {shown}; if somebody may have read it, renew the credentials too"),
        )];
    }
    let digits = std::fs::read_to_string(path).map(zeroize::Zeroizing::new);
    vec![match digits {
        Ok(digits)
            if digits.trim_end().len() == 64 && digits.trim_end().bytes().all(|byte| byte.is_ascii_hexdigit()) =>
        {
            Finding::ok(
                "key",
                format!("{shown} is its owner's alone; keep a copy of it apart from the database's copies"),
            )
        }
        Ok(_) => {
            Finding::fail("key", format!("{shown} does not hold 64 hexadecimal digits"), "put the right file back")
        }
        Err(error) => Finding::fail("key", format!("{shown} cannot be read: {error}"), "run this as the host's user"),
    }]
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::super::finding::Verdict;
    use super::*;

    #[test]
    fn a_key_that_others_can_read_fails_with_the_command_that_mends_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lockgate.key");
        std::fs::write(&path, format!("{}\n", "0".repeat(64))).unwrap();
        for (mode, verdict) in [(0o644, Verdict::Fail), (0o600, Verdict::Ok)] {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(key(&KeySource::File(path.clone()))[0].verdict, verdict, "{mode:o}");
        }
        std::fs::write(&path, "short").unwrap();
        assert_eq!(key(&KeySource::File(path))[0].verdict, Verdict::Fail);
    }

    #[test]
    fn a_folder_that_others_can_look_into_is_told_of() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
        assert!(
            self::folder(folder.path())
                .iter()
                .any(|finding| finding.verdict == Verdict::Warn && finding.area == "data folder")
        );
        assert_eq!(self::folder(&folder.path().join("later"))[0].verdict, Verdict::Ok);
    }

    #[test]
    fn hooks_that_share_the_admins_origin_are_told_of() {
        let told = |flags: crate::config::ConfigFlags| {
            let findings = addresses(&Config::load(&flags).unwrap());
            findings.into_iter().find(|finding| finding.words.contains("hooks share")).and_then(|finding| finding.mend)
        };
        let flags = |hooks_listen: Option<&str>| crate::config::ConfigFlags {
            hooks_listen: hooks_listen.map(Into::into),
            public_url: Some("https://hooks.example.org".into()),
            ..Default::default()
        };
        assert!(told(flags(None)).unwrap().contains("--hooks-listen"));
        assert_eq!(told(flags(Some("127.0.0.1:8081"))), None);
    }

    #[test]
    fn a_clock_of_another_time_and_a_full_disk_fail() {
        assert_eq!(clock(0).verdict, Verdict::Fail);
        assert_eq!(clock(WRITTEN_AFTER).verdict, Verdict::Ok);
        assert_eq!(
            [free(5), free(500), free(5000)].map(|finding| finding.verdict),
            [Verdict::Fail, Verdict::Warn, Verdict::Ok]
        );
    }
}
