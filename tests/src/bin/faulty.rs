//! Judges a good plugin and each of its faults, and says which checks of the conformance suite failed.
#![allow(clippy::print_stdout, reason = "it is what a driver is for")]

use std::num::NonZeroUsize;
use std::process::ExitCode;

use clap::Parser;
use futures_util::{StreamExt as _, stream};
use lockgate_runtime::Compiler;
use lockgate_tests::faulty::{FAULTS, Fault, GOOD, failed};
use serde_json::json;

/// Judge a good plugin and each of its faults by the conformance suite
///
/// The exit status is 0 where each fault failed exactly the checks that it must, and the good plugin none.
#[derive(Debug, Parser)]
struct Args {
    /// Print one JSON object a fault: "fault" is its name, "failed" the list of checks
    #[arg(long)]
    json: bool,
    /// Only faults with this in their name
    #[arg(long, value_name = "TEXT", default_value = "")]
    only: String,
}

#[tokio::main]
async fn main() -> ExitCode {
    let args = Args::parse();
    let jobs = NonZeroUsize::MIN;
    let at_once = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let faults = [&GOOD].into_iter().chain(FAULTS).filter(|fault| fault.name.contains(&args.only));
    let compiler = Compiler::Here.hasty();
    let judge = async |fault: &'static Fault| (fault, fault.judge(jobs, compiler.clone()).await);
    let mut reports = stream::iter(faults.map(judge)).buffered(at_once);
    let mut wrong = Vec::new();
    while let Some((fault, report)) = reports.next().await {
        if args.json {
            println!("{}", json!({ "fault": fault.name, "failed": failed(&report) }));
        } else {
            println!("{:36} {}", fault.name, failed(&report).join(", "));
        }
        wrong.extend(fault.differs(&report));
    }
    wrong.iter().for_each(|words| eprintln!("{words}"));
    if wrong.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
