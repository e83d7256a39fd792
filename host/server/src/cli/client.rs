//! Speaks to a running host over its API, and turns its refusals into words for a terminal.

use std::fmt;
use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use reqwest::{Method, RequestBuilder, Response, StatusCode, Url};
use serde_json::Value;
use zeroize::Zeroizing;

/// The media type of a plugin's file.
const WASM: &str = "application/wasm";

/// Which host to speak to, and as whom.
#[derive(Clone, clap::Args)]
pub(crate) struct HostArgs {
    /// Address of the host's API
    #[arg(
        long,
        env = "LOCKGATE_URL",
        default_value = "http://127.0.0.1:8080",
        value_name = "URL",
        help_heading = "Connection"
    )]
    url: String,

    /// API token. Other users of this machine can see a command line: set LOCKGATE_TOKEN, or use --token-file
    #[arg(long, env = "LOCKGATE_TOKEN", hide_env_values = true, value_name = "TOKEN", help_heading = "Connection")]
    token: Option<String>,

    /// File that holds the API token
    #[arg(long, env = "LOCKGATE_TOKEN_FILE", value_name = "FILE", help_heading = "Connection")]
    token_file: Option<PathBuf>,
}

impl HostArgs {
    /// A client of that host.
    pub(crate) fn client(&self) -> Result<Client, CliError> {
        Client::new(self)
    }

    fn token_source(&self) -> Option<TokenSource> {
        let env = |name: &str| std::env::var(name).ok();
        TokenSource::of(self.token.as_deref(), self.token_file.as_deref(), env)
    }
}

/// Where the token comes from. The command line wins over the environment, and there the token over its file.
#[derive(Clone, Debug, PartialEq, Eq)]
enum TokenSource {
    /// `--token`
    Argument,
    /// `--token-file`
    File(PathBuf),
    /// `LOCKGATE_TOKEN`, beside which `LOCKGATE_TOKEN_FILE` is not heeded
    Variable { beside_file: bool },
    /// `LOCKGATE_TOKEN_FILE`
    FileVariable(PathBuf),
}

impl TokenSource {
    /// By what the command line came to, into which the environment was read already.
    fn of(token: Option<&str>, file: Option<&Path>, env: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let of_env = |name: &str, value: &str| env(name).is_some_and(|found| found == value);
        let named = file.filter(|file| !of_env("LOCKGATE_TOKEN_FILE", &file.to_string_lossy()));
        match (token, named, file) {
            (Some(token), ..) if !of_env("LOCKGATE_TOKEN", token) => Some(Self::Argument),
            (_, Some(file), _) => Some(Self::File(file.to_owned())),
            (Some(_), None, file) => Some(Self::Variable { beside_file: file.is_some() }),
            (None, None, Some(file)) => Some(Self::FileVariable(file.to_owned())),
            (None, None, None) => None,
        }
    }

    /// The token; `given` is the one of the command line or the environment.
    fn read(&self, given: Option<&str>) -> Result<Zeroizing<String>, CliError> {
        let text = match self {
            Self::Argument | Self::Variable { .. } => Zeroizing::new(given.unwrap_or_default().to_owned()),
            Self::File(path) | Self::FileVariable(path) => Zeroizing::new(
                std::fs::read_to_string(path).map_err(|source| CliError::Io { what: self.to_string(), source })?,
            ),
        };
        let token = Zeroizing::new(text.trim().to_owned());
        if token.starts_with("lg_") && token.chars().all(|letter| letter.is_ascii_graphic()) {
            return Ok(token);
        }
        Err(CliError::Usage(match self {
            Self::File(path) | Self::FileVariable(path) => {
                format!("{} holds no API token (one line, lg_…)", path.display())
            }
            Self::Argument | Self::Variable { .. } => format!("{self} is no API token (lg_…)"),
        }))
    }

    /// The token for a command that is shown, never the token itself.
    fn in_shell(&self) -> String {
        match self {
            Self::Argument | Self::Variable { .. } => "$LOCKGATE_TOKEN".into(),
            Self::File(path) => format!("$(cat '{}')", path.display()),
            Self::FileVariable(_) => "$(cat \"$LOCKGATE_TOKEN_FILE\")".into(),
        }
    }
}

