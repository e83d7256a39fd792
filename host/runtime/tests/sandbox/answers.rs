//! What a provider can answer to break the host: lengths that contradict each other, chunks that are none, heads and bodies
//! without end. A call ends in time, with an error that says no more than that there was no answer; memory stays flat.

use std::time::Duration;

use tokio::time::Instant;

use crate::harness::Sandbox;
use crate::wire::{Reply, Wire};

/// How long a call may take here.
const WALL: Duration = Duration::from_secs(1);

async fn wire() -> (Wire, Sandbox) {
    let wire = Wire::start(&[b"http/1.1"]).await;
    let map = wire.map();
    let sandbox = Sandbox::with(|config| {
        config.egress.maps.push(map);
        config.defaults.wall = WALL;
    })
    .await;
    (wire, sandbox)
}

/// An answer of HTTP/1.1 with these lines in its head.
fn head(lines: &str) -> String {
    format!("HTTP/1.1 200 OK\r\n{lines}\r\n")
}

/// What the plugin was told; none where the call itself ended.
async fn told(sandbox: &Sandbox) -> Option<String> {
    let called = sandbox.send("raw {}").await;
    called.result.ok().map(|outcomes| format!("{:?}", outcomes[0].outcome))
}

async fn no_answer(wire: &Wire, sandbox: &Sandbox, name: &str, reply: Reply) {
    wire.replies(reply);
    let started = Instant::now();
    let told = told(sandbox).await;
    assert!(told.as_ref().is_none_or(|told| told.contains("request refused: ErrorCode::")), "{name}: {told:?}");
    assert!(started.elapsed() < WALL + Duration::from_secs(4), "{name}");
    // The next request is answered as if nothing had been.
    wire.is_fine();
    let mut next = self::told(sandbox).await;
    for _ in 0..5 {
        // A call that ends before it is answered: the machine is busy.
        if next.is_none() {
            next = self::told(sandbox).await;
        }
    }
    assert!(next.as_ref().is_some_and(|told| told.contains("answered: 200")), "after {name}: {next:?}");
}

#[tokio::test]
async fn an_answer_of_http_1_that_contradicts_itself_is_none() {
    let (wire, sandbox) = wire().await;
    for (name, answer) in [
        ("two lengths", head("content-length: 2\r\ncontent-length: 3\r\n") + "okk"),
        ("a list of lengths", head("content-length: 2, 3\r\n") + "okk"),
        ("a length that is no number", head("content-length: 0x2\r\n") + "ok"),
        ("a length with a sign", head("content-length: +2\r\n") + "ok"),
        ("a length below nothing", head("content-length: -2\r\n") + "ok"),
        ("a length beyond all", head("content-length: 99999999999999999999999\r\n") + "ok"),
        ("another coding", head("transfer-encoding: gzip, chunked\r\n") + "2\r\nok\r\n0\r\n\r\n"),
        (
            "a coding twice",
            head("transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n") + "2\r\nok\r\n0\r\n\r\n",
        ),
        ("an unknown coding", head("transfer-encoding: xchunked\r\n") + "ok"),
        ("a chunk that is none", head("transfer-encoding: chunked\r\n") + "zz\r\nok\r\n0\r\n\r\n"),
        ("a chunk beyond all", head("transfer-encoding: chunked\r\n") + "fffffffffffffffff\r\nok"),
        ("a chunk that is longer", head("transfer-encoding: chunked\r\n") + "1\r\nok\r\n0\r\n\r\n"),
        ("a chunk with a sign", head("transfer-encoding: chunked\r\n") + "-2\r\nok\r\n0\r\n\r\n"),
        ("no end of chunks", head("transfer-encoding: chunked\r\n") + "2\r\nok\r\n"),
        ("less than its length", head("content-length: 10\r\n") + "ok"),
        ("nothing", String::new()),
        ("half a head", "HTTP/1.1 200 OK\r\ncontent-le".to_owned()),
        ("no HTTP", "SSH-2.0-OpenSSH_9.9\r\n\r\n".to_owned()),
        ("another version", "HTTP/3.0 200 OK\r\ncontent-length: 2\r\n\r\nok".to_owned()),
        ("no number of a status", "HTTP/1.1 2x0 OK\r\n\r\n".to_owned()),
        ("a folded header", head("x-a: b\r\n c: d\r\ncontent-length: 2\r\n") + "ok"),
        ("a header with a NUL", head("x-a: b\0c\r\ncontent-length: 2\r\n") + "ok"),
        ("a header without a colon", head("x-a\r\ncontent-length: 2\r\n") + "ok"),
        ("a name with a space", head("content-length : 2\r\n") + "ok"),
        (
            "another protocol",
            "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n".to_owned(),
        ),
        ("packed", head("content-encoding: gzip\r\ncontent-length: 2\r\n") + "ok"),
    ] {
        no_answer(&wire, &sandbox, name, Reply::Closes(answer.into_bytes())).await;
    }
}

