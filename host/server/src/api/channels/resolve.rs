//! `POST /api/v1/channels/{id}/resolve`

use axum::Json;
use axum::extract::State;
use lockgate_model::contract::common::{Identity, IdentityKind, Thread};
use lockgate_model::id::ChannelId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::extract::{JsonBody, PathId};
use crate::api::looking_up::look_up;
use crate::api::problem::Problem;
use crate::host::Host;
use crate::lookup::{Answer, Question};

/// Bytes of the longest address: one of a mail has no more.
const ADDRESS: usize = 320;

/// An address to look up.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"kind": "phone", "address": "+4930123456"}))]
pub(crate) struct ResolveBody {
    /// What it is; one of the kinds that the channel's plugin says conversations can be begun with.
    kind: IdentityKind,
    /// The address.
    address: String,
}

/// Whether a conversation can be begun.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ResolvedView {
    /// Whether it can be.
    reachable: bool,
    /// As whom; null where it cannot be.
    identity: Option<Identity>,
    /// A thread that exists or can be begun, where the provider names one.
    thread: Option<Thread>,
}

/// Look an address up
///
/// Whether a conversation can be begun with this address through the channel, and as whom. Asked of the provider each time; nothing of
/// the answer is kept. The address stands in the body, so that it stands in nobody's log of addresses that were called.
#[utoipa::path(
    post,
    path = "/api/v1/channels/{id}/resolve",
    tag = "channels",
    params(("id" = ChannelId, Path, description = "The channel")),
    request_body = ResolveBody,
    security(("token" = ["inbox:write"])),
    responses((status = 200, body = ResolvedView))
)]
pub(crate) async fn resolve_address(
    State(host): State<Host>,
    PathId(id): PathId<ChannelId>,
    JsonBody(body): JsonBody<ResolveBody>,
) -> Result<Json<ResolvedView>, Problem> {
    if body.address.trim().is_empty() || body.address.len() > ADDRESS {
        return Err(Problem::field("/address", format!("An address has 1 to {ADDRESS} bytes.")));
    }
    let mounted = host.directory.channel(id).await?.ok_or_else(|| Problem::not_found("channel"))?;
    if let Some(plugin) = &mounted.plugin {
        let begins = &plugin.record.manifest.capabilities.begins;
        if !begins.iter().any(|kind| kind == word(body.kind)) {
            let words = match begins.as_slice() {
                [] => "No conversation can be begun through this channel.".to_owned(),
                kinds => format!("Conversations of this channel are begun with: {}.", kinds.join(", ")),
            };
            return Err(Problem::field("/kind", words));
        }
    }
    let resolved = match look_up(&host, id, Question::Resolve(body.kind, body.address)).await? {
        Answer::Resolved(resolved) => resolved,
        _ => None,
    };
    let (identity, thread) = resolved.map_or((None, None), |found| (Some(found.identity), found.thread));
    Ok(Json(ResolvedView { reachable: identity.is_some(), identity, thread }))
}

/// As a manifest spells it.
fn word(kind: IdentityKind) -> &'static str {
    match kind {
        IdentityKind::Email => "email",
        IdentityKind::Phone => "phone",
        IdentityKind::Visitor => "visitor",
        IdentityKind::Opaque => "opaque",
    }
}
