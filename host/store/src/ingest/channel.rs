//! The channels that a batch of events speaks of, locked for the length of its transaction.

use std::collections::{BTreeMap, BTreeSet};

use lockgate_model::contract::inbound::{Event, EventBody};
use lockgate_model::id::{AppId, ChannelId, InboxId, Owner, PluginName};

use crate::db::{Dialect, Row, Tx, args};
use crate::error::StoreError;

/// What of a channel decides about its events and deliveries.
#[derive(Clone, Debug)]
pub(crate) struct ChannelHead {
    pub(crate) id: ChannelId,
    pub(crate) plugin: PluginName,
    pub(crate) app: Option<AppId>,
    /// None of one that was deleted.
    pub(crate) inbox: Option<InboxId>,
    pub(crate) account: String,
    pub(crate) health: String,
    pub(crate) connected_at: u64,
}

macro_rules! columns {
    () => {
        "SELECT id, plugin, app, inbox, account, health, connected_at FROM channels "
    };
}

impl ChannelHead {
    fn read(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.get("id")?,
            plugin: row.get("plugin")?,
            app: row.get("app")?,
            inbox: row.get("inbox")?,
            account: row.get("account")?,
            health: row.get("health")?,
            connected_at: row.get("connected_at")?,
        })
    }

    /// One channel, locked: what else happens on it waits for this transaction.
    pub(crate) async fn lock(tx: &mut Tx, id: ChannelId) -> Result<Option<Self>, StoreError> {
        let sql = match tx.dialect() {
            Dialect::Sqlite => concat!(columns!(), "WHERE id = $1"),
            Dialect::Postgres => concat!(columns!(), "WHERE id = $1 FOR NO KEY UPDATE"),
        };
        tx.row(sql, args![id]).await?.as_ref().map(Self::read).transpose()
    }

    async fn lock_account(
        tx: &mut Tx,
        plugin: &PluginName,
        app: AppId,
        account: &str,
    ) -> Result<Option<Self>, StoreError> {
        let sql = match tx.dialect() {
            Dialect::Sqlite => {
                concat!(columns!(), "WHERE plugin = $1 AND account = $2 AND app = $3 AND deleted_at IS NULL")
            }
            Dialect::Postgres => concat!(
                columns!(),
                "WHERE plugin = $1 AND account = $2 AND app = $3 AND deleted_at IS NULL FOR NO KEY UPDATE"
            ),
        };
        tx.row(sql, args![plugin, account, app]).await?.as_ref().map(Self::read).transpose()
    }
}

/// The channels of one batch.
pub(super) struct Roster {
    level: Level,
    by_account: BTreeMap<String, ChannelHead>,
}

enum Level {
    App,
    Channel(Option<ChannelHead>),
}

/// Where an event belongs.
pub(super) enum Found<'a> {
    /// To this channel.
    Channel(&'a ChannelHead),
    /// To the app as a whole.
    App,
    /// To an account that is not connected.
    Unknown(&'a str),
    /// To another account than the one whose hook was called.
    Other(&'a str),
    /// It should name an account and does not.
    Unnamed,
}

impl Roster {
    /// Finds and locks the channels of a batch, in an order that is always the same, so that two batches cannot wait for each
    /// other.
    pub(super) async fn of(
        tx: &mut Tx,
        owner: Owner,
        plugin: &PluginName,
        events: &[Event],
    ) -> Result<Self, StoreError> {
        let mut by_account = BTreeMap::new();
        let level = match owner {
            Owner::Channel(id) => {
                Level::Channel(ChannelHead::lock(tx, id).await?.filter(|channel| channel.inbox.is_some()))
            }
            Owner::App(app) => {
                let accounts: BTreeSet<&str> = events.iter().filter_map(|event| event.account.as_deref()).collect();
                for account in accounts {
                    if let Some(channel) = ChannelHead::lock_account(tx, plugin, app, account).await? {
                        by_account.insert(account.to_owned(), channel);
                    }
                }
                Level::App
            }
        };
        Ok(Self { level, by_account })
    }

    /// Where an event belongs.
    pub(super) fn find<'a>(&'a self, event: &'a Event) -> Found<'a> {
        match (&self.level, event.account.as_deref()) {
            (Level::Channel(None), account) => Found::Unknown(account.unwrap_or_default()),
            (Level::Channel(Some(channel)), None) => Found::Channel(channel),
            (Level::Channel(Some(channel)), Some(account)) if account == channel.account => Found::Channel(channel),
            (Level::Channel(Some(_)), Some(account)) => Found::Other(account),
            (Level::App, Some(account)) => match self.by_account.get(account) {
                Some(channel) => Found::Channel(channel),
                None => Found::Unknown(account),
            },
            (Level::App, None) => match event.body {
                EventBody::EraseRequested(_)
                | EventBody::FollowUp(_)
                | EventBody::PollNow
                | EventBody::RenewNow
                | EventBody::Ignored(_)
                | EventBody::Native(_) => Found::App,
                _ => Found::Unnamed,
            },
        }
    }
}
