//! The shapes of Messenger's webhooks, as far as this plugin looks into them.

use serde_json::value::RawValue;

use super::json::{Number, Text, object};

object! {
    /// A body that is as documented.
    Batch {
        "object" => object: Text<'a>,
        "entry" => entry: Vec<Entry<'a>>,
    }
}

object! {
    /// What one page has to tell.
    Entry {
        "id" => id: Text<'a>,
        "time" => time: Number,
        "messaging" => messaging: Vec<Item<'a>>,
        "standby" => standby: Vec<Item<'a>>,
    }
}

impl Entry<'_> {
    /// How many items it holds.
    pub(crate) fn len(&self) -> usize {
        self.messaging.as_ref().map_or(0, Vec::len) + self.standby.as_ref().map_or(0, Vec::len)
    }
}

object! {
    /// A body of which the entries are not looked into yet.
    LooseBatch {
        "object" => object: Text<'a>,
        "entry" => entry: Vec<&'a RawValue>,
    }
}

object! {
    /// An entry of which the items are not looked into yet.
    LooseEntry {
        "id" => id: Text<'a>,
        "time" => time: Number,
        "messaging" => messaging: &'a RawValue,
        "standby" => standby: &'a RawValue,
    }
}

object! {
    /// One thing that happened: who, when, and one of the kinds.
    Item {
        "sender" => sender: Party<'a>,
        "recipient" => recipient: Party<'a>,
        "timestamp" => timestamp: Number,
        "message" => message: Message<'a>,
        "message_edit" => message_edit: MessageEdit<'a>,
        "reaction" => reaction: Reaction<'a>,
        "delivery" => delivery: Delivery<'a>,
        "read" => read: Read<'a>,
        "postback" => postback: Postback<'a>,
        "referral" => referral: Referral<'a>,
        "optin" => optin: Optin<'a>,
        "pass_thread_control" => pass_thread_control: ThreadControl<'a>,
        "take_thread_control" => take_thread_control: ThreadControl<'a>,
        "request_thread_control" => request_thread_control: ThreadControl<'a>,
        "policy_enforcement" => policy_enforcement: PolicyEnforcement<'a>,
    }
}

object! {
    /// A person or page. `user_ref` stands in where the person's id is not known yet.
    Party {
        "id" => id: Text<'a>,
        "user_ref" => user_ref: Text<'a>,
    }
}

object! {
    /// Something said.
    Message {
        "mid" => mid: Text<'a>,
        "text" => text: Text<'a>,
        "quick_reply" => quick_reply: QuickReply<'a>,
        "reply_to" => reply_to: ReplyTo<'a>,
        "attachments" => attachments: Vec<Attachment<'a>>,
        "referral" => referral: Referral<'a>,
        "is_echo" => is_echo: bool,
        "is_deleted" => is_deleted: bool,
        "is_unsupported" => is_unsupported: bool,
        "app_id" => app_id: Text<'a>,
        "metadata" => metadata: Text<'a>,
    }
}

object! {
    /// The quick reply that was pressed.
    QuickReply {
        "payload" => payload: Text<'a>,
    }
}

object! {
    /// The message that is answered.
    ReplyTo {
        "mid" => mid: Text<'a>,
    }
}

object! {
    /// A file, a link or a card. Its payload is read when its type is known.
    Attachment {
        "type" => kind: Text<'a>,
        "payload" => payload: &'a RawValue,
        "title" => title: Text<'a>,
        "url" => url: Text<'a>,
    }
}

object! {
    /// What is told about a file, a link or a card.
    Payload {
        "url" => url: Text<'a>,
        "title" => title: Text<'a>,
        "sticker_id" => sticker_id: Text<'a>,
        "coordinates" => coordinates: Coordinates<'a>,
        "status" => status: Text<'a>,
        "product" => product: Product<'a>,
    }
}

object! {
    /// A place.
    Coordinates {
        "lat" => latitude: f64,
        "long" => longitude: f64,
    }
}

object! {
    /// Goods of a catalogue.
    Product {
        "elements" => elements: Vec<ProductElement<'a>>,
    }
}

object! {
    /// One kind of goods.
    ProductElement {
        "id" => id: Text<'a>,
        "retailer_id" => retailer_id: Text<'a>,
        "title" => title: Text<'a>,
    }
}

object! {
    /// A new text for a message.
    MessageEdit {
        "mid" => mid: Text<'a>,
        "text" => text: Text<'a>,
        "num_edit" => num_edit: Number,
    }
}

object! {
    /// An emoji on a message, or its taking back.
    Reaction {
        "mid" => mid: Text<'a>,
        "action" => action: Text<'a>,
        "emoji" => emoji: Text<'a>,
        "reaction" => reaction: Text<'a>,
    }
}

object! {
    /// What was delivered.
    Delivery {
        "mids" => mids: Vec<Text<'a>>,
        "watermark" => watermark: Number,
    }
}

object! {
    /// What was read.
    Read {
        "mid" => mid: Text<'a>,
        "watermark" => watermark: Number,
    }
}

object! {
    /// A button or menu item that was pressed.
    Postback {
        "mid" => mid: Text<'a>,
        "title" => title: Text<'a>,
        "payload" => payload: Text<'a>,
        "referral" => referral: Referral<'a>,
    }
}

object! {
    /// How somebody got here.
    Referral {
        "ref" => reference: Text<'a>,
        "source" => source: Text<'a>,
        "type" => kind: Text<'a>,
        "ad_id" => ad_id: Text<'a>,
        "referer_uri" => referer_uri: Text<'a>,
        "ads_context_data" => ads_context_data: AdsContext<'a>,
    }
}

object! {
    /// The advert that somebody came from.
    AdsContext {
        "ad_title" => ad_title: Text<'a>,
        "photo_url" => photo_url: Text<'a>,
        "post_id" => post_id: Text<'a>,
        "product_id" => product_id: Text<'a>,
    }
}

object! {
    /// A consent: by a plugin on a site, or to notifications.
    Optin {
        "type" => kind: Text<'a>,
        "ref" => reference: Text<'a>,
        "user_ref" => user_ref: Text<'a>,
        "payload" => payload: Text<'a>,
        "title" => title: Text<'a>,
        "notification_messages_token" => token: Text<'a>,
        "notification_messages_status" => status: Text<'a>,
        "user_token_status" => token_status: Text<'a>,
        "token_expiry_timestamp" => token_expiry: Number,
    }
}

object! {
    /// The thread changes hands, or somebody asks for it.
    ThreadControl {
        "new_owner_app_id" => new_owner: Text<'a>,
        "previous_owner_app_id" => previous_owner: Text<'a>,
        "requested_owner_app_id" => requested_owner: Text<'a>,
        "metadata" => metadata: Text<'a>,
    }
}

object! {
    /// The page did something that the policy forbids, or is forgiven.
    PolicyEnforcement {
        "action" => action: Text<'a>,
        "reason" => reason: Text<'a>,
    }
}