impl fmt::Display for TokenSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Argument => f.write_str("--token"),
            Self::File(path) => write!(f, "--token-file {}", path.display()),
            Self::Variable { beside_file: false } => f.write_str("LOCKGATE_TOKEN"),
            Self::Variable { beside_file: true } => {
                f.write_str("LOCKGATE_TOKEN (LOCKGATE_TOKEN_FILE is set too, and not heeded beside it)")
            }
            Self::FileVariable(path) => write!(f, "LOCKGATE_TOKEN_FILE {}", path.display()),
        }
    }
}

impl fmt::Debug for HostArgs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HostArgs").field("url", &self.url).finish_non_exhaustive()
    }
}

/// The same for commands that show what the API answers.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct ApiArgs {
    #[command(flatten)]
    host: HostArgs,

    /// Print the API's own JSON instead of a table
    #[arg(long, help_heading = "Output")]
    pub(crate) json: bool,
}

impl ApiArgs {
    /// A host at this address; for commands that know it from elsewhere.
    pub(crate) fn of(url: String, token: Option<String>, token_file: Option<PathBuf>) -> Self {
        Self { host: HostArgs { url, token, token_file }, json: true }
    }

    /// A client of that host.
    pub(crate) fn client(&self) -> Result<Client, CliError> {
        self.host.client()
    }

    /// How a program asks the same host with the same token, for a person to copy.
    pub(crate) fn curl(&self, path: &str) -> String {
        let token = self.host.token_source().map_or_else(String::new, |source| source.in_shell());
        let by_env = std::env::var("LOCKGATE_URL").is_ok_and(|url| url == self.host.url);
        let url = if by_env { "$LOCKGATE_URL" } else { self.host.url.trim_end_matches('/') };
        format!("curl -H \"Authorization: Bearer {token}\" {url}{path}")
    }
}

/// Why a command failed. `Display` is what the terminal shows.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CliError {
    /// The command line asks for something that cannot be.
    #[error("{0}")]
    Usage(String),
    /// A file or the terminal.
    #[error("{what}: {source}")]
    Io {
        what: String,
        #[source]
        source: std::io::Error,
    },
    /// Nobody answers there.
    #[error(
        "no host answers at {url}: {why}\n  Is it running? Start one with: lockgate serve\n  Another address: --url or LOCKGATE_URL"
    )]
    Unreachable { url: String, why: String },
    /// The host refuses; its problem document in words.
    #[error("{0}")]
    Refused(String),
    /// What answers there is no Lockgate host.
    #[error("{url} answers, but not as a Lockgate host does: {why}")]
    Strange { url: String, why: String },
}

/// A client of one host.
pub(crate) struct Client {
    http: reqwest::Client,
    base: Url,
    token: Zeroizing<String>,
    source: TokenSource,
}

