//! Identities and contacts: a person comes to be from the key of an address, and people are joined by aliases that somebody
//! vouches for.

use lockgate_model::contract::common::{Alias, Context, Identity, IdentityKind, IdentityRole};
use lockgate_model::contract::inbound::Event;
use lockgate_model::id::{ChannelId, ContactId, IdentityId};
use lockgate_model::profile::{Profile, comparable, vouched};

use super::channel::ChannelHead;
use super::{Batch, merge};
use crate::db::{Row, Tx, args};
use crate::error::StoreError;
use crate::event_log::{Entry, Kind};
use crate::json;
use crate::media;

/// One identity, as far as a batch needs it.
#[derive(Clone, Debug)]
pub(super) struct Person {
    pub(super) identity: IdentityId,
    pub(super) contact: Option<ContactId>,
    pub(super) profile: Profile,
}

impl Person {
    fn read(row: &Row) -> Result<Self, StoreError> {
        Ok(Self { identity: row.get("id")?, contact: row.get("contact")?, profile: row.json("profile")? })
    }
}

/// The person of a key, where they are known.
pub(super) async fn known(
    tx: &mut Tx,
    batch: &mut Batch<'_>,
    channel: ChannelId,
    key: &str,
) -> Result<Option<Person>, StoreError> {
    let cached = (channel, key.to_owned());
    if let Some(person) = batch.people.get(&cached) {
        return Ok(Some(person.clone()));
    }
    let sql = "SELECT identities.id, contact, profile FROM identity_keys
               JOIN identities ON identities.id = identity_keys.identity
               WHERE identity_keys.channel = $1 AND identity_keys.key = $2";
    let Some(row) = tx.row(sql, args![channel, key]).await? else { return Ok(None) };
    let person = Person::read(&row)?;
    batch.people.insert(cached, person.clone());
    Ok(Some(person))
}

/// Notes whom an event speaks of that was there before: its envelope holds their words once more.
pub(super) async fn spoken_of(
    tx: &mut Tx,
    batch: &mut Batch<'_>,
    channel: ChannelId,
    event: &Event,
) -> Result<(), StoreError> {
    let contact = event.thread.as_ref().and_then(|thread| thread.contact.as_ref());
    let people =
        [contact, event.actor.as_ref()].into_iter().flatten().map(|person| comparable(person.kind, &person.key));
    let thread = event.thread.as_ref().map(|thread| thread.key.clone());
    for key in people.chain(thread).collect::<Vec<_>>() {
        if let Some(contact) = known(tx, batch, channel, &key).await?.and_then(|person| person.contact) {
            batch.contacts.insert(contact);
            return Ok(());
        }
    }
    Ok(())
}

/// The person that an event names: found or made, with what the event tells of them.
pub(super) async fn person(
    tx: &mut Tx,
    batch: &mut Batch<'_>,
    channel: &ChannelHead,
    told: &Identity,
    at: u64,
) -> Result<Person, StoreError> {
    let key = comparable(told.kind, &told.key);
    let mut person = match known(tx, batch, channel.id, &key).await? {
        Some(person) => person,
        None => match by_alias(tx, batch, channel.id, told, &key).await? {
            Some(person) => person,
            None => create(tx, batch, channel.id, told, &key, at).await?,
        },
    };
    if told.aliases.iter().any(|alias| vouched(&alias.assurance)) {
        person = join(tx, batch, channel.id, person, &told.aliases).await?;
        batch.people.insert((channel.id, key.clone()), person.clone());
    }
    if person.profile.learn(told, at) {
        describe(tx, batch, &person).await?;
        batch.people.insert((channel.id, key), person.clone());
    }
    if let Some(context) = &told.context {
        keep_context(tx, person.identity, context, at).await?;
    }
    if let Some(contact) = person.contact {
        batch.contacts.insert(contact);
    }
    Ok(person)
}

/// A person who is known by another name that somebody vouches for. The new key becomes one of theirs.
async fn by_alias(
    tx: &mut Tx,
    batch: &mut Batch<'_>,
    channel: ChannelId,
    told: &Identity,
    key: &str,
) -> Result<Option<Person>, StoreError> {
    for alias in told.aliases.iter().filter(|alias| vouched(&alias.assurance)) {
        let other = comparable(alias.kind, &alias.key);
        let Some(person) = known(tx, batch, channel, &other).await? else { continue };
        // Numbers are passed on: one joins nobody who has an opaque key of their own.
        if alias.kind == IdentityKind::Phone && has_opaque_key(tx, person.identity).await? {
            continue;
        }
        add_key(tx, channel, person.identity, told.kind, key).await?;
        return Ok(Some(person));
    }
    Ok(None)
}

/// Adds vouched names to a person; where one of them is somebody's already, the two are one.
async fn join(
    tx: &mut Tx,
    batch: &mut Batch<'_>,
    channel: ChannelId,
    mut person: Person,
    aliases: &[Alias],
) -> Result<Person, StoreError> {
    for alias in aliases.iter().filter(|alias| vouched(&alias.assurance)) {
        let key = comparable(alias.kind, &alias.key);
        match known(tx, batch, channel, &key).await? {
            None => add_key(tx, channel, person.identity, alias.kind, &key).await?,
            Some(other) if other.identity == person.identity => {}
            Some(other) => {
                let passed_on = alias.kind == IdentityKind::Phone
                    && has_opaque_key(tx, person.identity).await?
                    && has_opaque_key(tx, other.identity).await?;
                if !passed_on {
                    person = merge::identities(tx, batch, &person, &other).await?;
                }
            }
        }
    }
    Ok(person)
}

