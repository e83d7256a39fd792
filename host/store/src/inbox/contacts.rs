//! People, and the addresses that they are known by.

use lockgate_model::contract::common::{IdentityKind, MediaSource};
use lockgate_model::id::{ChannelId, ContactId, IdentityId};
use lockgate_model::profile::Profile;
use serde::de::IntoDeserializer;
use serde::{Deserialize, de};

use crate::Store;
use crate::db::{Row, Tx, args};
use crate::error::StoreError;
use crate::page::{Page, Paged};

/// A person.
#[derive(Clone, Debug, PartialEq)]
pub struct ContactRecord {
    /// Their name with us.
    pub id: ContactId,
    /// As they call themselves, where it is known.
    pub name: Option<String>,
    /// The addresses that they are known by.
    pub identities: Vec<IdentityRecord>,
    /// Since when they are known, milliseconds since 1970.
    pub created_at: u64,
}

/// One of a person's addresses.
#[derive(Clone, Debug, PartialEq)]
pub struct IdentityRecord {
    /// Its name with us.
    pub id: IdentityId,
    /// The channel that it is an address of.
    pub channel: Option<ChannelId>,
    /// What it is.
    pub kind: IdentityKind,
    /// As the provider names it.
    pub key: String,
    /// The name that they have there.
    pub name: Option<String>,
    /// The user name that they have there.
    pub username: Option<String>,
    /// Their picture, as the provider told it.
    pub picture: Option<MediaSource>,
    /// BCP 47.
    pub language: Option<String>,
    /// IANA name.
    pub timezone: Option<String>,
    /// Why nothing reaches them there any more; none: it does, as far as is known.
    pub unreachable: Option<String>,
}

impl Store {
    /// Contacts, the newest first.
    ///
    /// # Errors
    ///
    /// Where the database is not available, or the cursor is of another list.
    pub async fn contacts(&self, page: Page) -> Result<Paged<ContactRecord>, StoreError> {
        let after: Option<ContactId> = page.after()?;
        let sql = "SELECT id, name, created_at FROM contacts WHERE ($1 IS NULL OR id < $1) ORDER BY id DESC LIMIT $2";
        let mut tx = self.db().read().await?;
        let rows = tx.rows(sql, args![after, page.rows()]).await?;
        let mut items = Vec::with_capacity(rows.len());
        for row in &rows {
            items.push(read(&mut tx, row).await?);
        }
        Ok(Paged::of(&page, items, |last| last.id.to_string()))
    }

    /// One contact.
    ///
    /// # Errors
    ///
    /// Where the database is not available.
    pub async fn contact(&self, id: ContactId) -> Result<Option<ContactRecord>, StoreError> {
        let mut tx = self.db().read().await?;
        match tx.row("SELECT id, name, created_at FROM contacts WHERE id = $1", args![id]).await? {
            Some(row) => read(&mut tx, &row).await.map(Some),
            None => Ok(None),
        }
    }
}

async fn read(tx: &mut Tx, row: &Row) -> Result<ContactRecord, StoreError> {
    let id: ContactId = row.get("id")?;
    let sql = "SELECT id, channel, kind, key, profile, reachable, reachable_why FROM identities WHERE contact = $1 ORDER BY id";
    let rows = tx.rows(sql, args![id]).await?;
    Ok(ContactRecord {
        id,
        name: row.get("name")?,
        identities: rows.iter().map(identity).collect::<Result<_, _>>()?,
        created_at: row.get("created_at")?,
    })
}

fn identity(row: &Row) -> Result<IdentityRecord, StoreError> {
    let profile: Profile = row.json("profile")?;
    let unreachable = if row.get("reachable")? {
        None
    } else {
        Some(row.get::<Option<String>>("reachable_why")?.unwrap_or_else(|| "the provider says so".to_owned()))
    };
    Ok(IdentityRecord {
        id: row.get("id")?,
        channel: row.get("channel")?,
        kind: kind(row)?,
        key: row.get("key")?,
        name: profile.name.map(|name| name.value),
        username: profile.username.map(|name| name.value),
        picture: profile.picture.map(|picture| picture.value),
        language: profile.language.map(|language| language.value),
        timezone: profile.timezone.map(|timezone| timezone.value),
        unreachable,
    })
}

/// A row's `kind`, as the contract spells it.
pub(crate) fn kind(row: &Row) -> Result<IdentityKind, StoreError> {
    let word: String = row.get("kind")?;
    let word: de::value::StrDeserializer<'_, de::value::Error> = word.as_str().into_deserializer();
    IdentityKind::deserialize(word).map_err(|_| StoreError::corrupt("identities.kind"))
}
