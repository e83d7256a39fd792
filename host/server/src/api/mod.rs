//! The HTTP API: `/api/v1`, its OpenAPI document, and what an operator's tools ask for.
//!
//! One operation is one file. What holds for all of them is here: the gate (who may call what, with which body), problem
//! documents, pages, idempotency. The API never calls a plugin to send: it commits, and the delivery worker does the rest; what is
//! worth nothing later (typing, reading) it hands to that worker without committing it.

mod acting;
mod apart;
mod apps;
mod channels;
mod check;
mod contacts;
mod conversations;
mod counts;
mod dead_letters;
mod envelopes;
mod events;
mod extract;
mod gate;
mod health;
mod hooks;
mod hosts;
mod idempotency;
mod inboxes;
mod looking_up;
mod messages;
mod names;
mod openapi;
mod page;
mod plugins;
mod problem;
mod settings;
mod store_errors;
mod time;
mod tokens;

use axum::{Extension, Router, middleware};
pub use health::metrics_router;
pub(crate) use plugins::Inspected;
use tower_http::catch_panic::CatchPanicLayer;
use utoipa::OpenApi as _;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::host::Host;

/// Everything that is answered on the API's listener.
pub fn router(host: Host) -> Router {
    let (router, document) = described();
    let operations = gate::Operations::of(&document);
    let written = openapi::Written(document.to_json().unwrap_or_default().into());
    router
        .route_layer(middleware::from_fn_with_state(gate::Gate { host: host.clone(), operations }, gate::enforce))
        .layer(Extension(written))
        .layer(Extension(events::Revocations::default()))
        .fallback(gate::no_such_route)
        .layer(CatchPanicLayer::custom(problem::panicked))
        .layer(middleware::from_fn_with_state(host.clone(), apart::enforce))
        .layer(middleware::from_fn_with_state(host.clone(), problem::finish))
        .with_state(host)
}

/// The OpenAPI document, as it is answered.
pub fn document() -> utoipa::openapi::OpenApi {
    described().1
}

/// All operations with what each says of itself. An operation is mounted by being described, and the other way round.
fn described() -> (Router<Host>, utoipa::openapi::OpenApi) {
    let (router, mut document) = OpenApiRouter::with_openapi(openapi::Described::openapi())
        .merge(plugins::router())
        .merge(apps::router())
        .merge(channels::router())
        .merge(inboxes::router())
        .merge(conversations::router())
        .merge(messages::router())
        .merge(contacts::router())
        .merge(dead_letters::router())
        .merge(envelopes::router())
        .merge(tokens::router())
        .routes(routes!(events::stream_events))
        .routes(routes!(counts::show_counts))
        .routes(routes!(openapi::show_document))
        .merge(health::router())
        .split_for_parts();
    openapi::complete(&mut document);
    (router, document)
}
