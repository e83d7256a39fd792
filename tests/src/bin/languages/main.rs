//! What the language of a plugin costs: the same channel in Rust, JavaScript and Python, built and reloaded after an edit, installed,
//! and called over HTTP.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a driver measures real time, and ends with words that say why where it cannot go on"
)]

mod reload;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

use clap::Parser;
use lockgate_tests::figures::Spread;
use lockgate_tests::{Api, Database, HostProcess, ProcessPlan, client, examples, product};
use serde::Serialize;
use serde_json::json;

const SECRET: &str = "made-up_secret";

/// Build, size and call times of one channel in each language
///
/// Times of calls are taken at the client: from a webhook's first byte to the end of the answer, its commit to a SQLite file among
/// it. What a webhook costs that no plugin sees (its secret is wrong) is measured beside them.
#[derive(Debug, Parser)]
struct Args {
    /// Print one JSON object a language
    #[arg(long)]
    json: bool,

    /// Only these languages: rust, js, python
    #[arg(long, value_delimiter = ',', value_parser = examples::LANGUAGES, default_values = examples::LANGUAGES)]
    only: Vec<String>,

    /// Take the components as they are, and leave the times of builds and reloads out
    #[arg(long)]
    built: bool,

    /// Edits of a source file to measure with `plugin dev`
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..))]
    edits: u64,

    /// Warm calls to measure
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u64).range(1..))]
    calls: u64,

    /// Cold calls to measure: each is the first of a host that has just been started
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..))]
    starts: u64,
}

/// What was measured of one language.
#[derive(Debug, Serialize)]
struct Figures {
    language: String,
    /// From the edit of its source file to a component, with what was built before still there; none: not measured.
    build_s: Option<f64>,
    /// What `plugin dev` makes of an edit; none: not measured.
    reload: Option<reload::Reload>,
    /// Of the component, in bytes.
    size: usize,
    /// From the upload to the answer that it is installed; most of it is compilation.
    install_ms: f64,
    /// The first webhook of a host that has just been started.
    cold_ms: Spread,
    /// Those after it.
    warm_ms: Spread,
    /// A webhook that is refused before any plugin is called.
    floor_ms: Spread,
}

#[tokio::main]
async fn main() {
    let args = Args::parse();
    let executable = product();
    for language in &args.only {
        eprintln!("{language}: building, installing, {} cold and {} warm calls", args.starts, args.calls);
        let figures = measure(&args, &executable, language).await;
        if args.json {
            println!("{}", serde_json::to_string(&figures).unwrap());
        } else {
            show(&figures);
        }
    }
}

async fn measure(args: &Args, executable: &Path, language: &str) -> Figures {
    let build_s = (!args.built).then(|| build_after_an_edit(language));
    let reload = (!args.built).then(|| {
        let (project, source) = (telegram().join(language), telegram().join(source(language)));
        reload::measure(executable, &project, source, args.edits)
    });
    let component = examples::telegram(language);
    let plan = ProcessPlan::new(executable.to_owned(), Database::Sqlite).with_argument("--log=warn");
    let mut host = plan.start().await;
    let began = Instant::now();
    host.api().install(&component).await;
    let install_ms = milliseconds(began.elapsed());
    let mut hook = connect(host.api()).await;

    let mut webhooks = Webhooks { http: client().build().unwrap(), next: 1 };
    let (mut cold, mut warm, mut floor) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..args.starts {
        host = restarted(host).await;
        hook = moved(&hook, host.api());
        // The connection is made, the channel looked up and the secret compared before the plugin's part is measured.
        floor.push(webhooks.forged(&hook).await);
        cold.push(webhooks.genuine(&hook).await);
    }
    for _ in 0..args.calls {
        floor.push(webhooks.forged(&hook).await);
        warm.push(webhooks.genuine(&hook).await);
    }
    let counted = plan.outside().await.messages().await.len();
    assert_eq!(counted as u64, args.starts + args.calls, "each genuine webhook is a message in the database");
    host.stop().await;
    Figures {
        language: language.to_owned(),
        build_s,
        reload,
        size: component.len(),
        install_ms,
        cold_ms: Spread::of(cold),
        warm_ms: Spread::of(warm),
        floor_ms: Spread::of(floor),
    }
}

