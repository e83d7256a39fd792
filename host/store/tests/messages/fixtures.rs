//! A connected channel, envelopes, and events as a plugin makes them.

use std::collections::BTreeMap;
use std::ops::Deref;

use bytes::Bytes;
use lockgate_model::contract::actions::Action;
use lockgate_model::contract::common::{
    Assurance, Content, Identity, IdentityKind, IdentityRole, Part, RichText, Thread, ThreadKind,
};
use lockgate_model::contract::inbound::{
    Deletion, Direction, Edit, Event, EventBody, Message, Reaction, ReactionChange, Receipt, ReceiptStatus,
    ReceiptTarget,
};
use lockgate_model::contract::outbound::{Ground, Outcome, PartOutcome, Sent};
use lockgate_model::contract::settings::SettingValue;
use lockgate_model::id::{AppId, ChannelId, ConversationId, EnvelopeId, InboxId, MessageId, Owner, PluginName};
use lockgate_store::{
    ActionRecord, Again, ChannelRecord, ClaimedDelivery, ConversationChange, ConversationFilter, Ingested, Intake,
    IntakeOutcome, MessageRecord, NewApp, NewChannel, NewEnvelope, NewOutgoing, NewPlugin, Page, Settled, StoreError,
};

use crate::common::{TestEntropy, TestStore};

const MANIFEST: &str = r#"
[plugin]
id = "pigeon"
name = "Pigeon"
version = "1.0.0"
contract = "lockgate:channel@0.1.0-dev.1"
description = "Carries notes."

[[setting]]
key = "loft"
level = "channel"
label = "Loft"
required = true

[[credential]]
name = "seal"
level = "app"
label = "Seal"
use = ["verify"]

[account]
setting = "loft"

[[rate]]
bucket = "notes"
per = "recipient"
"#;

/// The lease that tests claim with.
pub(crate) const LEASE: u64 = 60_000;

/// A store with a plugin, an app, an inbox and the channel of `loft-1`.
pub(crate) struct World {
    store: TestStore,
    pub(crate) app: AppId,
    pub(crate) inbox: InboxId,
    pub(crate) channel: ChannelId,
}

impl Deref for World {
    type Target = TestStore;

    fn deref(&self) -> &TestStore {
        &self.store
    }
}

/// A message may be sent again, without an end.
pub(crate) fn again() -> Again {
    Again { ground: Ground::Open, until: None }
}

pub(crate) fn pigeon() -> PluginName {
    "pigeon".parse().unwrap()
}

impl World {
    pub(crate) async fn new(store: TestStore) -> Self {
        let plugin = NewPlugin {
            manifest_text: MANIFEST.to_owned(),
            digest: "sha256:1".to_owned(),
            component: b"component".to_vec(),
            grants: [].into(),
        };
        store.install_plugin(plugin).await.unwrap();
        let app = NewApp {
            plugin: pigeon(),
            name: "Our app".into(),
            settings: BTreeMap::new(),
            confirmed_hosts: BTreeMap::new(),
            secrets: BTreeMap::new(),
        };
        let app = store.create_app(app).await.unwrap().id;
        let inbox = store.create_inbox("Support").await.unwrap().id;
        let channel = connect(&store, app, inbox, "loft-1").await.id;
        Self { store, app, inbox, channel }
    }

    /// The host dies and is started again.
    pub(crate) async fn restart(&mut self) {
        self.store.restart().await;
    }

    /// Connects another account.
    pub(crate) async fn connect(&self, account: &str) -> ChannelId {
        connect(&self.store, self.app, self.inbox, account).await.id
    }

    /// The envelope of an app-level hook that came to these events.
    pub(crate) fn intake(&self, events: Vec<Event>) -> Intake {
        let outcome = IntakeOutcome::Events { events, state_reads: Vec::new(), state_writes: Vec::new() };
        self.intake_of(outcome)
    }

    pub(crate) fn intake_of(&self, outcome: IntakeOutcome) -> Intake {
        let envelope = NewEnvelope {
            id: EnvelopeId::new(self.now(), &TestEntropy),
            route: "events".into(),
            method: "POST".into(),
            path: String::new(),
            query: Vec::new(),
            headers: Vec::new(),
            body: Bytes::from_static(b"{\"raw\":true}"),
            files: Vec::new(),
            remote_address: None,
            verification: None,
            received_at: self.now(),
        };
        Intake { owner: Owner::App(self.app), plugin: pigeon(), envelope, outcome }
    }

