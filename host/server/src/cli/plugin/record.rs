//! `lockgate plugin record`: a case of what really happened, of nobody that it happened to.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read as _, Write as _};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lockgate_kit::case::Case;
use lockgate_kit::record::dump::{self, Saved};
use lockgate_kit::record::{Attached, Keep, Raw, Recorded, Recording, StandInKey};
use lockgate_kit::{CASES, Trial};
use lockgate_model::contract::common::Pair;
use lockgate_model::contract::settings::SettingValue;
use lockgate_model::manifest::Manifest;
use lockgate_model::seam::Entropy;
use serde_json::{Value, json};

use super::build;
use super::project::Project;
use crate::cli::client::{CliError, HostArgs, print, print_json, segment};
use crate::cli::sheet::clean;
use crate::seams::Seams;

/// What to record.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  lockgate plugin record first-text --envelope latest      the newest webhook that came for this plugin\n  lockgate plugin record odd-sticker --dead-letter 0198c1f2-6f0a-7d31-9c55-3b1a0e6f7a21\n  lockgate plugin record limited --from answer.txt         what curl -i printed: the provider's answer to the call of a case\n  pbpaste | lockgate plugin record join --from - --route events --keep /event/type\n\nWhat stays: names of fields; words of the protocol, as \"message\" in a field such as type or status, and what cases of the\nproject have in the same field already; true and false, numbers below 1000, moments of the day on which it came or in a\nfield such as created_at; media types, endings of names of files, the headers accept and sec-fetch-*; and what --keep names. All else gets a stand-in that looks like it: the same for the same value,\nalso in the next recording. Texts that stayed are listed: look at them, and at the case, before you keep it. Signatures are left out; a plugin is handed what the host has verified."
)]
pub(crate) struct RecordArgs {
    /// The case's name: cases/NAME.json
    name: String,
    /// The project's folder
    #[arg(long, default_value = ".", value_name = "DIR")]
    dir: PathBuf,
    #[command(flatten)]
    source: Source,
    /// The route that a saved request came to [default: the one in its path, or the only one]
    #[arg(long, value_name = "NAME")]
    route: Option<String>,
    /// The case whose call a saved answer is to [default: the first that asks what was asked, else the first that sends, else
    /// the first that asks anything]
    #[arg(long, value_name = "CASE", requires = "from", conflicts_with = "route")]
    like: Option<String>,
    /// What the case shows, in a sentence
    #[arg(long, default_value = "Recorded: say here what it shows")]
    about: String,
    /// Keep this value: a place in the body such as /entry/0/kind (* is any), header:NAME, query:NAME, or of what follows the
    /// route in the path path:1. May be repeated
    #[arg(long, value_name = "PLACE")]
    keep: Vec<Keep>,
    /// The key of the stand-ins; made where it is not there. Keep it out of the repository [default: lockgate/record-key in
    /// your data folder]
    #[arg(long, env = "LOCKGATE_RECORD_KEY_FILE", value_name = "FILE")]
    key_file: Option<PathBuf>,
    /// Run this component instead of building the project
    #[arg(long, value_name = "FILE")]
    component: Option<PathBuf>,
    /// Print JSON instead of text
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    host: HostArgs,
}

/// Where what happened is found.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
struct Source {
    /// A webhook that a running host keeps, by its envelope's id, or `latest`; asks for a token of an admin
    #[arg(long, value_name = "ID")]
    envelope: Option<String>,
    /// The webhook of a dead letter that a running host keeps
    #[arg(long, value_name = "ID")]
    dead_letter: Option<String>,
    /// A saved request or answer: text of HTTP/1.1 as curl -i and curl -v print it, or a HAR file; - reads standard input
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
}

/// What happened.
enum Happened {
    Webhook { raw: Raw, settings: Option<BTreeMap<String, SettingValue>>, at: u64 },
    Answers(Vec<Saved>),
}

