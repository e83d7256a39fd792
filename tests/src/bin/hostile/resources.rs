//! Taking more than a call may have. Attack and control ask for the same thing, and differ in how much of it.

use serde_json::{Value, json};

use crate::case::{Case, Role, Seen, Turn, check};
use crate::world::until;

/// What must become of too much.
#[derive(Clone, Copy)]
enum Ends {
    /// The call ended: the code of the dead letter.
    Dead(&'static str),
    /// The plugin was refused it, and told so.
    Told(&'static str),
}

pub(crate) fn cases() -> Vec<Case> {
    use Ends::{Dead, Told};
    vec![
        amount("spin", "CPU time", "burn", [json!(u64::MAX), json!(1000)], Dead("cpu")),
        amount("spin-in-host-calls", "CPU time in calls of the host", "ask", [json!(u64::MAX), json!(10)], Dead("cpu")),
        amount("memory", "linear memory", "hoard", [json!(100), json!(20)], Dead("memory")),
        amount("stack", "depth of the stack", "recurse", [json!(100_000_000), json!(100)], Dead("stack")),
        amount("trap", "a panic", "panic", [json!(1), json!(0)], Dead("trap")),
        amount("exit", "leaving without an answer", "exit", [json!(1), json!(0)], Dead("trap")),
        amount("answer", "bytes of an answer", "fill-answer", [json!(20 << 20), json!(1 << 10)], Dead("output")),
        amount("events", "events of one call", "events", [json!(300_000), json!(100)], Dead("memory")),
        amount("handles", "resources of the host held at once", "hold", [json!(600), json!(400)], Dead("trap")),
        state(
            "state-value",
            "bytes of one value of state",
            [(1, 65 << 10), (1, 64 << 10)],
            Told("StateError::TooLarge"),
        ),
        state(
            "state-of-a-call",
            "bytes of state that one call writes",
            [(20, 60 << 10), (10, 60 << 10)],
            Told("StateError::Full"),
        ),
        Case::new("resources", "log", "bytes of log", async |turn: &Turn<'_>| log(turn, "log").await),
        Case::new("resources", "standard-output", "bytes of standard output", async |turn: &Turn<'_>| {
            log(turn, "print").await
        }),
        Case::new("resources", "wall-time", "time without computing", wait),
        Case::new("resources", "neighbour", "everything, while another channel works", neighbour),
    ]
}

fn amount(name: &'static str, about: &'static str, case: &'static str, amounts: [Value; 2], ends: Ends) -> Case {
    let [attack, control] = amounts.map(|amount| json!({ "amount": amount }));
    of(name, about, case, attack, control, ends)
}

fn state(name: &'static str, about: &'static str, amounts: [(u32, u32); 2], ends: Ends) -> Case {
    let [attack, control] = amounts.map(|(amount, size)| json!({ "amount": amount, "size": size }));
    of(name, about, "remember", attack, control, ends)
}

fn of(name: &'static str, about: &'static str, case: &'static str, attack: Value, control: Value, ends: Ends) -> Case {
    Case::new("resources", name, about, async move |turn: &Turn<'_>| {
        let told = turn.world.told(turn.channel, &turn.nonce, case, turn.pick(&attack, &control)).await;
        let fits = match (turn.role, ends) {
            (Role::Attack, Ends::Dead(code)) => told.as_ref().is_err_and(|given| given == code),
            (Role::Attack, Ends::Told(words)) => told.as_ref().is_ok_and(|given| given == words),
            (Role::Control, Ends::Dead(_)) => told.is_ok(),
            (Role::Control, Ends::Told(words)) => told.as_ref().is_ok_and(|given| given != words),
        };
        check(fits, || format!("it came to {told:?}"))
    })
}

/// What is logged beyond the limit is dropped; the call itself goes on.
async fn log(turn: &Turn<'_>, case: &str) -> Seen {
    /// Bytes that are kept of one call.
    const KEPT: usize = 16 << 10;
    let since = turn.world.log_end();
    let lines: usize = turn.pick(20_000, 10);
    turn.world.told(turn.channel, &turn.nonce, case, &json!({ "amount": lines, "size": 100 })).await?;
    let logged: Vec<usize> = turn
        .world
        .logged(turn.channel, since)
        .iter()
        .map(|line| line.field("message").len())
        .filter(|length| *length == 100)
        .collect();
    let bytes: usize = logged.iter().sum();
    match turn.role {
        Role::Attack => check(bytes > 0 && bytes <= KEPT, || format!("{bytes} bytes were logged")),
        Role::Control => check(logged.len() == lines, || format!("{} of {lines} lines were logged", logged.len())),
    }
}

/// The provider is answered in time whatever the plugin does; what took too long is tried again later.
async fn wait(turn: &Turn<'_>) -> Seen {
    match turn.role {
        Role::Attack => {
            let over = async || {
                turn.world.metric(r#"lockgate_calls_total{ability="receive",plugin="hostile",outcome="wall"}"#).await
            };
            let before = over().await;
            let body = json!({ "do": "wait", "as": turn.nonce, "amount": 3_600_000_u32 });
            let status = turn.world.post(turn.channel, &body).await.status;
            check(status == 200, || format!("the hook answered {status}"))?;
            until("the call ends with its wall time", async || (over().await > before).then_some(())).await;
            Ok(())
        }
        Role::Control => {
            let told = turn.world.told(turn.channel, &turn.nonce, "wait", &json!({ "amount": 10 })).await;
            check(told.as_deref() == Ok("waited"), || format!("it came to {told:?}"))
        }
    }
}

/// Another channel's webhooks are answered meanwhile.
async fn neighbour(turn: &Turn<'_>) -> Seen {
    let quiet = turn.world.connect("hostile", &format!("quiet-{}", turn.nonce)).await;
    let noise = async {
        for case in ["burn", "hoard", "recurse", "fill-answer"] {
            let amount: u64 = turn.pick(1_000_000_000, 10);
            let name = format!("{}-{case}", turn.nonce);
            let told = turn.world.told(turn.channel, &name, case, &json!({ "amount": amount })).await;
            let fits = told.is_err() == (turn.role == Role::Attack);
            check(fits, || format!("{case} came to {told:?}"))?;
        }
        Ok::<(), String>(())
    };
    let work = async {
        for number in 0..20 {
            let name = format!("{}-quiet-{number}", turn.nonce);
            let told = turn.world.told(&quiet, &name, "burn", &json!({ "amount": 1 })).await;
            check(told.is_ok(), || format!("the quiet channel was told {told:?}"))?;
        }
        Ok::<(), String>(())
    };
    let (noise, work) = tokio::join!(noise, work);
    noise.and(work)
}
