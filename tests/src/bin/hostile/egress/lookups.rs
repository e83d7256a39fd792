//! Names that are granted and lead inside: what a name server answers is checked, every address of it, once, and what was checked is
//! what is called.
//!
//! These names are below `canary.test` at the canary's own port, and the host trusts the canary's authority as one of the system's:
//! where nothing checked their addresses, the attack would arrive.

use lockgate_simulators::dns::Reply;

use super::knock::{Knock, play};
use crate::case::{Case, Role, Seen, Turn, check};

/// What the denial of a name that leads inside says.
const INSIDE: &str = "has an address that is not public";

/// An address that is public, and at which nobody of this test answers.
const PUBLIC: &str = "1.1.1.1";

/// What is answered of a name.
const ANSWERS: [(&str, &str, &[&str]); 8] = [
    ("name-of-loopback", "a name with the address of this machine", &["127.0.0.1"]),
    ("name-of-loopback-v6", "a name with this machine's address of version 6", &["::1"]),
    ("name-of-loopback-mapped", "a name with a mapped address", &["::ffff:127.0.0.1"]),
    ("name-of-loopback-nat64", "a name with an address behind NAT64", &["64:ff9b::7f00:1"]),
    ("name-of-any-address", "a name with the address that means this machine", &["0.0.0.0"]),
    ("name-of-metadata", "a name with the address of a cloud's metadata", &["169.254.169.254"]),
    ("name-of-two-addresses", "a name with a public and a private address", &[PUBLIC, "127.0.0.1"]),
    ("name-of-two-versions", "a name whose other version leads inside", &[PUBLIC, "::1"]),
];

pub(super) fn cases() -> Vec<Case> {
    let answers = ANSWERS.iter().map(|(name, about, addresses)| {
        let reply = Reply::addresses(addresses.iter().copied());
        Case::new("egress", *name, about, async move |turn: &Turn<'_>| inside(turn, [reply.clone()]).await).knocking()
    });
    let mut cases: Vec<Case> = answers.collect();
    cases.extend([
        Case::new("egress", "name-of-another-name", "another name that leads inside", async |turn: &Turn<'_>| {
            inside(turn, [Reply::alias("inside.test", ["127.0.0.1"])]).await
        })
        .knocking(),
        Case::new("egress", "name-that-changes", "an answer that changes between check and connection", changing)
            .knocking(),
    ]);
    cases
}

/// A name of this turn alone.
fn name(turn: &Turn<'_>) -> String {
    format!("{}.canary.test", turn.nonce.get(..20).unwrap_or_default())
}

/// The attack asks for a name that leads inside, the control for one that the operator mapped there.
async fn inside(turn: &Turn<'_>, replies: impl IntoIterator<Item = Reply>) -> Seen {
    match turn.role {
        Role::Attack => {
            let name = name(turn);
            turn.world.names.answer(&name, replies);
            let knock = Knock::get(&format!("https://{name}:{{port}}/ok/{{nonce}}"));
            play(turn, &[knock.refused("DestinationUnavailable", INSIDE)]).await?;
            let asked = turn.world.names.asked().iter().any(|asked| asked.name == name);
            check(asked, || "the name was never looked up".into())
        }
        Role::Control => play(turn, &[Knock::get("https://sub.canary.test/ok/{nonce}")]).await,
    }
}

/// After the first answer every other one leads to the canary.
async fn changing(turn: &Turn<'_>) -> Seen {
    let name = name(turn);
    match turn.role {
        Role::Attack => {
            turn.world.names.answer(&name, [Reply::addresses([PUBLIC]), Reply::addresses(["127.0.0.1"])]);
            // Nobody answers there, in one way or another.
            let knock = Knock::get(&format!("https://{name}:{{port}}/ok/{{nonce}}"));
            play(turn, &[knock.broken("ConnectionRefused|ConnectionTimeout|HttpResponseTimeout")]).await?;
            let asked = turn.world.names.asked().into_iter().filter(|asked| asked.name == name);
            let kinds: Vec<_> = asked.map(|asked| asked.kind).collect();
            let once = kinds.iter().all(|kind| kinds.iter().filter(|other| *other == kind).count() == 1);
            check(!kinds.is_empty() && once, || format!("the name was looked up as {kinds:?}"))
        }
        Role::Control => play(turn, &[Knock::get("https://sub.canary.test/ok/{nonce}")]).await,
    }
}