pub(super) async fn run(args: RecordArgs, seams: &Seams) -> Result<(), CliError> {
    let file = free(&args)?;
    let folder = args.dir.join(CASES);
    let cases = if folder.is_dir() { cases(&folder)? } else { Vec::new() };
    let component = match &args.component {
        Some(file) => fs::read(file).map_err(|source| CliError::Io { what: file.display().to_string(), source })?,
        None => build::component(&Project::open(&args.dir)?, build::words(args.json))?.bytes,
    };
    let component: Arc<[u8]> = component.into();
    let inspection =
        lockgate_runtime::inspect(&component).map_err(|error| CliError::Refused(build::words_of(&error)))?;
    let manifest = inspection.manifest;
    let key = key(args.key_file.clone(), &*seams.entropy)?;
    let happened = happened(&args, &manifest, &cases, seams.clock.now_ms()).await?;
    let recording = |settings, now_ms| Recording {
        manifest: &manifest,
        cases: &cases,
        settings,
        about: &args.about,
        now_ms,
        keep: &args.keep,
        key: &key,
    };
    let recorded = match happened {
        Happened::Webhook { raw, settings, at } => recording(settings, at).webhook(&raw),
        Happened::Answers(saved) => {
            let like = args.like.as_deref();
            recording(None, seams.clock.now_ms()).answers(&saved, like).map_err(CliError::Refused)?
        }
    };
    let case = Case::parse(&file, &recorded.text).map_err(|problem| CliError::Refused(problem.to_string()))?;
    write(&file, &recorded.text)?;
    let trial = Trial {
        component,
        cases: vec![case],
        compiler: seams.compiler.clone(),
        jobs: NonZeroUsize::MIN,
        conformance: false,
    };
    let verdict = trial.run().await.map_err(|error| CliError::Refused(error.to_string()))?;
    let problem = verdict.bless().left.first().map(|error| {
        let seen = verdict.report.failed.iter().flat_map(|failed| failed.differences.iter().chain(&failed.log));
        let seen: String = seen.map(|line| format!("\n  - {line}")).collect();
        format!("{error}{seen}")
    });
    tell(&args, &file, &recorded, problem.as_deref());
    Ok(())
}

fn tell(args: &RecordArgs, file: &Path, recorded: &Recorded, problem: Option<&str>) {
    let Recorded { kept, replaced, .. } = recorded;
    if args.json {
        print_json(&json!({ "file": file, "replaced": replaced, "kept": kept, "problem": problem }));
        return;
    }
    print(format_args!("Recorded {}: {replaced} values have stand-ins.", file.display()));
    if !kept.is_empty() {
        print("These texts stayed; look at them before you keep the case:");
        kept.iter().for_each(|kept| print(format_args!("  {}", clean(kept))));
    }
    match problem {
        None => print("What the plugin made of it is what the case expects; look at that too."),
        Some(problem) => print(format_args!(
            "The case does not expect what was seen yet: mend the plugin, then run lockgate plugin test --bless\n{problem}"
        )),
    }
    print(format_args!("\nNext: lockgate plugin test --only {}", args.name));
}

/// The case's file, where nothing is yet.
fn free(args: &RecordArgs) -> Result<PathBuf, CliError> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '/');
    if args.name.is_empty() || !args.name.chars().all(plain) || args.name.split('/').any(str::is_empty) {
        return Err(CliError::Usage(format!(
            "{:?} is no name for a case: write letters, digits, - and _, with / for a folder",
            args.name
        )));
    }
    let file = args.dir.join(CASES).join(format!("{}.json", args.name));
    if file.exists() {
        return Err(CliError::Usage(format!(
            "{} is there already, and nothing is written over: name another, or remove it",
            file.display()
        )));
    }
    Ok(file)
}

fn cases(folder: &Path) -> Result<Vec<Case>, CliError> {
    match lockgate_kit::read_cases(folder) {
        Ok(cases) => Ok(cases),
        // A folder without a case is as good as none.
        Err(problems) if problems.iter().all(|problem| problem.file == folder) => Ok(Vec::new()),
        Err(problems) => {
            let words: Vec<String> = problems.iter().map(ToString::to_string).collect();
            Err(CliError::Refused(words.join("\n")))
        }
    }
}

