//! The hostile corpus: attacks through an installed plugin on a running host, each with a control that differs from it in one thing
//! and must work. A case names the refusal that it expects; what is refused for another reason, or could not run, has escaped.
//!
//! The host is an executable of its own, and everything is seen from outside: what a plugin was told, what the log says, what is in
//! the database and what arrived at the servers.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a driver that cannot go on ends here, with words that say why"
)]

mod case;
mod dump;
mod egress;
mod hooks;
mod install;
mod isolation;
mod noisy;
mod report;
mod resources;
mod secrets;
mod server;
mod world;

use std::net::{SocketAddr, ToSocketAddrs as _};
use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use futures_util::FutureExt as _;
use rand::Rng as _;

use case::{Case, Role, Seen, Turn};
use report::{Escape, Nonces, Report};
use world::{Wishes, World};

/// Attacks a running host through a hostile plugin, and shows for each attack that the host refuses exactly that: the same
/// thing done as it may be done works.
///
/// Every case is played twice: as an attack, which must be refused for the reason that the case names, and as its control, which
/// must work. Whatever else happens counts as escaped, and the command fails. `--list` names all cases; `--only` plays some.
#[derive(Debug, Parser)]
struct Args {
    /// Print one JSON object: cases, contained, controls_ok, escaped, groups, and the nonces of egress
    #[arg(long)]
    json: bool,

    /// Play only this case, or the cases of this group; may be repeated
    #[arg(long, value_name = "NAME|GROUP")]
    only: Vec<String>,

    /// Name the cases, group by group, and play none
    #[arg(long)]
    list: bool,

    /// Aim at a TLS server of your own on this machine instead of the driver's: its certificate is for canary.test, *.canary.test
    /// and 127.0.0.1. The report lists the nonce of every attack, which must not arrive there, and of every control, which must
    #[arg(long, value_name = "HOST:PORT", requires = "canary_ca")]
    canary: Option<String>,

    /// The certificate of the authority that vouches for that server (PEM)
    #[arg(long, value_name = "FILE", requires = "canary")]
    canary_ca: Option<PathBuf>,

    /// Plant this as the credential of every channel
    #[arg(long, value_name = "VALUE", requires = "dump")]
    secret: Option<String>,

    /// Afterwards leave log, database, answers, metrics and the guest's memory in this folder, beside one file that holds the secret
    /// on purpose, and search all of it
    #[arg(long, value_name = "DIR", requires = "secret")]
    dump: Option<PathBuf>,

    /// Instead of the cases: how long a quiet channel's webhooks wait beside one whose plugin spins, floods or allocates
    #[arg(long, conflicts_with_all = ["only", "list", "canary", "secret"])]
    noisy: bool,

    /// Seconds of each kind of noise, and of the peace before it
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..))]
    seconds: u64,
}

