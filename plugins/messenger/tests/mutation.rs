//! `receive` against bodies that nobody meant to send: whatever comes, it answers and does not panic.

use lockgate_messenger::Messenger;
use lockgate_sdk::{Ingress, Request};
use proptest::prelude::*;

/// One of everything, so that every parser is near what is changed.
const BODY: &str = r#"{"object":"page","entry":[{"id":"1","time":1760000000123,"messaging":[
{"sender":{"id":"2"},"recipient":{"id":"1"},"timestamp":1760000000123,"message":{"mid":"m","text":"\u00e4\ud83d\udc4b","quick_reply":{"payload":"P"},
"reply_to":{"mid":"n"},"attachments":[{"type":"image","payload":{"url":"https://x/y.pdf","sticker_id":3}},{"type":"location","payload":{"coordinates":{"lat":1.5,"long":-2}}},
{"type":"fallback","title":"t"},{"type":"template","payload":{"product":{"elements":[{"id":"1"}]}}}],"referral":{"ref":"r","ads_context_data":{"ad_title":"a"}}}},
{"sender":{"id":"1"},"recipient":{"id":"2"},"timestamp":1760000000,"message":{"is_echo":true,"mid":"e","app_id":3,"metadata":"0192f0c1-7f3a-7b1c-9d2e-3f4a5b6c7d8e"}},
{"sender":{"id":"2"},"timestamp":1,"delivery":{"watermark":1760000000123,"mids":["a"]}},{"sender":{"id":"2"},"read":{"watermark":1}},
{"sender":{"id":"2"},"reaction":{"mid":"m","action":"react","emoji":"e"}},{"sender":{"id":"2"},"message_edit":{"mid":"m","text":"t","num_edit":"1"}},
{"sender":{"id":"2"},"postback":{"title":"t","payload":"p"}},{"sender":{"user_ref":"u"},"optin":{"type":"notification_messages"}},
{"recipient":{"id":"1"},"policy_enforcement":{"action":"block"}},{"sender":{"id":"2"},"pass_thread_control":{"new_owner_app_id":1}}],
"standby":[{"sender":{"id":"2"},"new":[1,{}]}],"changes":[{"field":"feed","value":{}}]}]}"#;

/// Texts that are likely to be taken for something else.
const SPLICES: [&str; 12] =
    ["null", "-1", "1e400", "18446744073709551616", "\"\"", "[]", "{}", "\"\\ud800\"", "true", ",", "\"", "[[[[[[[["];

#[derive(Clone, Debug)]
enum Change {
    Byte(prop::sample::Index, u8),
    Cut(prop::sample::Index, prop::sample::Index),
    Splice(prop::sample::Index, prop::sample::Index, usize),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        (any::<prop::sample::Index>(), any::<u8>()).prop_map(|(at, byte)| Change::Byte(at, byte)),
        any::<(prop::sample::Index, prop::sample::Index)>().prop_map(|(from, to)| Change::Cut(from, to)),
        (any::<(prop::sample::Index, prop::sample::Index)>(), 0..SPLICES.len())
            .prop_map(|((from, to), with)| Change::Splice(from, to, with)),
    ]
}

fn apply(body: &mut Vec<u8>, change: &Change) {
    if body.is_empty() {
        return;
    }
    let range = |from: &prop::sample::Index, to: &prop::sample::Index| {
        let (from, to) = (from.index(body.len()), to.index(body.len()));
        from.min(to)..from.max(to).min(from.min(to) + 40)
    };
    match change {
        Change::Byte(at, byte) => {
            let at = at.index(body.len());
            body.splice(at..=at, [*byte]);
        }
        Change::Cut(from, to) => {
            let range = range(from, to);
            body.drain(range);
        }
        Change::Splice(from, to, with) => {
            let range = range(from, to);
            body.splice(range, SPLICES.get(*with).copied().unwrap_or_default().bytes());
        }
    }
}

proptest! {
    #[test]
    fn a_mutated_body_is_answered(changes in prop::collection::vec(change(), 0..6)) {
        let mut body = BODY.as_bytes().to_vec();
        changes.iter().for_each(|change| apply(&mut body, change));
        let request = Request { body, ..Request::default() };
        if let Ok(reception) = Messenger::receive(request) {
            prop_assert!(reception.events.iter().all(|event| event.dedup.len() <= 512));
        }
    }

    #[test]
    fn any_bytes_are_answered(body in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = Messenger::receive(Request { body, ..Request::default() });
    }
}
