//! Reaching for what is another call's, another channel's, another plugin's or the machine's. What is told of it is a message of
//! the plugin, so nothing but the sandbox stands between the question and the answer.

use serde_json::{Value, json};

use crate::case::{Case, Role, Seen, Turn, check};
use crate::world::until;

/// Another plugin of the same code.
const OTHER: &str = "hostile-neighbour";

pub(crate) fn cases() -> Vec<Case> {
    let group = "isolation";
    vec![
        Case::new(group, "state-of-another-channel", "a key that another channel wrote", state_of_another_channel),
        Case::new(group, "state-of-another-plugin", "a key that another plugin wrote", state_of_another_plugin),
        Case::new(group, "thread-of-another-channel", "a thread by another channel's key", thread_of_another_channel),
        Case::new(group, "account-of-another-channel", "an event for another channel's account", another_account),
        Case::new(group, "hook-of-another", "the address of a hook that is not its own", hook_of_another),
        Case::new(group, "memory-of-another-call", "what an earlier call left in memory", memory_of_another_call),
        Case::new(group, "instance-of-another-call", "a call that finds what the last one counted", instance),
        Case::new(group, "state-while-sending", "state written where it could not commit", state_while_sending),
        Case::new(group, "request-while-receiving", "a request by a call that may make none", request_while_receiving),
        nothing("environment", "variables of the host's process"),
        nothing("files", "files and folders of the machine"),
        nothing("sockets", "sockets and name look-ups of its own"),
        Case::new(group, "clock", "a clock fine enough to time the host", clock),
    ]
}

/// Asks the plugin for something on this turn's channel.
async fn asked(turn: &Turn<'_>, name: &str, case: &str, more: Value) -> Result<String, String> {
    turn.world.told(turn.channel, name, case, &more).await.map_err(|code| format!("{case} ended: {code}"))
}

async fn state_of_another_channel(turn: &Turn<'_>) -> Seen {
    let other = turn.world.connect("hostile", &format!("other-{}", turn.nonce)).await;
    let write = json!({ "key": "shared", "value": turn.nonce });
    let writer = turn.pick(&other, turn.channel);
    turn.world.told(writer, &format!("{}-written", turn.nonce), "state", &write).await?;
    let read = asked(turn, &turn.nonce, "state", json!({ "key": "shared" })).await?;
    let expected = turn.pick("None None []".to_owned(), format!("None Some({:?}) [\"shared\"]", turn.nonce));
    check(read == expected, || format!("it read {read}"))
}

async fn state_of_another_plugin(turn: &Turn<'_>) -> Seen {
    turn.world.install_as(OTHER, "").await;
    // The same account and the same key.
    let other = turn.world.connect(OTHER, &format!("{}-{}", turn.channel.account, turn.nonce)).await;
    let write = json!({ "key": turn.nonce, "value": "written" });
    let writer = turn.pick(&other, turn.channel);
    turn.world.told(writer, &format!("{}-written", turn.nonce), "state", &write).await?;
    let read = asked(turn, &turn.nonce, "state", json!({ "key": turn.nonce })).await?;
    check(read.contains("written") == turn.pick(false, true), || format!("it read {read}"))
}

/// The same thread key in two channels is two conversations.
async fn thread_of_another_channel(turn: &Turn<'_>) -> Seen {
    let other = turn.world.connect("hostile", &format!("other-{}", turn.nonce)).await;
    let speak = |key: &str| json!({ "do": "speak", "as": key, "key": key, "value": key });
    let (first, second) = (format!("{}-first", turn.nonce), format!("{}-second", turn.nonce));
    turn.world.post(turn.channel, &speak(&first)).await;
    turn.world.post(turn.pick(&other, turn.channel), &speak(&second)).await;
    let there = until("both are there", async || {
        let own = turn.world.message(turn.channel, &first).await.is_some();
        let second_here = turn.world.message(turn.channel, &second).await.is_some();
        let second_there = turn.world.message(&other, &second).await.is_some();
        (own && (second_here || second_there)).then_some(second_here)
    })
    .await;
    check(there == turn.pick(false, true), || format!("the other channel's message is in the conversation: {there}"))
}

async fn another_account(turn: &Turn<'_>) -> Seen {
    let other = turn.world.connect("hostile", &format!("other-{}", turn.nonce)).await;
    let account = turn.pick(&other.account, &turn.channel.account);
    let body = json!({ "do": "speak", "as": turn.nonce, "key": turn.nonce, "value": "Hello", "account": account });
    turn.world.post(turn.channel, &body).await;
    let (message, letter) = until("the event is somewhere", async || {
        let found = (
            turn.world.message(turn.channel, &turn.nonce).await,
            turn.world.dead_letter(turn.channel, &turn.nonce).await,
        );
        (found.0.is_some() || found.1.is_some()).then_some(found)
    })
    .await;
    let forged = turn.world.message(&other, &turn.nonce).await;
    let fits = forged.is_none() && letter.as_deref() == turn.pick(Some("other-account"), None);
    check(fits, || format!("message {message:?}, dead letter {letter:?}, at the other {forged:?}"))
}

