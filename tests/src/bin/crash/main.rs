//! `kill -9` under load: the host is killed at random moments and started again, and what it acknowledged is looked for in the
//! database from outside. Whoever sends and whoever looks are not the host.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a driver that cannot go on ends here, with words that say why"
)]

mod account;
mod load;

use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use lockgate_simulators::graph::{GRAPH_HOST, Provider, ProviderConfig};
use lockgate_test_postgres::Durability;
use lockgate_tests::{Database, ProcessPlan, Setup, TestClock, product, within};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use account::Account;
use load::{Load, PAGE};

/// Longer than the claims of a dead node hold.
const SETTLED_WITHIN: Duration = Duration::from_secs(240);

/// Kills the host again and again while it works, and checks from outside that nothing it acknowledged is lost or doubled.
#[derive(Debug, Parser)]
struct Args {
    /// Print one JSON object a database
    #[arg(long)]
    json: bool,

    /// How often the host is killed
    #[arg(long, default_value_t = 6, value_parser = clap::value_parser!(u32).range(1..))]
    kills: u32,

    /// The longest life of a host before it is killed, in milliseconds
    #[arg(long, default_value_t = 2500, value_parser = clap::value_parser!(u64).range(100..))]
    longest_ms: u64,

    /// Connections that post at the same time
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..))]
    connections: u32,

    /// The same seed kills after the same times
    #[arg(long, default_value_t = 1)]
    seed: u64,

    /// Only this database: sqlite or postgres
    #[arg(long, value_parser = ["sqlite", "postgres"])]
    database: Option<String>,
}

#[tokio::main]
async fn main() -> ExitCode {
    let args = Args::parse();
    let wanted = |name: &str| args.database.as_deref().is_none_or(|only| only == name);
    let mut accounts = Vec::new();
    if wanted("sqlite") {
        accounts.push(run(&args, Database::Sqlite).await);
    }
    if wanted("postgres")
        && let Some((_server, database)) = Database::own_postgres(Durability::Full)
    {
        accounts.push(run(&args, database).await);
    }
    for account in &accounts {
        if args.json {
            println!("{}", serde_json::to_string(account).unwrap());
        } else {
            println!("{account}");
        }
    }
    let clean = !accounts.is_empty() && accounts.iter().all(Account::is_clean);
    if clean { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

async fn run(args: &Args, database: Database) -> Account {
    let word = database.word();
    let clock = TestClock::default().for_provider();
    let provider = Provider::start(ProviderConfig::new(args.seed, clock).with_page(PAGE)).await.unwrap();
    let plan = ProcessPlan::new(product(), database)
        .with_map(GRAPH_HOST, provider.address(), provider.ca_pem())
        .with_argument("--log=warn");
    let mut moments = ChaCha8Rng::seed_from_u64(args.seed);
    let mut process = plan.start().await;
    let mut setup = Setup::make(process.api(), &provider).await;
    let mut load = Load::new(args.connections);
    load.begin_conversations(process.api(), &setup).await;
    for _ in 0..args.kills {
        let life = Duration::from_millis(moments.random_range(50..args.longest_ms));
        load.until_killed(process, &setup, life).await;
        process = plan.start().await;
        setup.find_hook(process.api(), &provider).await;
        // As the provider does: what was not acknowledged is told again.
        load.repeat_unanswered(&setup).await;
    }
    let outside = plan.outside().await;
    within(SETTLED_WITHIN, "every delivery is settled", async || {
        (outside.number("SELECT count(*) FROM deliveries WHERE state <> 'done'").await == 0).then_some(())
    })
    .await;
    process.kill().await;
    Account::of(word, args.kills, &load, &plan, &provider).await
}
