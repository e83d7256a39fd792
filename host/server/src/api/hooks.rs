//! The addresses that an admin enters at a provider.

use std::collections::BTreeMap;

use lockgate_model::id::Owner;
use lockgate_model::manifest::Manifest;

use super::problem::Problem;
use crate::host::Host;

/// The addresses of an app's or channel's own routes, by the route's name.
pub(crate) async fn addresses(
    host: &Host,
    manifest: Option<&Manifest>,
    owner: Owner,
) -> Result<BTreeMap<String, String>, Problem> {
    let Some(manifest) = manifest else { return Ok(BTreeMap::new()) };
    let routes: Vec<String> =
        manifest.routes.iter().filter(|route| route.level == owner.level()).map(|route| route.name.clone()).collect();
    if routes.is_empty() {
        return Ok(BTreeMap::new());
    }
    let Some(key) = host.store.hook_key(owner).await? else { return Ok(BTreeMap::new()) };
    let key = key.expose_str().unwrap_or_default();
    let origin = host.directory.origin();
    Ok(routes
        .into_iter()
        .map(|route| {
            let address = format!("{origin}/hooks/{key}/{route}");
            (route, address)
        })
        .collect())
}
