//! Reads the webhook of a case's file: query, headers and body in the spelling that suits each, and the files of a form.

use std::collections::BTreeMap;
use std::path::{Component, Path};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use lockgate_model::contract::common::Pair;
use lockgate_model::contract::inbound::Verification;
use lockgate_model::media::file_name;
use serde::Deserialize;
use serde_json::Value;

use super::file::{Wrong, wrong};
use super::{CaseFile, Webhook};
use crate::terse::Step;

/// Bytes of the largest file of a case: all of them are in memory at once.
const LARGEST: u64 = 32 << 20;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileWebhook {
    route: String,
    method: Option<String>,
    #[serde(default)]
    path: String,
    #[serde(default)]
    query: Pairs,
    #[serde(default)]
    headers: Pairs,
    #[serde(default)]
    body: Value,
    body_base64: Option<String>,
    #[serde(default)]
    files: Vec<FormPart>,
    account: Option<String>,
    verification: Option<Verification>,
}

/// A file of a form, its bytes in one of three spellings.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FormPart {
    field: String,
    file_name: Option<String>,
    content_type: Option<String>,
    text: Option<String>,
    base64: Option<String>,
    path: Option<String>,
}

/// An object, or a list of pairs where a name comes more than once.
#[derive(Deserialize)]
#[serde(untagged, expecting = "an object of texts, or a list of [name, value] where a name comes more than once")]
enum Pairs {
    Object(BTreeMap<String, String>),
    List(Vec<(String, String)>),
}

impl Default for Pairs {
    fn default() -> Self {
        Self::List(Vec::new())
    }
}

impl FileWebhook {
    /// What it says; `beside` is the folder of the case, in which its files are.
    pub(super) fn read(self, beside: &Path) -> Result<Webhook, Wrong> {
        let body = match (self.body, self.body_base64) {
            (Value::Null, None) => Vec::new(),
            (Value::Null, Some(coded)) => STANDARD
                .decode(coded)
                .map_err(|error| wrong(&["receive", "body_base64"], format!("this is no Base64: {error}")))?,
            (Value::String(text), None) => text.into_bytes(),
            (value, None) => value.to_string().into_bytes(),
            (_, Some(_)) => {
                return Err(wrong(&["receive", "body_base64"], "the body stands there already, in \"body\""));
            }
        };
        if !(self.path.is_empty() || self.path.starts_with('/')) {
            return Err(wrong(&["receive", "path"], "what follows the route's name begins with \"/\""));
        }
        let headers = self.headers.list().into_iter();
        let files = self.files.into_iter().enumerate().map(|(at, file)| file.read(at, beside));
        Ok(Webhook {
            route: self.route,
            method: self.method,
            path: self.path,
            query: self.query.list(),
            headers: headers.map(|pair| Pair { name: pair.name.to_ascii_lowercase(), ..pair }).collect(),
            body,
            files: files.collect::<Result<_, _>>()?,
            account: self.account,
            verification: self.verification,
        })
    }
}

impl FormPart {
    fn read(self, at: usize, beside: &Path) -> Result<CaseFile, Wrong> {
        let wrong = |key: Option<&str>, words: String| {
            let way = [Step::Key("receive".into()), Step::Key("files".into()), Step::At(at)];
            Wrong { path: way.into_iter().chain(key.map(|key| Step::Key(key.into()))).collect(), words }
        };
        let bytes = match (self.text, self.base64, self.path) {
            (Some(text), None, None) => text.into_bytes(),
            (None, Some(coded), None) => {
                STANDARD.decode(coded).map_err(|error| wrong(Some("base64"), format!("this is no Base64: {error}")))?
            }
            (None, None, Some(path)) => {
                bytes_of(beside, &path).map_err(|words| wrong(Some("path"), format!("{path}: {words}")))?
            }
            (None, None, None) => {
                let words = "it has no bytes: write one of \"text\", \"base64\" or \"path\" (a file beside the case)";
                return Err(wrong(None, words.into()));
            }
            _ => {
                let words = "its bytes stand there twice: write one of \"text\", \"base64\" or \"path\"";
                return Err(wrong(None, words.into()));
            }
        };
        Ok(CaseFile {
            field: self.field,
            // As the host hands it over.
            file_name: self.file_name.as_deref().and_then(file_name),
            content_type: self.content_type,
            bytes: Bytes::from(bytes),
        })
    }
}

/// A file in the case's folder, or below it: a project is whole wherever it is copied to.
fn bytes_of(beside: &Path, path: &str) -> Result<Vec<u8>, String> {
    let within = Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
    if !within || path.is_empty() {
        return Err("it is not beside the case: write a way that begins in the case's folder and stays there".into());
    }
    let file = beside.join(path);
    let about = std::fs::metadata(&file).map_err(|error| error.to_string())?;
    if !about.is_file() {
        return Err("it is no file".into());
    }
    let size = about.len();
    if size > LARGEST {
        return Err(format!("a case's file has at most {} MiB, and it has {size} bytes", LARGEST >> 20));
    }
    std::fs::read(file).map_err(|error| error.to_string())
}

impl Pairs {
    fn list(self) -> Vec<Pair> {
        let pair = |(name, value)| Pair { name, value };
        match self {
            Self::Object(object) => object.into_iter().map(pair).collect(),
            Self::List(list) => list.into_iter().map(pair).collect(),
        }
    }
}
