//! What leaves the host: granted requests over verified TLS, with the credential written in by the host.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use lockgate_model::contract::outbound::Outcome;
use lockgate_simulators::dns::{NameServer, Reply};

use crate::harness::{Map, Sandbox, TOKEN, draft, is_sent};
use crate::provider::{HOST, Manner, Provider};

#[tokio::test]
async fn a_granted_request_leaves_with_the_credential_in_its_place() {
    let provider = Provider::start(Manner::Answers).await;
    let sandbox = Sandbox::calling(&provider).await;
    let called = sandbox.send("hello").await;
    assert!(is_sent(&called.result.unwrap()));
    let [seen] = provider.seen().try_into().unwrap();
    assert_eq!((seen.method.as_str(), seen.uri.as_str()), ("POST", "/messages"));
    assert_eq!(seen.authorization, Some(format!("Bearer {TOKEN}")));
    assert_eq!(seen.body, br#"{"text":"hello"}"#);
    assert_eq!(called.effects.requests, 1);

    sandbox.send("echo headers").await.result.unwrap();
    let looked = provider.seen().pop().unwrap();
    assert_eq!(looked.authorization, None, "the credential is written where the rule says and nowhere else");
    assert!(looked.uri.starts_with("/look/headers?access_token=EAAB%2FsEcReT%2Btoken~"), "{}", looked.uri);
}

#[tokio::test]
async fn what_is_not_granted_does_not_leave_and_the_effects_name_the_grant() {
    let provider = Provider::start(Manner::Answers).await;
    let sandbox = Sandbox::calling(&provider).await;
    let mut call = sandbox.call();
    call.grants = Arc::new(BTreeSet::from(["look".to_owned()]));
    let called = sandbox.plugin.send(call, draft("hello")).await;
    assert!(matches!(&called.result.unwrap()[0].outcome, Outcome::Failed(_)));
    assert_eq!(called.effects.denials[0].grant.as_deref(), Some("send"));
    assert!(!called.effects.departed);

    for (text, grant) in [
        ("address https://other.example.com/x", Some("other")),
        ("address https://evil.example.org/x", None),
        ("address https://provider.example.com/look/a/b", None),
        ("address https://provider.example.com/look/%2e%2e", None),
        ("address https://provider.example.com/messages", None),
        ("address https://provider.example.com:8443/look/1", None),
        ("address https://user@provider.example.com/look/1", None),
        ("address https://127.0.0.1/look/1", None),
        ("address https://[::1]/look/1", None),
        ("address https://2130706433/look/1", None),
        ("address https://0x7f.1/look/1", None),
        ("address https://0177.0.0.1/look/1", None),
        ("address https://127.1/look/1", None),
        ("address https://[::ffff:127.0.0.1]/look/1", None),
        ("address https://provider.example.com./look/1", None),
        ("address https://provider.example.com:0443/look/1", None),
        ("address https://xn--provider-.example.com/look/1", None),
        // What is not ASCII is no authority of a URI, so it does not even come to the gate.
        ("address https://\u{ff11}\u{ff12}\u{ff17}.0.0.1/look/1", None),
        ("address https://provider\u{3002}example.com/look/1", None),
        ("address https://%31%32%37.0.0.1/look/1", None),
        ("address https://[fe80::1%25eth0]/look/1", None),
        ("address https://a:b@provider.example.com/look/1", None),
        ("address https://provider.example.com:443:80/look/1", None),
    ] {
        let called = sandbox.send(text).await;
        let words = format!("{:?}", called.result.unwrap());
        assert!(words.contains("refused the request"), "{text}: {words}");
        if let Some(denial) = called.effects.denials.first() {
            assert_eq!(denial.grant.as_deref(), grant, "{text}");
        }
    }
    assert!(provider.seen().is_empty());
    for same in ["https://PROVIDER.Example.com/look/1", "https://provider.example.com:443/look/1"] {
        assert!(sandbox.outcome(&format!("address {same}")).await.contains("looked"), "{same}");
    }
}

#[tokio::test]
async fn a_guests_own_value_in_a_credentials_place_is_refused() {
    let provider = Provider::start(Manner::Answers).await;
    let sandbox = Sandbox::calling(&provider).await;
    for text in [
        "own-header x-token",
        "own-header X-Token",
        "own-header cookie",
        "own-query access_token=mine",
        "own-query ACCESS%5Ftoken=mine",
    ] {
        assert!(sandbox.outcome(text).await.contains("refused the request"), "{text}");
    }
    assert!(provider.seen().is_empty());
    assert!(sandbox.outcome("own-header x-other").await.contains("x-other"));
}

#[tokio::test]
async fn the_name_and_the_authority_are_verified_for_a_mapped_host() {
    let other_name = Provider::named("elsewhere.example.com", Manner::Answers).await;
    let sandbox = Sandbox::calling(&other_name).await;
    assert!(sandbox.outcome("hello").await.contains("Passing"));

    let (honest, stranger) = (Provider::start(Manner::Answers).await, Provider::start(Manner::Answers).await);
    let map = Map { host: HOST.into(), address: honest.address, ca_pem: stranger.ca_pem.clone().into_bytes() };
    let sandbox = Sandbox::with(|config| config.egress.maps.push(map)).await;
    assert!(sandbox.outcome("hello").await.contains("Passing"));
    assert!(honest.seen().is_empty() && other_name.seen().is_empty());
}

#[tokio::test]
async fn without_a_mapping_a_name_leads_to_public_addresses_only() {
    let names = NameServer::start().await.unwrap();
    let server = names.address();
    let sandbox = Sandbox::with(|config| {
        config.egress.name_servers.push(server);
        config.egress.lookup = Duration::from_millis(300);
    })
    .await;
    let inside = [
        "127.0.0.1",
        "10.0.0.1",
        "100.64.0.1",
        "169.254.169.254",
        "172.16.0.1",
        "192.168.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "0.0.0.0",
        "192.0.2.1",
        "198.18.0.1",
        "240.0.0.1",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::7f00:1",
        "2002:7f00:1::",
        "2001::1",
        "fd00::1",
        "fe80::1",
        "fec0::1",
        "ff02::1",
    ];
    names.answer(HOST, [Reply::NoSuchName]);
    let unknown = format!("{:?}", sandbox.send("post /look/1").await.result.unwrap());
    let alone = inside.iter().map(|address| Reply::addresses([*address]));
    let beside = inside.iter().map(|address| Reply::addresses(["1.1.1.1", "2606:4700::1111", address]));
    let aliased = inside.iter().map(|address| Reply::alias("inside.example.org", [*address]));
    for reply in alone.chain(beside).chain(aliased) {
        names.answer(HOST, [reply.clone()]);
        let called = sandbox.send("post /look/1").await;
        let told = format!("{:?}", called.result.unwrap());
        assert_eq!(told, unknown, "{reply:?}: the plugin is not told which names there are inside");
        assert!(called.effects.denials[0].what.contains("not public"), "{reply:?}: {:?}", called.effects.denials);
        assert!(!called.effects.departed);
    }
    for reply in [Reply::NoSuchName, Reply::Silence, Reply::Garbage(vec![0xff; 300]), Reply::addresses([])] {
        names.answer(HOST, [reply.clone()]);
        let called = sandbox.send("post /look/1").await;
        let told = format!("{:?}", called.result.unwrap());
        assert!(told.contains("cannot be reached"), "{reply:?}: {told}");
        assert!(called.effects.denials.is_empty() && !called.effects.departed);
    }
    let report = sandbox.runtime.settings_report();
    assert!(report.iter().all(|setting| setting.name != "mapped host"));
    let asked = report.iter().find(|setting| setting.name == "names of providers").unwrap();
    assert!(asked.value.contains(&server.to_string()), "{asked:?}");
}

/// The guest gets the answer as it is. What it makes of the `Location` is a request of its own, judged like any other.
#[tokio::test]
async fn redirects_of_every_status_are_not_followed() {
    let provider = Provider::start(Manner::Answers).await;
    let sandbox = Sandbox::calling(&provider).await;
    let mut asked = 0;
    for status in ["300", "301", "302", "303", "304", "305", "307", "308", "399"] {
        for to in ["own", "other", "http", "private", "file", "data", "relative", "token"] {
            let told = sandbox.outcome(&format!("echo redirect-{status}-{to}")).await;
            asked += 1;
            assert!(told.contains(status), "{status} {to}: {told}");
            assert!(!told.contains(TOKEN) && !told.contains("EAAB"), "{status} {to}: {told}");
            assert_eq!(provider.seen().len(), asked, "{status} {to}: one request, one arrival");
        }
    }
    // What it follows by itself is refused where nothing covers it, and to where it is covered it goes as any other does.
    for location in [
        "https://other.example.com/x",
        "http://provider.example.com/look/1",
        "https://169.254.169.254/look/1",
        "https://provider.example.com/admin",
    ] {
        assert!(sandbox.outcome(&format!("address {location}")).await.contains("refused the request"), "{location}");
    }
    assert_eq!(provider.seen().len(), asked);
    assert!(sandbox.outcome("address https://provider.example.com/look/1").await.contains("looked"));
}

#[tokio::test]
async fn cookies_are_not_kept() {
    let provider = Provider::start(Manner::Answers).await;
    let sandbox = Sandbox::calling(&provider).await;
    assert!(!sandbox.outcome("echo cookie").await.contains("set-cookie"));
    assert_eq!(provider.seen().len(), 1);
}

#[tokio::test]
async fn a_channel_makes_so_many_requests_a_minute_and_no_more() {
    let provider = Provider::start(Manner::Answers).await;
    let map = provider.map();
    let sandbox = Sandbox::with(|config| {
        config.egress.maps.push(map);
        config.defaults.requests_per_minute = 3;
    })
    .await;
    let send = async |at_ms: u64, channel: &str| {
        let mut call = sandbox.call();
        call.now_ms += at_ms;
        call.label.channel = Some(channel.into());
        sandbox.plugin.send(call, draft("hello")).await
    };
    for _ in 0..3 {
        assert!(is_sent(&send(0, "one").await.result.unwrap()));
    }
    let over = send(19_999, "one").await;
    assert!(over.effects.denials[0].what.contains("in this minute"), "{:?}", over.effects.denials);
    assert!(!over.effects.departed);
    let told = format!("{:?}", over.result.unwrap());
    assert!(told.contains("Passing"), "it is tried again later: {told}");
    assert!(is_sent(&send(19_999, "another").await.result.unwrap()), "another channel has its own");
    assert!(is_sent(&send(20_000, "one").await.result.unwrap()), "a third of the minute is over");
    assert_eq!(provider.seen().len(), 5);
}

#[tokio::test]
async fn requests_and_answers_are_bounded() {
    let provider = Provider::start(Manner::Answers).await;
    let map = provider.map();
    let sandbox = Sandbox::with(|config| {
        config.egress.maps.push(map);
        config.defaults.request_bytes = 1 << 20;
    })
    .await;
    assert!(sandbox.outcome("echo huge").await.contains("too large"));
    assert!(sandbox.outcome("large 1048576").await.contains("Ok((200, 7))"));
    assert!(sandbox.outcome("large 1048577").await.contains("Denied"));
    let before = provider.seen().len();
    let called = sandbox.send("many").await;
    assert_eq!(provider.seen().len() - before, 4);
    assert_eq!(called.effects.requests, 4);
    assert!(called.effects.denials[0].what.contains("as many requests as it may"));
}

#[tokio::test]
async fn headers_of_an_answer_are_bounded_and_nothing_is_unpacked() {
    let provider = Provider::start(Manner::Answers).await;
    let sandbox = Sandbox::calling(&provider).await;
    for case in ["echo many-headers", "echo long-header", "echo packed"] {
        let told = sandbox.outcome(case).await;
        assert!(told.contains("no answer"), "{case}: {told}");
    }
    assert_eq!(provider.seen().len(), 3);
    let asked = sandbox.outcome("own-value accept-encoding gzip").await;
    assert!(asked.contains(r#"accept-encoding\": \"identity"#) && !asked.contains("gzip"), "{asked}");
}

#[tokio::test]
async fn connections_are_kept_for_the_next_call() {
    let provider = Provider::start(Manner::Answers).await;
    let sandbox = Sandbox::calling(&provider).await;
    for _ in 0..5 {
        assert!(is_sent(&sandbox.send("hello").await.result.unwrap()));
    }
    assert!(provider.seen().iter().all(|seen| seen.connection == 0));
}

/// This test's own executable again, with every variable set that could name a proxy.
#[tokio::test]
async fn a_proxy_of_the_environment_is_not_asked() {
    let proxy = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", proxy.local_addr().unwrap());
    let mut child = tokio::process::Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "egress::a_granted_request_leaves_with_the_credential_in_its_place"]);
    for name in ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"] {
        child.env(name, &address);
    }
    child.env_remove("NO_PROXY").env_remove("no_proxy").kill_on_drop(true);
    tokio::select! {
        output = child.output() => {
            let output = output.unwrap();
            let told = String::from_utf8_lossy(&output.stdout);
            assert!(output.status.success() && told.contains("1 passed"), "{told}");
        }
        _ = proxy.accept() => panic!("the proxy was asked"),
    }
}
