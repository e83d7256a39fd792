//! `POST /api/v1/plugins`

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::{RawQuery, State};
use http::StatusCode;
use lockgate_model::id::PluginName;
use lockgate_runtime::InstallRefusal;
use lockgate_store::NewPlugin;

use super::changes::news;
use super::{PluginView, refused, sheet, view};
use crate::api::extract::WholeBody;
use crate::api::problem::{Kind, Problem};
use crate::host::Host;

/// Why a plugin was not installed.
#[derive(Debug, thiserror::Error)]
enum Error {
    #[error("the query has an unknown parameter {0:?}; there are grant (repeatable) and digest")]
    UnknownParameter(String),
    #[error("the file's digest is {found}, not {expected}: it is not the file that was looked at")]
    OtherFile { expected: String, found: String },
    #[error("the plugin asks for no permission called {}; it asks for {asked}", .unknown.join(", "))]
    UnknownGrants { unknown: Vec<String>, asked: String },
    #[error(
        "this version asks for what the installed one does not: {}; look at it with inspect and hand in the digest that it answers",
        .0.join("; ")
    )]
    NotLookedAt(Vec<String>),
    #[error(transparent)]
    Refused(#[from] InstallRefusal),
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match &error {
            Error::Refused(refusal) => refused(refusal),
            Error::UnknownParameter(_) => Problem::new(Kind::BadRequest, error.to_string()),
            Error::UnknownGrants { .. } => Problem::new(Kind::UnknownGrant, error.to_string()),
            Error::OtherFile { .. } | Error::NotLookedAt(_) => Problem::new(Kind::PluginRefused, error.to_string()),
        }
    }
}

/// Install a plugin, or another version of one
///
/// The file becomes the current version; channels go on with it from the next message on. What is granted is exactly what
/// `grant` names, out of the permissions that `inspect` showed; the rest is denied while it runs. Installing the same file
/// again changes its grants alone. A version that asks for what the installed one does not (a host, a hook, a secret, a limit) is
/// only installed with the digest that `inspect` answered beside what is new.
#[utoipa::path(
    post,
    path = "/api/v1/plugins",
    tag = "plugins",
    params(
        ("grant" = Option<Vec<String>>, Query, description = "A permission to grant, by its name on the sheet. May be repeated", example = json!(["send"])),
        ("digest" = Option<String>, Query, description = "The digest that `inspect` answered; another file is refused"),
        ("Idempotency-Key" = Option<String>, Header, description = "Any text of your own; the same one again answers the same"),
    ),
    request_body(content = Vec<u8>, content_type = "application/wasm", description = "The component, at most 64 MiB"),
    security(("token" = ["config:write"])),
    responses((status = 201, body = PluginView))
)]
pub(crate) async fn install_plugin(
    State(host): State<Host>,
    RawQuery(query): RawQuery,
    WholeBody(bytes): WholeBody,
) -> Result<(StatusCode, Json<PluginView>), Problem> {
    let asked = Asked::read(query.as_deref().unwrap_or_default())?;
    let file = bytes.clone();
    let inspection = tokio::task::spawn_blocking(move || lockgate_runtime::inspect(&file))
        .await
        .map_err(|error| Problem::internal(&error))?
        .map_err(Error::Refused)?;
    asked.check(&inspection)?;
    if asked.digest.is_none() {
        let id = inspection.manifest.plugin.id.parse::<PluginName>();
        let installed = match &id {
            Ok(id) => host.store.plugin(id).await?,
            Err(_) => None,
        };
        let news =
            installed.map_or_else(Vec::new, |record| news(&sheet(&record.manifest), &sheet(&inspection.manifest)));
        if !news.is_empty() {
            return Err(Error::NotLookedAt(news).into());
        }
    }
    let loaded = host.runtime.install(bytes.as_ref().into()).await.map_err(Error::Refused)?;
    let inspection = loaded.inspection();
    let record = host
        .store
        .install_plugin(NewPlugin {
            manifest_text: inspection.manifest_text.clone(),
            digest: inspection.digest.clone(),
            component: bytes.to_vec(),
            grants: asked.grants,
        })
        .await?;
    host.directory.refresh().await?;
    host.denials.forget(&record.name);
    tracing::info!(plugin = %record.name, version = record.version, digest = record.digest, grants = ?record.grants, "a plugin was installed");
    Ok((StatusCode::CREATED, Json(view(&host, &record))))
}

/// What the query asks for.
#[derive(Debug, Default, PartialEq, Eq)]
struct Asked {
    grants: BTreeSet<String>,
    digest: Option<String>,
}

impl Asked {
    fn read(query: &str) -> Result<Self, Error> {
        let mut asked = Self::default();
        for (key, value) in url::form_urlencoded::parse(query.as_bytes()) {
            match &*key {
                "grant" => {
                    asked.grants.insert(value.into_owned());
                }
                "digest" => asked.digest = Some(value.into_owned()),
                _ => return Err(Error::UnknownParameter(key.into_owned())),
            }
        }
        Ok(asked)
    }

    fn check(&self, inspection: &lockgate_runtime::Inspection) -> Result<(), Error> {
        if let Some(expected) = self.digest.as_ref().filter(|expected| **expected != inspection.digest) {
            return Err(Error::OtherFile { expected: expected.clone(), found: inspection.digest.clone() });
        }
        let rules: BTreeSet<&str> = inspection.manifest.egress.iter().map(|rule| rule.name.as_str()).collect();
        let unknown: Vec<String> =
            self.grants.iter().filter(|grant| !rules.contains(grant.as_str())).cloned().collect();
        if unknown.is_empty() {
            return Ok(());
        }
        let asked = if rules.is_empty() { "none".into() } else { rules.into_iter().collect::<Vec<_>>().join(", ") };
        Err(Error::UnknownGrants { unknown, asked })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grants_are_named_one_by_one() {
        let asked = Asked::read("grant=send&grant=profile&digest=sha256%3Aab").unwrap();
        assert_eq!(asked, Asked { grants: ["send".into(), "profile".into()].into(), digest: Some("sha256:ab".into()) });
        assert!(matches!(Asked::read("grants=all"), Err(Error::UnknownParameter(_))));
    }
}
