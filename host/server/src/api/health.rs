//! What an operator's tools ask: is it alive, can it serve, what has it counted.

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::StatusCode;
use http::header::CONTENT_TYPE;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::problem::chain;
use crate::host::Host;

/// Prometheus' text format.
const METRICS_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

pub(super) fn router() -> OpenApiRouter<Host> {
    OpenApiRouter::new().routes(routes!(alive)).routes(routes!(ready)).routes(routes!(metrics))
}

/// The listener for metrics alone: whoever reaches it may read them.
pub fn metrics_router(host: Host) -> Router {
    Router::new().route("/metrics", get(metrics)).with_state(host)
}

/// Alive
///
/// Answers as long as the process serves requests.
#[utoipa::path(
    get,
    path = "/healthz",
    tag = "health",
    security(()),
    responses((status = 200, description = "`ok`", content_type = "text/plain", body = String))
)]
async fn alive() -> &'static str {
    "ok\n"
}

/// Whether the host can serve.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct Readiness {
    /// All of it.
    ready: bool,
    /// Whether the database takes a write and gives it back.
    database: bool,
    /// Whether the image of every enabled plugin is loaded.
    plugins: bool,
}

/// Ready
///
/// 200 when the database takes a write and every plugin's image is loaded, 503 otherwise or while the host stops.
#[utoipa::path(
    get,
    path = "/readyz",
    tag = "health",
    security(()),
    responses((status = 200, body = Readiness), (status = 503, body = Readiness))
)]
async fn ready(State(host): State<Host>) -> Response {
    let database = match host.store.probe().await {
        Ok(()) => true,
        Err(error) => {
            tracing::warn!(error = chain(&error), "not ready: the database does not answer");
            false
        }
    };
    let plugins = host.directory.images_ready();
    let readiness = Readiness { ready: database && plugins && !*host.stopping().borrow(), database, plugins };
    let status = if readiness.ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, axum::Json(readiness)).into_response()
}

/// Metrics
///
/// In the text format of Prometheus. Names of plugins and fixed words, never ids or content.
#[utoipa::path(
    get,
    path = "/metrics",
    tag = "health",
    security(("token" = ["config:read"])),
    responses((status = 200, description = "The counters", content_type = "text/plain", body = String))
)]
async fn metrics(State(host): State<Host>) -> Response {
    ([(CONTENT_TYPE, METRICS_TYPE)], host.metrics.render()).into_response()
}