#[tokio::main]
async fn main() -> ExitCode {
    let args = Args::parse();
    if args.noisy {
        return noisy(&args).await;
    }
    let cases = chosen(&args.only);
    if args.list {
        cases.iter().for_each(|case| println!("{:<10} {:<32} {}", case.group, case.name, case.about));
        return ExitCode::SUCCESS;
    }
    if cases.is_empty() {
        eprintln!("hostile: no case is called so; --list names them all");
        return ExitCode::from(2);
    }
    let wishes = match wishes(&args) {
        Ok(wishes) => wishes,
        Err(words) => {
            eprintln!("hostile: {words}");
            return ExitCode::from(2);
        }
    };
    let world = World::start(&wishes).await;
    let mut report = play(&world, &cases).await;
    if let (Some(secret), Some(folder)) = (&args.secret, &args.dump) {
        let channel = world.connect("hostile", "dumped").await;
        dump::write(&world, &channel, folder).await;
        report.planted = Some(dump::search(secret, folder));
    }
    world.host.stop().await;
    if args.json {
        println!("{}", serde_json::to_string(&report).unwrap());
    } else {
        println!("{}", report.table());
    }
    if report.is_clean() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

async fn noisy(args: &Args) -> ExitCode {
    let tell = |noise: &noisy::Noise| match args.json {
        true => println!("{}", serde_json::to_string(noise).unwrap()),
        false => println!("{}", noise.line()),
    };
    let measured = noisy::measure(args.seconds, tell).await;
    if measured.iter().all(noisy::Noise::is_bounded) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The cases that were asked for.
fn chosen(only: &[String]) -> Vec<Case> {
    let groups =
        [egress::cases(), secrets::cases(), resources::cases(), isolation::cases(), hooks::cases(), install::cases()];
    let wanted = |case: &Case| only.is_empty() || only.iter().any(|name| *name == case.name || name == case.group);
    groups.into_iter().flatten().filter(wanted).collect()
}

fn wishes(args: &Args) -> Result<Wishes, String> {
    let canary = match (&args.canary, &args.canary_ca) {
        (Some(address), Some(file)) => Some((loopback(address)?, ca(file)?)),
        _ => None,
    };
    // What a host says when it is asked to say everything, its compiler left out.
    let log = args.dump.is_some().then(|| "trace,cranelift=info,regalloc2=info,wasmtime=debug".to_owned());
    Ok(Wishes { canary, secret: args.secret.clone(), log, arguments: Vec::new() })
}

/// A host's mapping leads to this machine alone.
fn loopback(address: &str) -> Result<SocketAddr, String> {
    let mut found = address.to_socket_addrs().map_err(|error| format!("--canary {address}: {error}"))?;
    found.find(|address| address.ip().is_loopback()).ok_or_else(|| format!("--canary {address} is not on this machine"))
}

fn ca(file: &PathBuf) -> Result<String, String> {
    std::fs::read_to_string(file).map_err(|error| format!("--canary-ca {}: {error}", file.display()))
}

/// Plays every case, first as attack and then as control.
async fn play(world: &World, cases: &[Case]) -> Report {
    let mut report = Report { cases: cases.len(), ..Report::default() };
    for (number, case) in cases.iter().enumerate() {
        *report.groups.entry(case.group).or_default() += 1;
        let nonces = [nonce(), nonce()];
        let mut words = Vec::new();
        for (role, nonce) in [Role::Attack, Role::Control].into_iter().zip(&nonces) {
            let seen = AssertUnwindSafe(side(world, case, role, nonce)).catch_unwind().await;
            let seen = seen.unwrap_or_else(|_| Err("the driver could not go on".into()));
            let (side, counted) = match role {
                Role::Attack => ("attack", &mut report.contained),
                Role::Control => ("control", &mut report.controls_ok),
            };
            match seen {
                Ok(()) => *counted += 1,
                Err(seen) => {
                    words.push(format!("{side}: {seen}"));
                    report.escaped.push(Escape { case: case.name.clone(), side, seen });
                }
            }
        }
        let outcome = if words.is_empty() { "contained".to_owned() } else { format!("ESCAPED {}", words.join("; ")) };
        eprintln!("{:>3}/{} {:<10} {:<36} {outcome}", number + 1, cases.len(), case.group, case.name);
        if case.knocks {
            let [attack_nonce, control_nonce] = nonces;
            report.egress.push(Nonces { case: case.name.clone(), attack_nonce, control_nonce });
        }
    }
    report
}

/// One side of a case, on a channel of its own.
async fn side(world: &World, case: &Case, role: Role, nonce: &str) -> Seen {
    let channel = world.connect("hostile", &format!("{}-{}-{nonce}", case.group, case.name)).await;
    case.play(&Turn { world, role, nonce: nonce.to_owned(), channel: &channel }).await
}

/// 36 characters that stand in nothing else.
fn nonce() -> String {
    let mut bytes = [0_u8; 18];
    rand::rng().fill_bytes(&mut bytes);
    hex::encode(bytes)
}
