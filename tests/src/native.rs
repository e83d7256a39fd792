//! Plugins compiled into the host, for the named test build: the same code as in the sandbox, called directly, so that what the
//! sandbox costs can be measured.

use lockgate::seams::NativeReceive;
use lockgate_messenger::Messenger;
use lockgate_model::contract::inbound::{Reception, Refusal, Request};
use lockgate_sdk::Ingress;

use convert::Lower;

/// Stands in for the plugin `messenger`.
pub struct NativeMessenger;

impl NativeReceive for NativeMessenger {
    fn receive(&self, request: Request) -> Result<Reception, Refusal> {
        Messenger::receive(request.lower()).map(Lower::lower).map_err(Lower::lower)
    }
}

/// The host's field-by-field conversions, over the SDK's types in place of the runtime's.
#[allow(dead_code, unused_qualifications, clippy::all, clippy::restriction, reason = "written by the build script")]
mod convert {
    use lockgate_sdk::bindings::imports as bindings;

    pub(super) trait Lift<T> {
        fn lift(value: T) -> Self;
    }

    pub(super) trait Lower<T> {
        fn lower(self) -> T;
    }

    impl<T, U: Lift<T>> Lower<U> for T {
        fn lower(self) -> U {
            U::lift(self)
        }
    }

    include!(concat!(env!("OUT_DIR"), "/convert.rs"));
}

#[cfg(test)]
mod cases;

#[cfg(test)]
mod tests {
    use lockgate_model::contract::inbound::EventBody;
    use lockgate_simulators::webhook::{Envelope, Thread};

    use super::*;

    #[test]
    fn reads_what_the_plugin_reads() {
        let person = Thread::new("1001", "5001");
        let body = Envelope::batch([person.text("m_1", 1_760_000_000_000, "Grüße"), person.read(2, 1)]).body(3);
        let request = Request {
            account: None,
            route: "events".into(),
            method: "POST".into(),
            path: String::new(),
            query: Vec::new(),
            headers: Vec::new(),
            body: body.to_vec(),
            files: Vec::new(),
            verification: None,
            remote_address: None,
            received_at: 3,
            url: String::new(),
        };
        let reception = NativeMessenger.receive(request).unwrap();
        assert_eq!(reception.events.len(), 2);
        assert!(
            matches!(&reception.events[0].body, EventBody::Message(message) if message.id.as_deref() == Some("m_1"))
        );
    }
}
