//! Looks for what is not its own: environment, files, sockets, clocks, and a way out where there is none.
#![allow(clippy::disallowed_methods, reason = "what a guest's clocks tell is what is asked here")]

use std::net::{TcpListener, TcpStream, ToSocketAddrs as _, UdpSocket};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use lockgate_sdk::{Reception, Refusal, Request, http};

/// None where the case is not of this kind. Tells all that it found, or `nothing`.
pub(crate) fn receive(case: &str, request: &Request) -> Option<Result<Reception, Refusal>> {
    let found = match case {
        "environment" => environment(),
        "files" => files(),
        "sockets" => sockets(),
        "clocks" => return Some(Ok(crate::told(request, clocks()))),
        "timers" => return Some(Ok(crate::told(request, timers(10_000)))),
        "random" => return Some(Ok(crate::told(request, random()))),
        "request" => match http::Request::get("https://provider.example.com/look/1").send() {
            Ok(answer) => vec![format!("an answer with status {}", answer.status)],
            Err(error) => return Some(Ok(crate::told(request, error.to_string()))),
        },
        _ => return None,
    };
    let words = if found.is_empty() { "nothing".to_owned() } else { found.join("\n") };
    Some(Ok(crate::told(request, words)))
}

fn environment() -> Vec<String> {
    let variables = std::env::vars_os().map(|(name, value)| format!("variable {name:?} = {value:?}"));
    let arguments = std::env::args_os().map(|argument| format!("argument {argument:?}"));
    variables.chain(arguments).collect()
}

fn files() -> Vec<String> {
    let mut found = Vec::new();
    for path in ["/", ".", "..", "/etc/passwd", "/proc/self/environ", "/tmp", "channel.toml", "/dev/null"] {
        if std::fs::read_dir(path).is_ok() {
            found.push(format!("folder {path}"));
        }
        if std::fs::read(path).is_ok() {
            found.push(format!("file {path}"));
        }
    }
    if std::fs::write("/tmp/lockgate-hostile", b"x").is_ok() {
        found.push("wrote a file".into());
    }
    found
}

fn sockets() -> Vec<String> {
    let mut found = Vec::new();
    for address in ["127.0.0.1:80", "[::1]:80", "1.1.1.1:443", "169.254.169.254:80"] {
        if TcpStream::connect(address).is_ok() {
            found.push(format!("connected to {address}"));
        }
    }
    if TcpListener::bind("127.0.0.1:0").is_ok() || TcpListener::bind("0.0.0.0:0").is_ok() {
        found.push("listens".into());
    }
    if UdpSocket::bind("127.0.0.1:0").is_ok_and(|socket| socket.send_to(b"x", "127.0.0.1:53").is_ok()) {
        found.push("sent a datagram".into());
    }
    for name in ["localhost:80", "example.com:443"] {
        if let Ok(addresses) = name.to_socket_addrs() {
            found.extend(addresses.map(|address| format!("{name} is {address}")));
        }
    }
    found
}

/// The wall clock's milliseconds and how far the monotonic clock went while it computed.
fn clocks() -> String {
    let start = Instant::now();
    let mut n = 0_u64;
    for _ in 0..5_000_000 {
        n = std::hint::black_box(n.wrapping_mul(31).wrapping_add(7));
    }
    let wall = SystemTime::now().duration_since(UNIX_EPOCH).map(|since| since.as_millis()).unwrap_or_default();
    format!("{wall} {}", start.elapsed().as_nanos())
}

/// What timers tell that are looked at so often and not waited for: whether the shortest ever showed, and when by the monotonic
/// clock.
#[cfg(target_arch = "wasm32")]
pub(crate) fn timers(looks: u32) -> String {
    use lockgate_sdk::bindings::imports::wasi::clocks::monotonic_clock::subscribe_duration;

    let start = Instant::now();
    let shortest = subscribe_duration(1);
    let looked = (0..looks).any(|_| shortest.ready());
    let shown = start.elapsed().as_nanos();
    shortest.block();
    // Whoever waits is served all the same.
    subscribe_duration(2_000_000).block();
    format!("{looked} {shown}")
}

#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn timers(_: u32) -> String {
    String::new()
}

/// What its hash tables are seeded with.
fn random() -> String {
    use std::hash::{BuildHasher as _, RandomState};
    format!("{:x}", RandomState::new().hash_one("same"))
}
