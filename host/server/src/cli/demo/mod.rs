//! `lockgate demo`: a host, a simulated Messenger beside it, and a conversation between them.
//!
//! The host is a process of its own and is set up through its public API alone, as an admin would do it. What is printed at the
//! end is counted from the host's database and the provider's books, which must agree.

mod api;
mod child;
mod play;
mod report;
mod setup;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use lockgate_simulators::Clock;
use lockgate_simulators::graph::{CDN_HOST, GRAPH_HOST, Provider, ProviderConfig};
use serde::Serialize;

use crate::cli::serve::chain;
use crate::seams::Seams;
use child::Child;

/// The demo's own randomness, so that every run is the same.
const SEED: u64 = 42;

/// The page that is connected.
const PAGE: &str = "104208675309";

/// See a message make the round trip: provider, sandbox, inbox, answer, receipts.
///
/// Starts a host on SQLite in a temporary folder and a simulated Messenger beside it, connects a page through the host's public
/// API, plays a conversation and says what the host did at each step. Nothing outside this machine is called.
#[derive(Clone, Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  lockgate demo                 play, then stay up and print three commands to try\n  lockgate demo --once --json   play, print what was counted, end\n  lockgate demo --ready FILE    connect a page, play nothing, stay up for another program"
)]
pub struct DemoArgs {
    /// End after the conversation instead of staying up
    #[arg(long)]
    once: bool,

    /// Print one JSON object of what was counted instead of the story
    #[arg(long)]
    json: bool,

    /// Play nothing; once the page is connected write addresses and secrets to this file, and stay up
    #[arg(long, value_name = "FILE", conflicts_with = "once")]
    ready: Option<PathBuf>,

    /// Keep the host's data in this folder instead of a temporary one
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,

    /// Send answers to this provider instead of the simulated one; needs --ready and --provider-ca
    #[arg(long, value_name = "IP:PORT", requires_all = ["provider_ca", "ready"])]
    provider: Option<SocketAddr>,

    /// PEM file of the CA that vouches for graph.facebook.com at --provider
    #[arg(long, value_name = "FILE", requires = "provider")]
    provider_ca: Option<PathBuf>,
}

/// Why the demo could not go on.
#[derive(Debug, thiserror::Error)]
enum DemoError {
    #[error("a file of the demo cannot be written")]
    File(#[from] std::io::Error),
    #[error("the simulated provider did not start")]
    Provider(#[from] lockgate_simulators::graph::StartError),
    #[error("{0}")]
    Host(String),
    #[error("the host cannot be reached")]
    Request(#[from] reqwest::Error),
    #[error("{what}: the host answered {status}: {detail}")]
    Refused { what: String, status: u16, detail: String },
    #[error("{0}")]
    Story(String),
}

/// What `--ready` writes.
#[derive(Serialize)]
struct Ready<'a> {
    host_pid: u32,
    hook_url: &'a str,
    app_secret: &'a str,
    page_id: &'a str,
    page_token: &'a str,
    api_url: &'a str,
    api_token: &'a str,
    database: PathBuf,
    data_dir: PathBuf,
}

/// Runs the demo.
pub async fn run(args: DemoArgs, seams: Seams) -> ExitCode {
    match play_all(&args, &seams).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("lockgate demo: {}", chain(&error));
            ExitCode::FAILURE
        }
    }
}

async fn play_all(args: &DemoArgs, seams: &Seams) -> Result<ExitCode, DemoError> {
    let quiet = args.json || args.ready.is_some();
    let clock = seams.clock.clone();
    let config = ProviderConfig::new(SEED, Clock::new(move || clock.now_ms())).with_page(PAGE);
    let provider = Provider::start(config).await?;
    let scratch = tempfile::Builder::new().prefix("lockgate-demo-").tempdir()?;
    let data_dir = args.data_dir.clone().unwrap_or_else(|| scratch.path().join("data"));
    let own_ca = scratch.path().join("ca.pem");
    std::fs::write(&own_ca, provider.ca_pem())?;
    let ca_file = args.provider_ca.as_ref().unwrap_or(&own_ca);
    let address = args.provider.unwrap_or_else(|| provider.address());
    let maps = [
        format!("{GRAPH_HOST}={address},ca={}", ca_file.display()),
        format!("{CDN_HOST}={},ca={}", provider.address(), own_ca.display()),
    ];

    let mut host = Child::start(scratch.path(), &data_dir, &maps).await?;
    let connected = setup::connect(&host, &provider, quiet).await?;
    if let Some(file) = &args.ready {
        let ready = Ready {
            host_pid: host.pid(),
            hook_url: &connected.hook_url,
            app_secret: &provider.config().app_secret,
            page_id: PAGE,
            page_token: provider.config().pages.get(PAGE).map_or("", String::as_str),
            api_url: host.api_url(),
            api_token: host.token(),
            database: std::path::absolute(data_dir.join("lockgate.db"))?,
            data_dir: std::path::absolute(&data_dir)?,
        };
        write_whole(file, &serde_json::to_vec(&ready).unwrap_or_default())?;
        return Ok(stay(host, scratch, args.data_dir.is_none()).await);
    }

    play::conversation(&connected, &provider, quiet).await?;
    let report = report::count(&connected, &provider).await?;
    if args.json {
        println!("{}", serde_json::to_string(&report).unwrap_or_default());
    } else {
        println!("\n{report}");
    }
    if args.once {
        host.stop().await;
        return Ok(ExitCode::SUCCESS);
    }
    if !args.json {
        to_try(&host, &connected.conversation().await?);
    }
    Ok(stay(host, scratch, false).await)
}

fn to_try(host: &Child, conversation: &str) {
    println!("\nThe host stays up until you press Ctrl-C. In another terminal, try:\n");
    println!("  export LOCKGATE_URL={} LOCKGATE_TOKEN={}", host.api_url(), host.token());
    println!("  lockgate channel list");
    println!(
        "  curl -H \"Authorization: Bearer $LOCKGATE_TOKEN\" $LOCKGATE_URL/api/v1/conversations/{conversation}/messages"
    );
    // It judges settings, so it is told those that this host was started with.
    let listen = host.api_url().trim_start_matches("http://");
    println!("  lockgate doctor --data-dir {} --listen {listen}", host.data_dir().display());
}

/// Waits for Ctrl-C or the end of the host. A host that was killed leaves its files to whoever wants to read them.
async fn stay(mut host: Child, scratch: tempfile::TempDir, keep_if_killed: bool) -> ExitCode {
    tokio::select! {
        status = host.ended() => {
            eprintln!("lockgate demo: the host ended by itself ({status})");
            if keep_if_killed {
                eprintln!("lockgate demo: its files are kept in {}", scratch.keep().display());
            }
            ExitCode::FAILURE
        }
        () = child::stop_asked() => {
            host.stop().await;
            ExitCode::SUCCESS
        }
    }
}

/// Whoever waits for the file must find it whole.
fn write_whole(path: &std::path::Path, bytes: &[u8]) -> std::io::Result<()> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let unfinished = path.with_extension("unfinished");
    let mut file = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&unfinished)?;
    file.write_all(bytes)?;
    std::fs::rename(&unfinished, path)
}