async fn hook_of_another(turn: &Turn<'_>) -> Seen {
    let other = turn.world.connect("hostile", &format!("other-{}", turn.nonce)).await;
    let key = other.hook.rsplit('/').nth(1).unwrap_or_default().to_owned();
    let route = turn.pick(format!("../{key}/events"), "events".to_owned());
    let told = asked(turn, &turn.nonce, "hook", json!({ "key": route })).await?;
    let own = format!("{:?}", Some(&turn.channel.hook));
    check(told == turn.pick("None".to_owned(), own), || format!("it was told {told}"))
}

async fn memory_of_another_call(turn: &Turn<'_>) -> Seen {
    let fill = json!({ "byte": 171, "fill_mib": 24 });
    let first = asked(turn, &format!("{}-filled", turn.nonce), "search", fill.clone()).await?;
    let search = turn.pick(json!({ "byte": 171 }), fill);
    let found = asked(turn, &turn.nonce, "search", search).await?;
    check(first != "0 runs" && (found == "0 runs") == turn.pick(true, false), || format!("{first}, then {found}"))
}

async fn instance(turn: &Turn<'_>) -> Seen {
    asked(turn, &format!("{}-first", turn.nonce), "count-calls", json!({})).await?;
    let times = turn.pick(1, 2);
    let counted = asked(turn, &turn.nonce, "count-calls", json!({ "times": times })).await?;
    check(counted == times.to_string(), || format!("it counted {counted}"))
}

async fn state_while_sending(turn: &Turn<'_>) -> Seen {
    let told = match turn.role {
        Role::Attack => turn.world.send(turn.channel, "write-state").await["failure"]["detail"]
            .as_str()
            .unwrap_or_default()
            .to_owned(),
        Role::Control => asked(turn, &turn.nonce, "state", json!({ "key": "key", "value": "value" })).await?,
    };
    let expected = turn.pick("Err(StateError::ReadOnly)", r#"Some(Ok(())) Some("value") ["key"]"#);
    check(told == expected, || format!("it was told {told}"))
}

async fn request_while_receiving(turn: &Turn<'_>) -> Seen {
    let since = turn.world.log_end();
    let address = format!("https://canary.test/ok/{}", turn.nonce);
    match turn.role {
        Role::Attack => {
            let told = asked(turn, &turn.nonce, "fetch", json!({ "key": address })).await?;
            check(told.starts_with("Err(Denied("), || format!("it was told {told}"))?;
            let denials = turn.world.denials(turn.channel, since);
            let named = denials.len() == 1 && denials[0].0.contains("no request leaves during this kind of call");
            check(named, || format!("the log says {denials:?}"))
        }
        Role::Control => {
            let path = format!("/ok/{}", turn.nonce);
            let told = turn.world.wire(turn.channel, &[json!({ "authority": "canary.test", "path": path })]).await?;
            check(told[0]["status"].is_u64(), || format!("it was told {told:?}"))
        }
    }
}

/// The plugin looks everywhere and finds nothing; looking at what it is given it finds that.
fn nothing(name: &'static str, about: &'static str) -> Case {
    Case::new("isolation", name, about, async move |turn: &Turn<'_>| match turn.role {
        Role::Attack => {
            let told = asked(turn, &turn.nonce, name, json!({})).await?;
            check(told == "nothing", || format!("it found {told}"))
        }
        Role::Control => {
            let told = asked(turn, &turn.nonce, "setting", json!({ "key": "account_id" })).await?;
            check(told.contains(&turn.channel.account), || format!("it was told {told}"))
        }
    })
}

/// Computing takes no time that a plugin could measure; the time of the call itself is told.
async fn clock(turn: &Turn<'_>) -> Seen {
    let told = asked(turn, &turn.nonce, "clocks", json!({})).await?;
    let (wall, passed) = told.split_once(' ').unwrap_or_default();
    match turn.role {
        Role::Attack => check(passed == "0", || format!("{passed} ns passed")),
        Role::Control => {
            let wall: i64 = wall.parse().map_err(|_| told.clone())?;
            let now = rustix::time::clock_gettime(rustix::time::ClockId::Realtime);
            let now = now.tv_sec * 1000 + now.tv_nsec / 1_000_000;
            check((now - wall).abs() < 60_000, || format!("it was told {wall}, and it is {now}"))
        }
    }
}
