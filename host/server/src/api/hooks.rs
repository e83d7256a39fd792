//! The addresses that an admin enters at a provider.

use lockgate_model::id::Owner;
use lockgate_model::manifest::{Manifest, Verify};
use serde::Serialize;
use utoipa::ToSchema;

use super::problem::Problem;
use crate::host::Host;

/// One address that a provider calls.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct HookView {
    /// The route's name.
    name: String,
    /// Enter it at the provider. Whoever knows it can write to it, and what is not signed is refused where the route verifies.
    #[schema(example = "https://hooks.example.org/hooks/…/events")]
    url: String,
    /// HTTP methods.
    methods: Vec<String>,
    /// Whether what comes there is verified.
    verified: bool,
    /// The name of the secret to enter beside it, where the provider tries the address with one.
    handshake_secret: Option<String>,
}

/// The addresses of an app's or channel's own routes.
pub(crate) async fn addresses(host: &Host, manifest: Option<&Manifest>, owner: Owner) -> Result<Vec<HookView>, Problem> {
    let Some(manifest) = manifest else { return Ok(Vec::new()) };
    let routes: Vec<_> = manifest.routes.iter().filter(|route| route.level == owner.level()).collect();
    if routes.is_empty() {
        return Ok(Vec::new());
    }
    let Some(key) = host.store.hook_key(owner).await? else { return Ok(Vec::new()) };
    let key = key.expose_str().unwrap_or_default();
    Ok(routes
        .into_iter()
        .map(|route| HookView {
            name: route.name.clone(),
            url: format!("{}/hooks/{key}/{}", host.directory.origin(), route.name),
            methods: route.methods.clone(),
            verified: route.verify != Verify::None,
            handshake_secret: route.challenge.as_ref().map(|challenge| challenge.credential.clone()),
        })
        .collect())
}