/// Seconds that the component takes to be built when its source file is new and all it stands on is not.
fn build_after_an_edit(language: &str) -> f64 {
    let build = || {
        let target = examples::folder().parent().unwrap().to_owned();
        let mut command = Command::new(telegram().with_file_name("build"));
        command.args(["--fresh", language]).env("CARGO_TARGET_DIR", target).stdin(Stdio::null()).stdout(Stdio::null());
        let status = command.status().unwrap();
        assert!(status.success(), "examples/build {language} failed");
    };
    build();
    let source = telegram().join(source(language));
    std::fs::File::options().append(true).open(&source).unwrap().set_modified(SystemTime::now()).unwrap();
    let began = Instant::now();
    build();
    (began.elapsed().as_secs_f64() * 10.0).round() / 10.0
}

/// The example's folder, with one folder a language.
fn telegram() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("examples/telegram")
}

/// The file that an author edits.
fn source(language: &str) -> PathBuf {
    match language {
        "rust" => "rust/src/receive.rs",
        "js" => "js/src/receive.js",
        _ => "python/telegram/incoming.py",
    }
    .into()
}

/// Connects a bot; answers with the hook's address.
async fn connect(api: &Api) -> String {
    let inbox = api.post("/inboxes", &json!({ "name": "Support" })).await;
    let channel = json!({
        "plugin": "telegram",
        "inbox_id": inbox["id"],
        "name": "Our bot",
        "settings": { "bot_id": "123456" },
        "secrets": { "bot_token": "123456:AAmade-up", "webhook_secret": SECRET },
    });
    api.post("/channels", &channel).await["hooks"]["updates"].as_str().unwrap().to_owned()
}

async fn restarted(host: HostProcess) -> HostProcess {
    host.stop().await.start().await
}

/// The hook's address at the port of a host that was started again.
fn moved(hook: &str, api: &Api) -> String {
    let mut address = url::Url::parse(hook).unwrap();
    let now = url::Url::parse(api.origin()).unwrap();
    address.set_port(now.port()).unwrap();
    address.into()
}

struct Webhooks {
    http: reqwest::Client,
    next: u64,
}

impl Webhooks {
    async fn genuine(&mut self, hook: &str) -> f64 {
        self.next += 1;
        self.post(hook, SECRET, 200).await
    }

    async fn forged(&self, hook: &str) -> f64 {
        self.post(hook, "guessed", 401).await
    }

    /// Milliseconds until it was answered so.
    async fn post(&self, hook: &str, secret: &str, expected: u16) -> f64 {
        let number = self.next;
        let anna = json!({ "id": 42, "is_bot": false, "first_name": "Anna", "last_name": "Müller" });
        let message = json!({
            "message_id": number, "date": 1_767_322_990 + number, "from": anna,
            "chat": { "id": 42, "type": "private" }, "text": "Hello, is the blue one still there? I would come by on Saturday.",
        });
        let request = self.http.post(hook).header("content-type", "application/json");
        let request = request.header("x-telegram-bot-api-secret-token", secret);
        let request = request.body(json!({ "update_id": number, "message": message }).to_string());
        let began = Instant::now();
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        answer.bytes().await.unwrap();
        assert_eq!(status, expected);
        milliseconds(began.elapsed())
    }
}

fn milliseconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1_000_000.0).round() / 1000.0
}

fn show(figures: &Figures) {
    let Figures { language, build_s, reload, size, install_ms, cold_ms, warm_ms, floor_ms } = figures;
    println!("{language}");
    if let Some(seconds) = build_s {
        println!("  built after an edit in  {seconds:.1} s");
    }
    if let Some(reload) = reload {
        let reload::Reload { reload_ms: reloaded, functions, reused, .. } = reload;
        println!(
            "  reloaded in             {:.1} s, {reused} of {functions} functions taken over",
            reloaded.median / 1000.0
        );
    }
    println!("  size                    {:.1} MB", *size as f64 / 1e6);
    println!("  installed in            {:.1} s", install_ms / 1000.0);
    for (name, spread) in [("cold webhook", cold_ms), ("warm webhook", warm_ms), ("refused webhook", floor_ms)] {
        println!("  {name:22}  {:.2} ms  ({:.2} to {:.2})", spread.median, spread.min, spread.max);
    }
}