impl Client {
    fn new(args: &HostArgs) -> Result<Self, CliError> {
        let base = Url::parse(&args.url).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        let base = base.ok_or_else(|| {
            CliError::Usage(format!("--url: {:?} is no address such as http://127.0.0.1:8080", args.url))
        })?;
        let source = args.token_source().ok_or_else(|| {
            let words = "an API token is needed: set LOCKGATE_TOKEN, or give --token-file. `lockgate serve` shows an admin token at its first start";
            CliError::Usage(words.into())
        })?;
        let token = source.read(args.token.as_deref())?;
        // Installed by the first who needs it; a second time is no fault.
        drop(rustls::crypto::ring::default_provider().install_default());
        let http = reqwest::Client::builder()
            .timeout(Duration::from_secs(120))
            .connect_timeout(Duration::from_secs(10))
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| CliError::Usage(format!("the HTTP client cannot be made: {error}")))?;
        Ok(Self { http, base, token, source })
    }

    pub(crate) async fn get(&self, path: &str) -> Result<Value, CliError> {
        self.send(self.request(Method::GET, path)?).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Result<Value, CliError> {
        self.send(self.request(Method::DELETE, path)?).await
    }

    pub(crate) async fn post(&self, path: &str, body: Option<&Value>) -> Result<Value, CliError> {
        self.with_body(Method::POST, path, body).await
    }

    pub(crate) async fn patch(&self, path: &str, body: &Value) -> Result<Value, CliError> {
        self.with_body(Method::PATCH, path, Some(body)).await
    }

    pub(crate) async fn upload(&self, path: &str, query: &[(&str, &str)], file: &[u8]) -> Result<Value, CliError> {
        let request = self.request(Method::POST, path)?.query(query);
        self.send(request.header(reqwest::header::CONTENT_TYPE, WASM).body(file.to_vec())).await
    }

    /// All items of a list, page after page.
    pub(crate) async fn all(&self, path: &str) -> Result<Vec<Value>, CliError> {
        let mut items = Vec::new();
        let mut cursor: Option<String> = None;
        loop {
            let mut request = self.request(Method::GET, path)?.query(&[("limit", "200")]);
            if let Some(cursor) = &cursor {
                request = request.query(&[("cursor", cursor)]);
            }
            let mut page = self.send(request).await?;
            if let Some(Value::Array(more)) = page.get_mut("items").map(Value::take) {
                items.extend(more);
            }
            cursor = page.get("next_cursor").and_then(Value::as_str).map(Into::into);
            if cursor.is_none() {
                return Ok(items);
            }
        }
    }

    async fn with_body(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Value, CliError> {
        let mut request = self.request(method, path)?;
        if let Some(body) = body {
            request = request.json(body);
        }
        self.send(request).await
    }

    fn request(&self, method: Method, path: &str) -> Result<RequestBuilder, CliError> {
        let url = self.base.join(path).map_err(|error| CliError::Usage(format!("{path}: {error}")))?;
        Ok(self.http.request(method, url).bearer_auth(self.token.as_str()))
    }

    async fn send(&self, request: RequestBuilder) -> Result<Value, CliError> {
        let response = request.send().await.map_err(|error| self.unreachable(&error))?;
        let status = response.status();
        if status == StatusCode::NO_CONTENT {
            return Ok(Value::Null);
        }
        if status.is_success() {
            let bytes = response.bytes().await.map_err(|error| self.unreachable(&error))?;
            return serde_json::from_slice(&bytes).map_err(|_| self.strange("its answer is no JSON"));
        }
        Err(self.refusal(status, response).await)
    }

    async fn refusal(&self, status: StatusCode, response: Response) -> CliError {
        let bytes = response.bytes().await.unwrap_or_default();
        match serde_json::from_slice::<Value>(&bytes) {
            Ok(problem) if problem.get("title").is_some() && status == StatusCode::UNAUTHORIZED => {
                let words = words(&problem);
                CliError::Refused(format!(
                    "{words}\n  The token is that of {}; the host asked is {}",
                    self.source, self.base
                ))
            }
            Ok(problem) if problem.get("title").is_some() => CliError::Refused(words(&problem)),
            _ => self.strange(&format!("status {status}")),
        }
    }

    fn unreachable(&self, error: &reqwest::Error) -> CliError {
        let mut why = crate::cli::serve::chain(error);
        if error.is_timeout() {
            why = "it did not answer in time".into();
        }
        CliError::Unreachable { url: self.base.to_string(), why }
    }

    fn strange(&self, why: &str) -> CliError {
        CliError::Strange { url: self.base.to_string(), why: why.into() }
    }
}

/// A problem document for a person.
fn words(problem: &Value) -> String {
    let text = |key: &str| problem.get(key).and_then(Value::as_str).unwrap_or_default();
    let errors = problem.get("errors").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let fields: Vec<String> = errors
        .iter()
        .map(|error| {
            let part = |key: &str| error.get(key).and_then(Value::as_str).unwrap_or_default();
            match part("pointer").trim_start_matches('/') {
                "" => format!("\n  {}", part("detail")),
                pointer => format!("\n  {}: {}", pointer.replace('/', "."), part("detail")),
            }
        })
        .collect();
    if fields.is_empty() {
        format!("{}: {}", text("title"), text("detail"))
    } else {
        format!("{}:{}", text("title"), fields.concat())
    }
}

/// Prints to standard output; a reader that went away (a pipe to `head`) is no fault.
pub(crate) fn print(text: impl fmt::Display) {
    drop(writeln!(std::io::stdout(), "{text}"));
}

/// Says on a terminal what takes a while; a log or a pipe is not told.
pub(crate) fn progress(text: impl fmt::Display) {
    if std::io::stderr().is_terminal() {
        drop(writeln!(std::io::stderr(), "{text}"));
    }
}

/// Prints the API's own JSON.
pub(crate) fn print_json(value: &Value) {
    print(format_args!("{value:#}"));
}

/// An id or name as part of a path.
pub(crate) fn segment(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string().replace("%2D", "-")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_problem_names_each_field() {
        let problem = json!({"title": "Some fields cannot be so", "detail": "2 fields", "errors": [
            {"pointer": "/settings/page_id", "detail": "must be filled in"}, {"pointer": "", "detail": "and this"}]});
        assert_eq!(words(&problem), "Some fields cannot be so:\n  settings.page_id: must be filled in\n  and this");
        assert_eq!(
            words(&json!({"title": "Not found", "detail": "There is no such app."})),
            "Not found: There is no such app."
        );
    }

    #[test]
    fn it_is_known_where_a_token_comes_from() {
        let none = |_: &str| None;
        let env = |name: &str| match name {
            "LOCKGATE_TOKEN" => Some("lg_env".to_owned()),
            "LOCKGATE_TOKEN_FILE" => Some("env-file".to_owned()),
            _ => None,
        };
        let file = |name: &str| PathBuf::from(name);
        assert_eq!(TokenSource::of(None, None, none), None);
        assert_eq!(TokenSource::of(Some("lg_typed"), Some(&file("env-file")), env), Some(TokenSource::Argument));
        assert_eq!(TokenSource::of(Some("lg_env"), Some(&file("typed")), env), Some(TokenSource::File(file("typed"))));
        let both = TokenSource::of(Some("lg_env"), Some(&file("env-file")), env).unwrap();
        assert_eq!(both, TokenSource::Variable { beside_file: true });
        assert!(both.to_string().starts_with("LOCKGATE_TOKEN (LOCKGATE_TOKEN_FILE is set too"), "{both}");
        let by_file = TokenSource::of(None, Some(&file("env-file")), env).unwrap();
        assert_eq!(by_file.in_shell(), "$(cat \"$LOCKGATE_TOKEN_FILE\")");
        let missing = by_file.read(None).unwrap_err().to_string();
        assert!(missing.starts_with("LOCKGATE_TOKEN_FILE env-file: "), "{missing}");
    }

    #[test]
    fn a_file_that_holds_more_than_a_token_is_told_of() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let source = TokenSource::File(file.path().to_owned());
        std::fs::write(file.path(), "lg_abc\n").unwrap();
        assert_eq!(source.read(None).unwrap().as_str(), "lg_abc");
        for wrong in ["", "ID  NAME\n1  Reporting\n\nThe token, shown this once: lg_abc\n", "lg_abc\nlg_def\n"] {
            std::fs::write(file.path(), wrong).unwrap();
            let words = source.read(None).unwrap_err().to_string();
            assert!(words.ends_with("holds no API token (one line, lg_…)") && !words.contains("lg_abc"), "{words}");
        }
        let words = TokenSource::Argument.read(Some("hunter2")).unwrap_err().to_string();
        assert_eq!(words, "--token is no API token (lg_…)");
    }

    #[test]
    fn what_is_put_into_a_path_stays_one_segment() {
        assert_eq!(segment("../a?b"), "%2E%2E%2Fa%3Fb");
        assert_eq!(segment("0191-ab"), "0191-ab");
    }
}
