//! Hunting for the credential that the host writes into requests: in all that a guest is told, in what a provider echoes, in logs
//! and last words.

use serde_json::{Value, json};

use crate::case::{Case, Role, Seen, Turn, check};
use crate::dump::shows;

/// What stands where a credential stood.
const CUT: &str = "[credential]";

/// Spellings in which a provider can echo it.
const SPELLINGS: [(&str, &str); 8] = [
    ("echo-plain", "plain"),
    ("echo-base64", "base64"),
    ("echo-base64url", "base64url"),
    ("echo-hex", "hex"),
    ("echo-percent", "percent"),
    ("echo-json", "json"),
    ("echo-html", "html"),
    ("echo-derived", "target"),
];

pub(crate) fn cases() -> Vec<Case> {
    let group = "secrets";
    let echoed = SPELLINGS.iter().map(|(name, how)| {
        Case::new(group, *name, "a provider that answers with the credential", async move |turn: &Turn<'_>| {
            echo(turn, &format!("/echo/{how}")).await
        })
    });
    let mut cases: Vec<Case> = echoed.collect();
    cases.extend([
        Case::new(group, "echo-in-a-header", "a provider that answers with it in a header", async |turn: &Turn<'_>| {
            echo(turn, "/echo-header/x").await
        }),
        Case::new(
            group,
            "everything-told",
            "every setting, credential, key and header that a guest is told",
            everything,
        ),
        Case::new(group, "placeholder", "a stand-in for the credential where people would read it", placeholder),
        Case::new(group, "rule-without-it", "the credential in a request of a rule that has none", without),
        Case::new(group, "log", "the credential in the plugin's log", async |turn: &Turn<'_>| {
            spread(turn, "wire-log").await
        }),
        Case::new(group, "last-words", "the credential in a panic", async |turn: &Turn<'_>| {
            spread(turn, "wire-panic").await
        }),
        Case::new(group, "api", "the credential in an answer of the API", api),
        Case::new(group, "cookie", "a cookie that a later request would carry", cookie),
    ]);
    cases
}

/// An answer of the credential comes scrubbed; the same answer of something else comes whole.
async fn echo(turn: &Turn<'_>, path: &str) -> Seen {
    // On the rule without a place the guest may write the header itself.
    let (host, headers) = turn.pick(("echo.test", json!([])), ("odd.test", json!([["x-token", "no secret at all"]])));
    let knock = json!({ "authority": host, "path": path, "headers": headers });
    let told = turn.world.wire(turn.channel, &[knock]).await?;
    let told = told[0].to_string();
    match turn.role {
        Role::Attack => {
            let cut = told.contains(CUT) && !shows(&told, &turn.world.token);
            let derived = path != "/echo/target"
                || !turn.world.odd.all().iter().any(|arrived| {
                    let proof = arrived.head.split("proof=").nth(1).and_then(|rest| rest.split([' ', '&']).next());
                    proof.is_some_and(|proof| !proof.is_empty() && told.contains(proof))
                });
            check(cut && derived, || format!("it was told {told}"))?;
            let used = turn.world.odd.all().iter().any(|arrived| arrived.header("x-token") == Some(&turn.world.token));
            check(used, || "the credential was never sent".into())
        }
        Role::Control => {
            check(told.contains("\"status\":200") && !told.contains(CUT), || format!("it was told {told}"))
        }
    }
}

/// The settings are told, the secrets are not.
async fn everything(turn: &Turn<'_>) -> Seen {
    let told = turn.world.told(turn.channel, &turn.nonce, "everything", &json!({})).await?;
    match turn.role {
        Role::Attack => {
            let secret = &turn.channel.secret;
            check(!shows(&told, &turn.world.token) && !shows(&told, secret), || format!("it was told {told}"))
        }
        Role::Control => check(told.contains(&turn.channel.account), || format!("it was told {told}")),
    }
}

