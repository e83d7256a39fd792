//! `POST /api/v1/tokens`

use std::collections::BTreeSet;

use axum::extract::State;
use axum::{Extension, Json};
use http::StatusCode;
use lockgate_model::config::Scope;
use lockgate_store::ApiToken;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::TokenView;
use crate::api::extract::JsonBody;
use crate::api::names::name;
use crate::api::problem::{Kind, Problem};
use crate::host::Host;

/// A token to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewTokenBody {
    /// As people are shown it; 1 to 80 characters.
    #[schema(example = "Reporting")]
    name: String,
    /// What it may do; at least one, and none that the token which asks does not have.
    #[schema(example = json!(["inbox:read"]))]
    scopes: BTreeSet<Scope>,
}

/// A token that was just made.
#[derive(Serialize, ToSchema)]
pub(crate) struct NewTokenView {
    #[serde(flatten)]
    token: TokenView,
    /// The token itself, shown this once.
    #[schema(example = "lg_…")]
    secret: String,
}

/// Create a token
#[utoipa::path(
    post,
    path = "/api/v1/tokens",
    tag = "tokens",
    params(("Idempotency-Key" = Option<String>, Header, description = "Any text of your own; the same one again answers the same")),
    request_body = NewTokenBody,
    security(("token" = ["admin"])),
    responses((status = 201, body = NewTokenView))
)]
pub(crate) async fn create_token(
    State(host): State<Host>,
    Extension(asking): Extension<ApiToken>,
    JsonBody(body): JsonBody<NewTokenBody>,
) -> Result<(StatusCode, Json<NewTokenView>), Problem> {
    let name = name(&body.name)?;
    if body.scopes.is_empty() {
        return Err(Problem::field("/scopes", "A token needs at least one scope."));
    }
    if let Some(more) = body.scopes.iter().find(|scope| !scope.is_given_by(&asking.scopes)) {
        return Err(Problem::new(
            Kind::Forbidden,
            format!("The token that asks does not have the scope {more} itself."),
        ));
    }
    let (token, secret) = host.store.create_token(&name, body.scopes).await?;
    let shown = NewTokenView { token: token.into(), secret: secret.expose_str().unwrap_or_default().into() };
    Ok((StatusCode::CREATED, Json(shown)))
}
