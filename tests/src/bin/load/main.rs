//! What the sandbox costs: signed webhooks over HTTP, answered after the commit, in rounds that alternate between the sandboxed
//! plugin and the same parser compiled into the host. Both sides are the named test build; only the parser differs.
//!
//! Every acknowledged message is looked for in the database afterwards, from outside.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a driver that cannot go on ends here, with words that say why"
)]

mod drive;
mod report;
mod side;
mod stages;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use lockgate_test_postgres::Durability;
use lockgate_tests::{Database, test_host};

use report::Report;
use side::Side;

/// Measures what a fresh sandbox for each message costs, and says where the time of a message goes.
#[derive(Debug, Parser)]
struct Args {
    /// Print one JSON object a database instead of a table
    #[arg(long)]
    json: bool,

    /// Add so many microseconds of processor time to each sandboxed call, to see the ratio fall
    #[arg(long, value_name = "N", default_value_t = 0)]
    burn_us: u64,

    /// Alternate with this build of the host instead of the parser compiled into it
    #[arg(long, value_name = "EXECUTABLE")]
    against: Option<PathBuf>,

    /// Rounds of each side
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,

    /// Seconds of a round
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u64).range(1..))]
    seconds: u64,

    /// Connections that post at the same time
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..))]
    connections: u32,

    /// Only this database: sqlite or postgres
    #[arg(long, value_parser = ["sqlite", "postgres"])]
    database: Option<String>,
}

#[tokio::main]
async fn main() -> ExitCode {
    let args = Args::parse();
    let wanted = |name: &str| args.database.as_deref().is_none_or(|only| only == name);
    let mut reports = Vec::new();
    if wanted("sqlite") {
        reports.push(measure(&args, [Database::Sqlite, Database::Sqlite]).await);
    }
    if wanted("postgres") {
        // Durable as a real server is; both sides use the same one.
        if let Some((server, first)) = Database::own_postgres(Durability::Full) {
            let second = Database::Postgres(server.database().into());
            reports.push(measure(&args, [first, second]).await);
        }
    }
    for report in &reports {
        if args.json {
            println!("{}", serde_json::to_string(report).unwrap());
        } else {
            println!("{report}");
        }
    }
    if reports.is_empty() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

async fn measure(args: &Args, [first, second]: [Database; 2]) -> Report {
    let database = first.word();
    let burn = args.burn_us.to_string();
    let mut sandboxed = Side::start(test_host(), first, &[("LOCKGATE_TEST_BURN_US", &burn)]).await;
    let mut other = match &args.against {
        Some(executable) => Side::start(executable.clone(), second, &[]).await,
        None => Side::start(test_host(), second, &[("LOCKGATE_TEST_NATIVE", "1")]).await,
    };
    // One round of each that does not count: pages, caches, the plan of every statement.
    for side in [&mut sandboxed, &mut other] {
        side.warm_up(args.connections, args.seconds).await;
    }
    for round in 0..args.rounds {
        // Who begins changes, so that neither always has the warmer machine.
        let (first, second) = if round % 2 == 0 { (&mut sandboxed, &mut other) } else { (&mut other, &mut sandboxed) };
        first.round(args.connections, args.seconds).await;
        second.round(args.connections, args.seconds).await;
    }
    let report = Report::of(database, args.rounds, args.against.is_some(), &mut [&mut sandboxed, &mut other]).await;
    sandboxed.finish().await;
    other.finish().await;
    report
}
