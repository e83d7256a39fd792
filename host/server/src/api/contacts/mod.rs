//! Contacts: people, and the addresses that they are known by.

mod list;
mod refresh;
mod show;

use lockgate_model::contract::common::{IdentityKind, MediaSource};
use lockgate_model::id::{ChannelId, ContactId, IdentityId};
use lockgate_store::{ContactRecord, IdentityRecord};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::time::Moment;
use crate::host::Host;

pub(super) fn router() -> OpenApiRouter<Host> {
    OpenApiRouter::new()
        .routes(routes!(list::list_contacts))
        .routes(routes!(show::show_contact))
        .routes(routes!(refresh::refresh_identity))
}

/// A person.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct ContactView {
    /// Its id.
    id: ContactId,
    /// Their name, where it is known.
    name: Option<String>,
    /// The addresses that they are known by.
    identities: Vec<IdentityView>,
    /// Since when they are known.
    created_at: Moment,
}

/// One of a person's addresses.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct IdentityView {
    /// Its id.
    id: IdentityId,
    /// The channel that it is an address of.
    channel_id: Option<ChannelId>,
    /// What it is.
    kind: IdentityKind,
    /// As the provider names it.
    key: String,
    /// The name that they have there.
    name: Option<String>,
    /// The user name that they have there.
    username: Option<String>,
    /// Their picture, as the provider told it.
    picture: Option<MediaSource>,
    /// Their language, BCP 47.
    language: Option<String>,
    /// Their time zone, by its IANA name.
    timezone: Option<String>,
    /// Why nothing reaches them there any more; null: it does, as far as is known.
    unreachable: Option<String>,
}

impl From<ContactRecord> for ContactView {
    fn from(record: ContactRecord) -> Self {
        Self {
            id: record.id,
            name: record.name,
            identities: record.identities.into_iter().map(IdentityView::from).collect(),
            created_at: Moment::from_ms(record.created_at),
        }
    }
}

impl From<IdentityRecord> for IdentityView {
    fn from(record: IdentityRecord) -> Self {
        Self {
            id: record.id,
            channel_id: record.channel,
            kind: record.kind,
            key: record.key,
            name: record.name,
            username: record.username,
            picture: record.picture,
            language: record.language,
            timezone: record.timezone,
            unreachable: record.unreachable,
        }
    }
}
