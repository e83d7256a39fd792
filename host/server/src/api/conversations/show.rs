//! `GET /api/v1/conversations/{id}`

use axum::Json;
use axum::extract::State;
use lockgate_model::id::ConversationId;
use lockgate_model::window;
use serde::Serialize;
use utoipa::ToSchema;

use super::{ConversationView, window_opened_at};
use crate::api::extract::PathId;
use crate::api::problem::Problem;
use crate::api::time::Moment;
use crate::host::Host;

/// A conversation, with what can be sent in it now.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ConversationDetail {
    #[serde(flatten)]
    conversation: ConversationView,
    /// What the channel takes, as its plugin declares; null while the plugin is not running.
    #[schema(value_type = Option<Object>)]
    capabilities: Option<serde_json::Value>,
    /// Until when something may be sent; null while the plugin is not running.
    window: Option<WindowView>,
}

/// The messaging window.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct WindowView {
    /// `always`: the channel has no window. `open`, `closed`: now.
    state: WindowState,
    /// Until when, or since when it is closed; null: always, or the contact has never written.
    open_until: Option<Moment>,
    /// What may be sent under a tag, also when the window is closed. Hand the name in as `tag`.
    tags: Vec<TagView>,
    /// Whether a message of templates alone may be sent, also when the window is closed.
    templates: bool,
}

/// Whether something may be sent now without a tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum WindowState {
    Always,
    Open,
    Closed,
}

/// A tag that can be used now.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct TagView {
    /// The provider's word for it.
    name: String,
    /// Until when.
    until: Moment,
    /// Whether only a person's own answer may use it.
    human_only: bool,
}

/// A conversation, with what can be sent in it now
#[utoipa::path(
    get,
    path = "/api/v1/conversations/{id}",
    tag = "conversations",
    params(("id" = ConversationId, Path, description = "The conversation")),
    security(("token" = ["inbox:read"])),
    responses((status = 200, body = ConversationDetail))
)]
pub(crate) async fn show_conversation(
    State(host): State<Host>,
    PathId(id): PathId<ConversationId>,
) -> Result<Json<ConversationDetail>, Problem> {
    let record = host.store.conversation(id).await?.ok_or_else(|| Problem::not_found("conversation"))?;
    let mounted = host.directory.channel(record.channel).await?;
    let plugin = mounted.as_ref().and_then(|mounted| mounted.plugin.as_ref());
    let manifest = plugin.map(|plugin| &plugin.record.manifest);
    let now = host.seams.clock.now_ms();
    let capabilities = manifest
        .map(|manifest| serde_json::to_value(&manifest.capabilities))
        .transpose()
        .map_err(|error| Problem::internal(&error))?;
    let window = manifest.map(|manifest| {
        let rules = manifest.window.as_ref();
        window_view(window::standing(rules, window_opened_at(&record, rules)), now)
    });
    Ok(Json(ConversationDetail { window, capabilities, conversation: record.into() }))
}

fn window_view(standing: window::Standing, now: u64) -> WindowView {
    let state = match standing.open_until {
        None => WindowState::Always,
        Some(until) if now < until => WindowState::Open,
        Some(_) => WindowState::Closed,
    };
    let tags = standing
        .tags
        .into_iter()
        .filter(|tag| now < tag.until)
        .map(|tag| TagView { name: tag.name, until: Moment::from_ms(tag.until), human_only: tag.human_only })
        .collect();
    let open_until = standing.open_until.filter(|until| *until > 0).map(Moment::from_ms);
    WindowView { state, open_until, tags, templates: standing.templates }
}

#[cfg(test)]
mod tests {
    use lockgate_model::window::{Standing, TagStanding};

    use super::*;

    #[test]
    fn a_window_shows_what_can_still_be_sent() {
        let standing = Standing {
            open_until: Some(100),
            tags: vec![
                TagStanding { name: "LATER".into(), until: 200, human_only: true },
                TagStanding { name: "OVER".into(), until: 120, human_only: false },
            ],
            templates: true,
        };
        let view = window_view(standing, 150);
        assert_eq!(view.state, WindowState::Closed);
        assert_eq!(view.tags.iter().map(|tag| tag.name.as_str()).collect::<Vec<_>>(), ["LATER"]);
        assert!(view.templates);
        let empty = |open_until| Standing { open_until, tags: Vec::new(), templates: false };
        assert_eq!(window_view(empty(Some(0)), 1).open_until, None);
        assert_eq!(window_view(empty(None), 1).state, WindowState::Always);
    }
}
