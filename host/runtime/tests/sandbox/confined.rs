//! What the process that compiles has given up, tried from inside: this test starts itself again and confines itself there.

use std::process::{Command, Stdio};

const CONFINED: &str = "LOCKGATE_TEST_CONFINED";

#[test]
fn who_compiles_opens_nothing_reaches_nobody_and_starts_nothing() {
    if std::env::var_os(CONFINED).is_some() {
        return from_inside();
    }
    let this = std::env::current_exe().unwrap();
    let name = "confined::who_compiles_opens_nothing_reaches_nobody_and_starts_nothing";
    let output = Command::new(this).args([name, "--exact", "--nocapture"]).env(CONFINED, "1").output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("tried all"), "{said}");
}

fn from_inside() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    // Each works before, so that what fails afterwards fails for that reason.
    let tries = || {
        [
            ("connect", std::net::TcpStream::connect(address).err()),
            ("listen", std::net::TcpListener::bind("127.0.0.1:0").err()),
            ("datagram", std::net::UdpSocket::bind("127.0.0.1:0").err()),
            ("local socket", std::os::unix::net::UnixDatagram::unbound().err()),
            ("read a file", std::fs::File::open(file.path()).err()),
            ("read a folder", std::fs::read_dir("/").err()),
            ("write a file", std::fs::write(file.path(), b"x").err()),
            ("start a program", Command::new("/bin/true").stdin(Stdio::null()).status().err()),
        ]
    };
    for (what, error) in tries() {
        assert!(error.is_none(), "{what}: {error:?}");
    }
    lockgate_runtime::confine().unwrap();
    for (what, error) in tries() {
        assert_eq!(error.map(|error| error.kind()), Some(std::io::ErrorKind::PermissionDenied), "{what}");
    }
    println!("tried all");
}