    pub(crate) async fn take_in(&self, events: Vec<Event>) -> Ingested {
        self.ingest(self.intake(events)).await.unwrap()
    }

    /// The conversations of a channel, all of them.
    pub(crate) async fn conversations_of(&self, channel: ChannelId) -> Vec<lockgate_store::ConversationRecord> {
        let filter = ConversationFilter { channel: Some(channel), ..ConversationFilter::default() };
        self.conversations(filter, whole()).await.unwrap().items
    }

    /// Changes a conversation; what tells the provider of it.
    pub(crate) async fn change(&self, id: ConversationId, change: ConversationChange) -> Option<ActionRecord> {
        let known = self.conversation(id).await.unwrap().unwrap();
        self.change_conversation(&known, change).await.unwrap().unwrap().1
    }

    /// Does something to a conversation in which something was said.
    pub(crate) async fn act_on(&self, id: ConversationId, action: Action) -> ActionRecord {
        let known = self.conversation(id).await.unwrap().unwrap();
        self.act_on_conversation(&known, action).await.unwrap().unwrap()
    }

    /// All messages of a channel, oldest first within each conversation.
    pub(crate) async fn messages_of(&self, channel: ChannelId) -> Vec<MessageRecord> {
        let mut found = Vec::new();
        for conversation in self.conversations_of(channel).await {
            found.extend(self.messages(conversation.id, whole()).await.unwrap().items);
        }
        found
    }

    /// The one message of this name at the provider.
    pub(crate) async fn named(&self, external: &str) -> MessageRecord {
        let found = self.messages_of(self.channel).await;
        let mut found: Vec<_> =
            found.into_iter().filter(|message| message.external_id.as_deref() == Some(external)).collect();
        assert_eq!(found.len(), 1, "messages named {external}");
        found.remove(0)
    }

    /// A conversation that the contact `who` began.
    pub(crate) async fn conversation_with(&self, who: &str) -> ConversationId {
        self.take_in(vec![says(who, &format!("hello-{who}"), self.now(), "hello")]).await;
        let found = self.messages_of(self.channel).await;
        found
            .iter()
            .find(|message| message.external_id.as_deref() == Some(&format!("hello-{who}")))
            .unwrap()
            .conversation
    }

    pub(crate) async fn answer(&self, conversation: ConversationId, texts: &[&str]) -> MessageRecord {
        self.try_answer(conversation, texts).await.unwrap()
    }

    pub(crate) async fn try_answer(
        &self,
        conversation: ConversationId,
        texts: &[&str],
    ) -> Result<MessageRecord, StoreError> {
        self.send_message(NewOutgoing {
            conversation,
            parts: texts.iter().map(|text| part(text)).collect(),
            ground: Ground::Open,
            until: None,
            author: None,
            quote: None,
            automatic: false,
        })
        .await
    }

    pub(crate) async fn claim(&self) -> Vec<ClaimedDelivery> {
        self.claim_deliveries("node-1", self.now(), LEASE, 50, 50, BTreeMap::new()).await.unwrap()
    }

    /// Claims the one delivery that is due.
    pub(crate) async fn claim_one(&self) -> ClaimedDelivery {
        let mut claimed = self.claim().await;
        assert_eq!(claimed.len(), 1, "deliveries that can be claimed");
        claimed.remove(0)
    }

    /// Marks all open parts as departing, as the egress gate does.
    pub(crate) async fn depart(&self, claimed: &ClaimedDelivery) {
        self.mark_departing(claimed.delivery, claimed.fence, claimed.open_parts().collect()).await.unwrap();
    }

    /// Ends the attempt with one outcome for all open parts.
    pub(crate) async fn finish(&self, claimed: &ClaimedDelivery, outcome: Outcome) -> Settled {
        let said = PartOutcome { parts: claimed.open_parts().collect(), outcome };
        self.finish_delivery(claimed.delivery, claimed.fence, vec![said]).await.unwrap()
    }

    /// The message as it stands now.
    pub(crate) async fn look(&self, message: MessageId) -> MessageRecord {
        self.message(message).await.unwrap().unwrap()
    }
}