async fn happened(args: &RecordArgs, manifest: &Manifest, cases: &[Case], now_ms: u64) -> Result<Happened, CliError> {
    let Source { envelope, dead_letter, from } = &args.source;
    if let Some(from) = from {
        return saved(from, args, manifest, cases, now_ms);
    }
    let client = args.host.client()?;
    let plugin = &manifest.plugin.id;
    let (about, envelope) = match (envelope.as_deref(), dead_letter) {
        (Some("latest"), _) => {
            let newest = client.get(&format!("/api/v1/envelopes?limit=1&plugin={}", segment(plugin))).await?;
            let id = newest
                .pointer("/items/0/id")
                .and_then(Value::as_str)
                .ok_or_else(|| CliError::Refused(format!("nothing has come for {plugin} to that host yet")))?;
            let envelope = client.get(&format!("/api/v1/envelopes/{}", segment(id))).await?;
            (envelope.clone(), envelope)
        }
        (Some(id), _) => {
            let envelope = client.get(&format!("/api/v1/envelopes/{}", segment(id))).await?;
            (envelope.clone(), envelope)
        }
        (None, id) => {
            let id = id.as_deref().unwrap_or_default();
            let mut letter = client.get(&format!("/api/v1/dead-letters/{}", segment(id))).await?;
            let envelope = letter.get_mut("envelope").map(Value::take).unwrap_or_default();
            (letter, envelope)
        }
    };
    let text = |of: &Value, key: &str| of.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    if text(&about, "plugin") != *plugin {
        let other = text(&about, "plugin");
        return Err(CliError::Refused(format!("it came for the plugin {other}, and this project is {plugin}")));
    }
    if envelope.is_null() {
        return Err(CliError::Refused("what arrived was erased since, or it is of an answer to something sent".into()));
    }
    let mut settings = BTreeMap::new();
    let channel = text(&about, "channel_id");
    let mut app = text(&about, "app_id");
    if !channel.is_empty() {
        let channel = client.get(&format!("/api/v1/channels/{}", segment(&channel))).await?;
        app = text(&channel, "app_id");
        settings.extend(settings_of(&channel));
    }
    if !app.is_empty() {
        settings.extend(settings_of(&client.get(&format!("/api/v1/apps/{}", segment(&app))).await?));
    }
    let pairs = |key: &str| -> Vec<Pair> {
        let list = envelope.get(key).cloned().unwrap_or_default();
        serde_json::from_value(list).unwrap_or_default()
    };
    let files = envelope.get("files").and_then(Value::as_array);
    let attached = |file: &Value| Attached {
        field: text(file, "field"),
        file_name: file.get("file_name").and_then(Value::as_str).map(str::to_owned),
        content_type: file.get("content_type").and_then(Value::as_str).map(str::to_owned),
        size: file.get("size").and_then(Value::as_u64).unwrap_or_default(),
    };
    let raw = Raw {
        route: text(&envelope, "route"),
        method: text(&envelope, "method"),
        path: text(&envelope, "path"),
        query: pairs("query"),
        headers: pairs("headers"),
        body: STANDARD.decode(text(&envelope, "body_base64")).unwrap_or_default(),
        files: files.into_iter().flatten().map(attached).collect(),
    };
    let at = text(&envelope, "received_at").parse::<jiff::Timestamp>().ok();
    let at = at.and_then(|at| u64::try_from(at.as_millisecond()).ok()).unwrap_or(now_ms);
    Ok(Happened::Webhook { raw, settings: Some(settings), at })
}

/// The settings of a channel or an app, as the API shows them.
fn settings_of(of: &Value) -> BTreeMap<String, SettingValue> {
    let settings = of.get("settings").and_then(Value::as_object).into_iter().flatten();
    settings.filter_map(|(key, value)| Some((key.clone(), setting(value)?))).collect()
}

fn setting(value: &Value) -> Option<SettingValue> {
    Some(match value {
        Value::String(text) => SettingValue::Text(text.clone()),
        Value::Number(number) => SettingValue::Number(number.as_f64()?),
        Value::Bool(is) => SettingValue::Boolean(*is),
        Value::Array(list) => {
            SettingValue::Texts(list.iter().map(|text| text.as_str().map(Into::into)).collect::<Option<_>>()?)
        }
        Value::Null | Value::Object(_) => return None,
    })
}

