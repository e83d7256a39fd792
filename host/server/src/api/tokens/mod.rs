//! API tokens: made, listed, revoked. A token's secret is shown once and kept as a hash.

mod create;
mod list;
mod revoke;

use std::collections::BTreeSet;

use lockgate_model::config::Scope;
use lockgate_model::id::TokenId;
use lockgate_store::ApiToken;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::time::Moment;
use crate::host::Host;

pub(super) fn router() -> OpenApiRouter<Host> {
    OpenApiRouter::new().routes(routes!(list::list_tokens, create::create_token)).routes(routes!(revoke::revoke_token))
}

/// An API token, without its secret.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct TokenView {
    /// Its id.
    id: TokenId,
    /// As people are shown it.
    name: String,
    /// What it may do.
    scopes: BTreeSet<Scope>,
    /// Since when there is one.
    created_at: Moment,
    /// When it was last used, to the minute; null: never.
    last_used_at: Option<Moment>,
    /// Since when it is worth nothing; null: it can be used.
    revoked_at: Option<Moment>,
}

impl From<ApiToken> for TokenView {
    fn from(token: ApiToken) -> Self {
        Self {
            id: token.id,
            name: token.name,
            scopes: token.scopes,
            created_at: Moment::from_ms(token.created_at),
            last_used_at: token.last_used_at.map(Moment::from_ms),
            revoked_at: token.revoked_at.map(Moment::from_ms),
        }
    }
}