/// What looks like a place leaves as the guest wrote it: there is nothing that is replaced.
async fn placeholder(turn: &Turn<'_>) -> Seen {
    let path = format!("/placeholder/{}", turn.nonce);
    let body = "{token} {{token}} ${token} %token% [credential] lockgate:token";
    let (host, path) = turn.pick(("odd.test", path), ("echo.test", format!("/echo/{}", turn.nonce)));
    let knock = match turn.role {
        Role::Attack => {
            json!({ "method": "POST", "authority": host, "path": path, "body": body, "headers": [["x-note", body]] })
        }
        Role::Control => json!({ "authority": host, "path": path }),
    };
    turn.world.wire(turn.channel, &[knock]).await?;
    let arrived = turn.world.odd.holding(&turn.nonce);
    let [arrived] = arrived.as_slice() else { return Err(format!("{} requests arrived", arrived.len())) };
    match turn.role {
        Role::Attack => {
            let same = arrived.body == body.as_bytes() && arrived.header("x-note") == Some(body);
            check(same && !arrived.head.contains(&turn.world.token), || format!("it arrived as {}", arrived.head))
        }
        Role::Control => check(arrived.head.contains(&turn.world.token), || "the place of the rule is empty".into()),
    }
}

/// The same server by the name of a rule that has no place, and by the one that has.
async fn without(turn: &Turn<'_>) -> Seen {
    let (host, path) = turn.pick(("odd.test", "/well/x"), ("echo.test", "/well"));
    let knock = json!({ "authority": host, "path": format!("{path}/{}", turn.nonce) });
    let told = turn.world.wire(turn.channel, &[knock]).await?;
    check(told[0]["status"] == 200, || format!("it was told {told:?}"))?;
    let arrived = turn.world.odd.holding(&turn.nonce);
    let has = arrived.iter().any(|arrived| arrived.head.contains(&turn.world.token));
    check(arrived.len() == 1 && has == turn.pick(false, true), || format!("{} arrived, with it: {has}", arrived.len()))
}

/// A plugin that got an echo writes it into its log, or dies of it.
async fn spread(turn: &Turn<'_>, case: &str) -> Seen {
    let since = turn.world.log_end();
    let (host, headers) = turn.pick(("echo.test", json!([])), ("odd.test", json!([["x-token", turn.nonce]])));
    let knock = json!([{ "authority": host, "path": "/echo/plain", "headers": headers }]);
    let shown = turn.world.send(turn.channel, &format!("{case} {knock}")).await;
    let spread: Vec<String> = turn
        .world
        .logged(turn.channel, since)
        .iter()
        .flat_map(|line| ["message", "fields"].map(|name| line.field(name).to_owned()))
        .collect();
    let all = format!("{spread:?} {shown}");
    match turn.role {
        Role::Attack => {
            check(all.contains(CUT) && !shows(&all, &turn.world.token), || format!("it was written: {all}"))
        }
        Role::Control => check(all.contains(&turn.nonce), || format!("nothing was written: {all}")),
    }
}

/// The channel that holds it shows that it is there, and the name of the channel.
async fn api(turn: &Turn<'_>) -> Seen {
    let mut shown = String::new();
    for path in [format!("/channels/{}", turn.channel.id), "/channels".to_owned(), "/plugins/hostile".to_owned()] {
        shown.push_str(&turn.world.api().get(&path).await.to_string());
    }
    match turn.role {
        Role::Attack => {
            let secret = &turn.channel.secret;
            check(!shows(&shown, &turn.world.token) && !shown.contains(secret), || "an answer shows it".into())
        }
        Role::Control => check(shown.contains(&turn.channel.account), || "the account is not shown".into()),
    }
}

/// Cookies are a provider's memory of who holds the credential; nobody keeps them.
async fn cookie(turn: &Turn<'_>) -> Seen {
    let path = |what: &str| format!("/{what}/{}", turn.nonce);
    let knocks: Vec<Value> =
        ["cookie", "well"].iter().map(|what| json!({ "authority": "odd.test", "path": path(what) })).collect();
    let told = turn.world.wire(turn.channel, &knocks).await?;
    let again = turn.world.odd.holding(&turn.nonce).iter().any(|arrived| arrived.header("cookie").is_some());
    let told = told[0].to_string();
    match turn.role {
        Role::Attack => check(!told.contains("session=x") && !again, || format!("it was told {told}")),
        Role::Control => check(told.contains("x-other") && told.contains("kept"), || format!("it was told {told}")),
    }
}