/// The person known by `old` has these names too.
pub(super) async fn renamed(
    tx: &mut Tx,
    batch: &mut Batch<'_>,
    channel: ChannelId,
    old: &str,
    new: &[Alias],
) -> Result<bool, StoreError> {
    let Some(person) = known(tx, batch, channel, old).await? else { return Ok(false) };
    join(tx, batch, channel, person, new).await?;
    Ok(true)
}

/// A recipient's new key, as the answer to a delivery told it: it is the one that is written to from now on.
pub(crate) async fn rekey(
    tx: &mut Tx,
    channel: ChannelId,
    identity: IdentityId,
    alias: &Alias,
) -> Result<(), StoreError> {
    let key = comparable(alias.kind, &alias.key);
    let sql = "INSERT INTO identity_keys (channel, key, kind, identity) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
    tx.execute(sql, args![channel, key, word(alias.kind)?, identity]).await?;
    let sql = "UPDATE identities SET key = $2, kind = $3 WHERE id = $1";
    tx.execute(sql, args![identity, alias.key, word(alias.kind)?]).await.map(drop)
}

async fn create(
    tx: &mut Tx,
    batch: &mut Batch<'_>,
    channel: ChannelId,
    told: &Identity,
    key: &str,
    at: u64,
) -> Result<Person, StoreError> {
    let identity = IdentityId::new(batch.now, batch.seams.entropy.as_ref());
    let mut profile = Profile::default();
    profile.learn(told, at);
    let contact = match told.role {
        IdentityRole::Contact => {
            let contact = ContactId::new(batch.now, batch.seams.entropy.as_ref());
            let name = profile.name.as_ref();
            let sql = "INSERT INTO contacts (id, name, named_at, created_at) VALUES ($1, $2, $3, $4)";
            let values = args![contact, name.map(|name| &name.value), name.map(|name| name.at), batch.now];
            tx.execute(sql, values).await?;
            batch.note(Entry::of(Kind::ContactCreated).contact(contact));
            Some(contact)
        }
        IdentityRole::Agent | IdentityRole::Bot | IdentityRole::System => None,
    };
    let sql = "INSERT INTO identities (id, channel, contact, key, kind, role, profile)
               VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let (kind, role) = (word(told.kind)?, word(told.role)?);
    let text = json::text(&profile)?;
    tx.execute(sql, args![identity, channel, contact, told.key, kind, role, text]).await?;
    if media::any(&text) {
        media::named(tx, &of_person(identity), &text, batch.owner, Some(channel)).await?;
    }
    add_key(tx, channel, identity, told.kind, key).await?;
    let person = Person { identity, contact, profile };
    batch.people.insert((channel, key.to_owned()), person.clone());
    Ok(person)
}

async fn add_key(
    tx: &mut Tx,
    channel: ChannelId,
    identity: IdentityId,
    kind: IdentityKind,
    key: &str,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO identity_keys (channel, key, kind, identity) VALUES ($1, $2, $3, $4)";
    tx.execute(sql, args![channel, key, word(kind)?, identity]).await.map(drop)
}

async fn has_opaque_key(tx: &mut Tx, identity: IdentityId) -> Result<bool, StoreError> {
    let sql = "SELECT 1 AS found FROM identity_keys WHERE identity = $1 AND kind = 'opaque' LIMIT 1";
    Ok(tx.row(sql, args![identity]).await?.is_some())
}

/// Writes down what is known of a person now; their contact is called by the newest name of any of their identities.
async fn describe(tx: &mut Tx, batch: &mut Batch<'_>, person: &Person) -> Result<(), StoreError> {
    let sql = "UPDATE identities SET profile = $2 WHERE id = $1";
    let profile = json::text(&person.profile)?;
    tx.execute(sql, args![person.identity, profile]).await?;
    if media::any(&profile) {
        media::named(tx, &of_person(person.identity), &profile, batch.owner, None).await?;
    }
    if let (Some(contact), Some(name)) = (person.contact, &person.profile.name) {
        name_contact(tx, contact, &name.value, name.at).await?;
    }
    batch.note(Entry::of(Kind::ContactChanged).contact(person.contact));
    Ok(())
}

/// How a person is written as what names a medium.
fn of_person(identity: IdentityId) -> String {
    format!("person:{identity}")
}

/// Of two names of one moment the greater, so that the order of arrival does not matter.
pub(super) async fn name_contact(tx: &mut Tx, contact: ContactId, name: &str, at: u64) -> Result<(), StoreError> {
    let sql = "UPDATE contacts SET name = $2, named_at = $3 WHERE id = $1
               AND (named_at IS NULL OR named_at < $3 OR (named_at = $3 AND name < $2))";
    tx.execute(sql, args![contact, name, at]).await.map(drop)
}

/// All that is known of two identities that are one.
pub(super) async fn merged_profile(tx: &mut Tx, kept: &Person, gone: &Person) -> Result<Person, StoreError> {
    let mut person = kept.clone();
    person.profile.absorb(&gone.profile);
    let sql = "UPDATE identities SET profile = $2 WHERE id = $1";
    tx.execute(sql, args![person.identity, json::text(&person.profile)?]).await?;
    Ok(person)
}

async fn keep_context(tx: &mut Tx, identity: IdentityId, context: &Context, at: u64) -> Result<(), StoreError> {
    let kept = (!context.value.is_empty()).then(|| json::text(context)).transpose()?;
    let sql = "UPDATE identities SET context = $2, context_at = $3 WHERE id = $1 AND (context_at IS NULL OR context_at <= $3)";
    tx.execute(sql, args![identity, kept, at]).await.map(drop)
}

/// The word by which one of the contract's enums is stored.
pub(crate) fn word<T: serde::Serialize>(value: T) -> Result<String, StoreError> {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => Ok(word),
        _ => Err(StoreError::corrupt("an enum of the contract")),
    }
}