async fn connect(store: &TestStore, app: AppId, inbox: InboxId, account: &str) -> ChannelRecord {
    let new = NewChannel {
        plugin: pigeon(),
        app: Some(app),
        inbox,
        account: Some(account.into()),
        name: format!("Loft {account}"),
        settings: [("loft".to_owned(), SettingValue::Text(account.to_owned()))].into(),
        confirmed_hosts: BTreeMap::new(),
        secrets: BTreeMap::new(),
    };
    store.create_channel(new).await.unwrap()
}

pub(crate) fn whole() -> Page {
    Page { cursor: None, limit: 1_000 }
}

pub(crate) fn part(text: &str) -> Part {
    Part { content: Content::Text(RichText { plain: text.to_owned(), html: None }), extras: Vec::new() }
}

pub(crate) fn person(key: &str, role: IdentityRole) -> Identity {
    Identity {
        key: key.to_owned(),
        kind: IdentityKind::Opaque,
        role,
        aliases: Vec::new(),
        assurance: Assurance::Provider,
        name: None,
        username: None,
        picture: None,
        language: None,
        timezone: None,
        context: None,
        extras: Vec::new(),
    }
}

pub(crate) fn thread(key: &str) -> Thread {
    Thread {
        key: key.to_owned(),
        kind: ThreadKind::Direct,
        title: None,
        parent: None,
        root: None,
        contact: None,
        capabilities: None,
        address: None,
        context: None,
        extras: Vec::new(),
    }
}

/// An event of `loft-1` by the contact `who`, in the thread that is named after them.
pub(crate) fn event(who: &str, dedup: &str, at: u64, body: EventBody) -> Event {
    Event {
        dedup: dedup.to_owned(),
        account: Some("loft-1".to_owned()),
        thread: Some(thread(who)),
        actor: Some(person(who, IdentityRole::Contact)),
        at,
        order: None,
        body,
        extras: Vec::new(),
    }
}

pub(crate) fn message(id: &str, direction: Direction, text: &str) -> Message {
    Message {
        id: Some(id.to_owned()),
        universal: None,
        direction,
        client_ref: None,
        parts: vec![part(text)],
        subject: None,
        quote: None,
        references: Vec::new(),
        recipients: Vec::new(),
        attribution: None,
        album: None,
        traits: Vec::new(),
        original_sender: None,
        visible: None,
        expires: None,
        context: None,
        extras: Vec::new(),
    }
}

/// The contact says something.
pub(crate) fn says(who: &str, id: &str, at: u64, text: &str) -> Event {
    event(who, id, at, EventBody::Message(message(id, Direction::Incoming, text)))
}

/// Something was said to the contact from elsewhere, or by this host.
pub(crate) fn echo(who: &str, id: &str, at: u64, text: &str, client_ref: Option<&str>) -> Event {
    let said = Message { client_ref: client_ref.map(str::to_owned), ..message(id, Direction::Echo, text) };
    Event { actor: Some(person("loft-1", IdentityRole::Agent)), ..event(who, id, at, EventBody::Message(said)) }
}

pub(crate) fn edits(who: &str, id: &str, order: u64, at: u64, text: &str) -> Event {
    let edit = Edit { id: None, message: id.to_owned(), parts: vec![part(text)] };
    Event { order: Some(order), ..event(who, &format!("{id}/{order}"), at, EventBody::Edited(edit)) }
}

pub(crate) fn deletes(who: &str, id: &str, at: u64, erase: bool) -> Event {
    event(who, &format!("del {id}"), at, EventBody::Deleted(Deletion { messages: vec![id.to_owned()], erase }))
}

pub(crate) fn reacts(who: &str, id: &str, at: u64, change: ReactionChange) -> Event {
    let reaction = Reaction { id: None, message: id.to_owned(), change };
    event(who, &format!("{who} {id} {at}"), at, EventBody::Reaction(reaction))
}

pub(crate) fn receipt(who: &str, at: u64, status: ReceiptStatus, target: ReceiptTarget) -> Event {
    let dedup = format!("{who} {status:?} {target:?}");
    let receipt = Receipt { status, target, fault: None, learnt: None };
    event(who, &dedup, at, EventBody::Receipt(receipt))
}

pub(crate) fn sent(id: &str) -> Outcome {
    Outcome::Sent(answer_of(id))
}

pub(crate) fn accepted(id: &str) -> Outcome {
    Outcome::Accepted(answer_of(id))
}

fn answer_of(id: &str) -> Sent {
    Sent {
        message: Some(id.to_owned()),
        universal: None,
        thread: None,
        recipient: Vec::new(),
        refused: Vec::new(),
        context: None,
    }
}
