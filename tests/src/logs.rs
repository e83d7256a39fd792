//! What the hosts of this process log, kept to be searched for what must not stand there.

use std::io::{self, Write};
use std::sync::{Mutex, Once, PoisonError};

use tracing_subscriber::EnvFilter;

static LINES: Mutex<Vec<u8>> = Mutex::new(Vec::new());

struct Kept;

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LINES.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        if std::env::var_os("LOCKGATE_TEST_LOG").is_some() {
            io::stderr().write_all(bytes)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Begins to keep what is logged. `LOCKGATE_TEST_LOG=1` shows it as well.
pub(crate) fn keep() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let filter = EnvFilter::new("info,lockgate=debug,lockgate_runtime=debug,lockgate_store=debug");
        let lines = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false).with_writer(|| Kept);
        // Another subscriber of this process keeps what it has.
        drop(lines.try_init());
    });
}

/// Whether a text was logged by any host of this process.
pub fn logged(text: &str) -> bool {
    let lines = LINES.lock().unwrap_or_else(PoisonError::into_inner);
    crate::scan::holds(&lines, text.as_bytes())
}

/// The last warnings and errors of the hosts of this process, for whoever waited for something in vain.
pub(crate) fn last_warnings() -> String {
    const MOST: usize = 20;
    let lines = LINES.lock().unwrap_or_else(PoisonError::into_inner);
    let text = String::from_utf8_lossy(&lines);
    let grave = |line: &&str| [" WARN ", "ERROR "].iter().any(|level| line.contains(level));
    let mut last: Vec<&str> = text.lines().rev().filter(grave).take(MOST).collect();
    last.reverse();
    last.join("\n")
}
