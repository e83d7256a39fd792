//! What holds for everything that is done to what is there: the channel has a plugin that can.

use std::sync::Arc;

use lockgate_model::contract::actions::Action;
use lockgate_model::id::{ChannelId, ConversationId};

use super::problem::{Kind, Problem};
use crate::delivery::admit;
use crate::delivery::signal::{Busy, signal};
use crate::directory::{LoadedPlugin, Mounted};
use crate::host::Host;

/// Why an action is not asked of a plugin.
#[derive(Debug, thiserror::Error)]
pub(super) enum Error {
    #[error("The channel of this conversation was deleted; nothing can be done through it.")]
    NoChannel,
    #[error(
        "The plugin of this conversation's channel is switched off or cannot be loaded; nothing can be done through it now."
    )]
    NoPlugin,
    #[error("The channel of this conversation is switched off; switch it on first.")]
    Off,
    #[error("The provider asked to be left alone for a while; nothing is told to it until then.")]
    Rests,
    #[error("Too much is under way on this channel; this was not told to the provider.")]
    Busy,
    #[error("{0}")]
    NotDeclared(String),
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let kind = match &error {
            Error::NoChannel | Error::NoPlugin | Error::Off | Error::Rests => Kind::Conflict,
            Error::Busy => Kind::Unavailable,
            Error::NotDeclared(_) => Kind::NotSendable,
        };
        Self::new(kind, error.to_string())
    }
}

/// The channel and its plugin, where that may be asked for this.
///
/// # Errors
///
/// 409 where nobody can be asked, 422 where the manifest does not declare it.
pub(super) async fn permitted(
    host: &Host,
    channel: ChannelId,
    action: &Action,
) -> Result<(Arc<Mounted>, Arc<LoadedPlugin>), Problem> {
    let mounted = host.directory.channel(channel).await?.ok_or(Error::NoChannel)?;
    let plugin = Arc::clone(mounted.plugin.as_ref().ok_or(Error::NoPlugin)?);
    admit::permit(&plugin.record.manifest, action).map_err(|problem| Error::NotDeclared(sentence(&problem.words)))?;
    Ok((mounted, plugin))
}

/// Whether the plugin of this channel may be asked for this; it may not where there is none.
///
/// # Errors
///
/// Where the database is not available.
pub(super) async fn is_permitted(host: &Host, channel: ChannelId, action: &Action) -> Result<bool, Problem> {
    let mounted = host.directory.channel(channel).await?;
    let plugin = mounted.as_ref().and_then(|mounted| mounted.plugin.as_ref());
    Ok(plugin.is_some_and(|plugin| admit::permit(&plugin.record.manifest, action).is_ok()))
}

/// Tells the contact something that is worth nothing later.
///
/// # Errors
///
/// 404, 409, 422 and 503, and then nothing is told.
pub(super) async fn tell(host: &Host, conversation: ConversationId, action: Action) -> Result<(), Problem> {
    let known = host.store.conversation(conversation).await?.ok_or_else(|| Problem::not_found("conversation"))?;
    let (mounted, _) = permitted(host, known.channel, &action).await?;
    let place = host.store.signal_place(conversation).await?.ok_or(Error::NoChannel)?;
    if !place.is_on {
        return Err(Error::Off.into());
    }
    if place.rests {
        return Err(Error::Rests.into());
    }
    signal(host, mounted, place, action).map_err(|Busy| Error::Busy.into())
}

fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).chain(['.']).collect()).unwrap_or_default()
}