/// Reads what was saved: a webhook, or what the provider answered.
fn saved(
    from: &Path,
    args: &RecordArgs,
    manifest: &Manifest,
    cases: &[Case],
    now_ms: u64,
) -> Result<Happened, CliError> {
    let failed = |source| CliError::Io { what: from.display().to_string(), source };
    let mut bytes = Vec::new();
    if from == Path::new("-") {
        std::io::stdin().read_to_end(&mut bytes).map_err(failed)?;
    } else {
        bytes = fs::read(from).map_err(failed)?;
    }
    let refused = |words: String| CliError::Refused(format!("{}: {words}", from.display()));
    let saved = dump::read(&bytes).map_err(refused)?;
    // Who names a case means an answer, who names a route a webhook: the first that was saved to no provider that is known.
    let of_provider = |saved: &Saved| {
        args.like.is_some()
            || saved.asks_named(manifest, cases)
            || (args.route.is_none() && saved.may_ask_set(manifest))
    };
    let (answers, hooks): (Vec<Saved>, Vec<Saved>) = saved.into_iter().partition(of_provider);
    let Some(request) = hooks.into_iter().find_map(|saved| saved.request) else {
        if answers.iter().all(|saved| saved.reply.is_none()) {
            return Err(refused("it holds neither a webhook nor an answer of a host that the manifest names".into()));
        }
        return Ok(Happened::Answers(answers));
    };
    let routes: Vec<&str> = manifest.routes.iter().map(|route| route.name.as_str()).collect();
    // As the host's own addresses are: /hooks/{key}/{route}, and what follows.
    let mut steps = request.path().splitn(5, '/').skip(1);
    let hook = (steps.next() == Some("hooks")).then(|| (steps.nth(1), steps.next()));
    let (told, rest) = hook.unwrap_or_default();
    let route = match (args.route.as_deref().or(told.filter(|told| routes.contains(told))), routes.as_slice()) {
        (Some(route), _) if routes.contains(&route) => route,
        (None, [only]) => only,
        (named, _) => {
            let named = named.map(|named| format!("the manifest has no route {named:?}; ")).unwrap_or_default();
            return Err(CliError::Usage(format!(
                "{named}say with --route which of these it came to: {}",
                routes.join(", ")
            )));
        }
    };
    let raw = Raw {
        route: route.to_owned(),
        path: rest.filter(|_| told == Some(route)).map(|rest| format!("/{rest}")).unwrap_or_default(),
        query: request.query(),
        method: request.method,
        headers: request.headers,
        body: request.body,
        files: Vec::new(),
    };
    Ok(Happened::Webhook { raw, settings: None, at: now_ms })
}

/// The key of the stand-ins, made where there is none yet. It is of the person who records, and never of the project.
fn key(file: Option<PathBuf>, entropy: &dyn Entropy) -> Result<StandInKey, CliError> {
    let own = || {
        let data = std::env::var_os("XDG_DATA_HOME").filter(|path| !path.is_empty()).map(PathBuf::from);
        let data = data.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".local/share")))?;
        Some(data.join("lockgate/record-key"))
    };
    let file = file.or_else(own).ok_or_else(|| CliError::Usage("there is no HOME; name a --key-file".into()))?;
    let failed = |source| CliError::Io { what: file.display().to_string(), source };
    match fs::read_to_string(&file) {
        Ok(text) => {
            let key = hex::decode(text.trim()).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
            let words =
                "it is no key of 64 hexadecimal digits; remove it, and a new one is made (stand-ins are others then)";
            key.map(StandInKey::new).ok_or_else(|| CliError::Refused(format!("{}: {words}", file.display())))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let mut key = [0; 32];
            entropy.fill(&mut key);
            if let Some(folder) = file.parent() {
                fs::create_dir_all(folder).map_err(failed)?;
            }
            let mut options = fs::File::options();
            std::os::unix::fs::OpenOptionsExt::mode(options.write(true).create_new(true), 0o600);
            let mut new = options.open(&file).map_err(failed)?;
            new.write_all(format!("{}\n", hex::encode(key)).as_bytes()).map_err(failed)?;
            Ok(StandInKey::new(key))
        }
        Err(error) => Err(failed(error)),
    }
}

fn write(file: &Path, text: &str) -> Result<(), CliError> {
    let failed = |source| CliError::Io { what: file.display().to_string(), source };
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let mut new = fs::File::options().write(true).create_new(true).open(file).map_err(failed)?;
    new.write_all(text.as_bytes()).map_err(failed)
}
