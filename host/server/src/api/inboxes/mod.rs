//! Inboxes: where a team's conversations appear.

mod create;
mod delete;
mod list;
mod rename;
mod show;

use lockgate_model::id::InboxId;
use lockgate_store::{Conflict, InboxRecord, StoreError};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::problem::{Kind, Problem};
use super::time::Moment;
use crate::host::Host;

pub(super) fn router() -> OpenApiRouter<Host> {
    OpenApiRouter::new().routes(routes!(list::list_inboxes, create::create_inbox)).routes(routes!(
        show::show_inbox,
        rename::rename_inbox,
        delete::delete_inbox
    ))
}

/// A refusal of this name with the name in it.
fn taken(name: &str, error: StoreError) -> Problem {
    match error {
        StoreError::Conflict(Conflict::NameTaken) => {
            Problem::new(Kind::Conflict, format!("There is an inbox called {name} already."))
        }
        other => other.into(),
    }
}

/// Where a team's conversations appear.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct InboxView {
    /// Its id.
    id: InboxId,
    /// As people are shown it.
    name: String,
    /// Since when there is one.
    created_at: Moment,
}

impl From<InboxRecord> for InboxView {
    fn from(record: InboxRecord) -> Self {
        Self { id: record.id, name: record.name, created_at: Moment::from_ms(record.created_at) }
    }
}

/// An inbox's name.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct InboxBody {
    /// As people are shown it; 1 to 80 characters.
    #[schema(example = "Support")]
    name: String,
}