#[tokio::test]
async fn what_follows_an_answer_is_no_answer_to_the_next_request() {
    let (wire, sandbox) = wire().await;
    for (name, answer) in [
        ("behind a length", head("content-length: 2\r\n") + "ok"),
        ("behind chunks", head("transfer-encoding: chunked\r\n") + "2\r\nok\r\n0\r\n\r\n"),
        // Both: the chunks are the body (RFC 9112, 6.3), so that the rest is behind it.
        ("behind both", head("content-length: 30\r\ntransfer-encoding: chunked\r\n") + "2\r\nok\r\n0\r\n\r\n"),
        ("behind no body", "HTTP/1.1 204 No Content\r\n\r\n".to_owned()),
    ] {
        let forged = "HTTP/1.1 299 Forged\r\ncontent-length: 6\r\n\r\nforged";
        wire.replies(Reply::Stays((answer + forged).into_bytes()));
        let first = told(&sandbox).await.unwrap();
        assert!(first.contains("answered: 20"), "{name}: {first}");
        wire.is_fine();
        let second = told(&sandbox).await.unwrap();
        assert!(second.contains("answered: 200"), "{name}: {second}");
    }
}

#[tokio::test]
async fn a_head_that_is_too_large_is_no_answer() {
    let (wire, sandbox) = wire().await;
    let many: String = (0..200).map(|n| format!("x-{n}: 1\r\n")).collect();
    let large = format!("x-a: {}\r\n", "b".repeat(100 << 10));
    for (name, answer) in [
        ("many headers", head(&(many + "content-length: 2\r\n")) + "ok"),
        ("a large header", head(&(large + "content-length: 2\r\n")) + "ok"),
        ("a large reason", format!("HTTP/1.1 200 {}\r\ncontent-length: 2\r\n\r\nok", "O".repeat(1 << 20))),
    ] {
        no_answer(&wire, &sandbox, name, Reply::Closes(answer.into_bytes())).await;
    }
}

/// What a provider can go on with for ever: a name, a beginning, and what follows it again and again.
fn floods() -> Vec<(&'static str, Vec<u8>, Vec<u8>)> {
    let chunked = head("transfer-encoding: chunked\r\n");
    vec![
        ("interim answers", Vec::new(), b"HTTP/1.1 100 Continue\r\n\r\n".to_vec()),
        ("early hints", Vec::new(), b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n".to_vec()),
        ("headers", b"HTTP/1.1 200 OK\r\n".to_vec(), b"x-a: b\r\n".to_vec()),
        ("one header", b"HTTP/1.1 200 OK\r\nx-a: ".to_vec(), b"b".to_vec()),
        ("a status line", b"HTTP/1.1 200 ".to_vec(), b"O".to_vec()),
        ("empty lines", Vec::new(), b"\r\n".to_vec()),
        ("a body", head("").into_bytes(), b"body ".to_vec()),
        ("chunks", chunked.clone().into_bytes(), b"1\r\nb\r\n".to_vec()),
        ("an extension of a chunk", (chunked.clone() + "1;a=").into_bytes(), b"b".to_vec()),
        ("extensions of chunks", chunked.clone().into_bytes(), b"1;abcdefghijklmnopqrstuvwxyz\r\nb\r\n".to_vec()),
        ("a size of a chunk", chunked.clone().into_bytes(), b"0".to_vec()),
        ("trailers", (chunked + "0\r\n").into_bytes(), b"x-a: b\r\n".to_vec()),
        ("settings", frame(4, 0, 0, &[]), frame(4, 0, 0, &[0, 3, 0, 0, 0, 100])),
        ("resets", frame(4, 0, 0, &[]), frame(3, 0, 1, &[0, 0, 0, 8])),
        ("continued headers", frame(1, 0, 1, &[0x88]), frame(9, 0, 1, b"\x00\x03x-a\x01b")),
        ("another protocol", b"HTTP/1.1 101 Switching Protocols\r\n\r\n".to_vec(), frame(6, 0, 0, b"12345678")),
    ]
}

/// One frame of HTTP/2, which nobody asked for: kind, flags, stream, payload.
fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// Memory of this process in KiB, as the line of `/proc/self/status` that begins so says.
fn memory(line: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let found = status.lines().find_map(|given| given.strip_prefix(line)?.trim().strip_suffix(" kB")?.parse().ok());
    found.unwrap_or_else(|| panic!("{line} is not in /proc/self/status"))
}

const ALONE: &str = "LOCKGATE_TEST_FLOODS_ALONE";

/// In a process of its own, so that its memory is that of the floods.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn floods_end_in_time_and_take_no_memory() {
    if std::env::var_os(ALONE).is_none() {
        let name = "answers::floods_end_in_time_and_take_no_memory";
        let mut alone = tokio::process::Command::new(std::env::current_exe().unwrap());
        alone.args(["--exact", name, "--nocapture"]).env(ALONE, "1").kill_on_drop(true);
        let output = alone.output().await.unwrap();
        let words = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && words.contains("1 passed"), "{words}");
        return;
    }
    let (wire, sandbox) = wire().await;
    assert!(told(&sandbox).await.unwrap().contains("answered: 200"));
    std::fs::write("/proc/self/clear_refs", "5").unwrap();
    let before = memory("VmRSS:");
    for (name, first, again) in floods() {
        let started = Instant::now();
        no_answer(&wire, &sandbox, name, Reply::Endless(first, again)).await;
        let grown = memory("VmHWM:").saturating_sub(before) >> 10;
        println!("{name}: {} ms, {grown} MiB", started.elapsed().as_millis());
        assert!(grown < 48, "{name}: {grown} MiB more");
    }
}
