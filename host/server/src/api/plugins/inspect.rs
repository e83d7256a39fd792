//! `POST /api/v1/plugins/inspect`

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::State;
use lockgate_model::id::{NotAPluginName, PluginName};
use lockgate_runtime::Inspection;
use lockgate_store::PluginRecord;
use serde::Serialize;
use utoipa::ToSchema;

use super::changes::{Change, changes};
use super::{PermissionSheet, refused, sheet};
use crate::api::extract::WholeBody;
use crate::api::problem::{Kind, Problem};
use crate::host::Host;

/// What a plugin's file says about itself.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Inspected {
    /// Names it over all its versions.
    id: PluginName,
    /// As people are shown it.
    name: String,
    /// Semantic version.
    version: String,
    /// One sentence.
    description: String,
    /// Who made it, as the file says.
    author: Option<String>,
    /// SPDX expression, as the file says.
    licence: Option<String>,
    /// Where to read more, as the file says.
    homepage: Option<String>,
    /// `sha256:` and the digest of the file. Hand it in with the installation, so that what is installed is what was looked at.
    digest: String,
    /// Bytes of the file.
    size: u64,
    /// The contract that it was built for.
    contract: String,
    /// What it can do: `connector`, `ingress`, `background`, `poller`, `media-fetcher`, `sender`, `actions`, `directory`.
    abilities: Vec<String>,
    /// What it asks for.
    sheet: PermissionSheet,
    /// The version that is installed now, which this one would replace.
    installed: Option<InstalledVersion>,
    /// What this version asks for otherwise than the installed one; empty where none is installed.
    changes: Vec<Change>,
}

/// A version that is installed.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct InstalledVersion {
    /// Semantic version.
    version: String,
    /// `sha256:` and the digest of its file.
    digest: String,
    /// The permissions that were granted to it, by name.
    grants: BTreeSet<String>,
}

impl Inspected {
    /// What a file says, on a host that has this plugin installed or not.
    ///
    /// # Errors
    ///
    /// Where its id cannot be a plugin's.
    pub(crate) fn of(inspection: Inspection, installed: Option<PluginRecord>) -> Result<Self, NotAPluginName> {
        let plugin = &inspection.manifest.plugin;
        let after = sheet(&inspection.manifest);
        Ok(Self {
            id: plugin.id.parse()?,
            name: plugin.name.clone(),
            version: plugin.version.clone(),
            description: plugin.description.clone(),
            author: plugin.author.clone(),
            licence: plugin.licence.clone(),
            homepage: plugin.homepage.clone(),
            abilities: inspection.abilities.names().into_iter().map(Into::into).collect(),
            changes: installed.as_ref().map_or_else(Vec::new, |record| changes(&sheet(&record.manifest), &after)),
            sheet: after,
            contract: inspection.contract,
            digest: inspection.digest,
            size: inspection.size,
            installed: installed.map(|record| InstalledVersion {
                version: record.version,
                digest: record.digest,
                grants: record.grants,
            }),
        })
    }
}

/// Look at a plugin's file
///
/// Nothing of it is run, nothing is kept. Answers with the permission sheet; decide on it, then install.
#[utoipa::path(
    post,
    path = "/api/v1/plugins/inspect",
    tag = "plugins",
    request_body(content = Vec<u8>, content_type = "application/wasm", description = "The component, at most 64 MiB"),
    security(("token" = ["config:write"])),
    responses((status = 200, body = Inspected))
)]
pub(crate) async fn inspect_plugin(
    State(host): State<Host>,
    WholeBody(bytes): WholeBody,
) -> Result<Json<Inspected>, Problem> {
    // A large file takes a while, and other requests share this thread.
    let inspection = tokio::task::spawn_blocking(move || lockgate_runtime::inspect(&bytes))
        .await
        .map_err(|error| Problem::internal(&error))?
        .map_err(|refusal| refused(&refusal))?;
    let unnamed = |error: NotAPluginName| Problem::new(Kind::PluginRefused, error.to_string());
    let id: PluginName = inspection.manifest.plugin.id.parse().map_err(unnamed)?;
    let installed = host.store.plugin(&id).await?;
    Ok(Json(Inspected::of(inspection, installed).map_err(unnamed)?))
}
