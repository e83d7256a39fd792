//! What the host fetches itself.

use lockgate_simulators::dns::{NameServer, Reply};
use lockgate_tests::{Database, HostPlan, ProcessPlan, on_both, until};
use serde_json::json;

use super::{CDN, Depot, Files, HOUR, PNG, connect, download, messages, post, settled, source};

async fn a_file_is_fetched_from_its_address_without_a_credential(database: Database) {
    let depot = Depot::open(database).await;
    depot.cdn.keeps("bike.png?size=large", PNG);
    depot.cdn.refuse_next(503, Some(600));
    let message = depot.told("/address", "https://cdn.example.com/a/b/bike.png?size=large#top").await;
    depot.at_rest().await;
    let outside = depot.host.outside().await;
    let wait = outside.number("SELECT due_at - created_at FROM fetches").await;
    assert!((600_000..900_000).contains(&wait), "{wait}");
    depot.advance(HOUR);
    let message = depot.settled(&message).await;
    assert_eq!(source(&message).0, "stored", "{message}");
    let answer = download(depot.api(), &message).await;
    assert_eq!((answer.status, &answer.bytes[..]), (200, PNG));
    assert_eq!(answer.header("content-type"), Some("image/png"));
    assert!(answer.header("content-disposition").unwrap().contains("picture.png"), "{:?}", answer.headers);
    let asked = ("/a/b/bike.png?size=large".to_owned(), None);
    assert_eq!(depot.cdn.asked(), [asked.clone(), asked]);
    // A host that a rule names with a credential is asked without it too.
    depot.provider.keeps("bike.png", PNG);
    let message = depot.told("/address", "https://provider.example.com/files/bike.png").await;
    assert_eq!(source(&depot.settled(&message).await).0, "stored");
    assert_eq!(depot.provider.asked(), [("/files/bike.png".to_owned(), None)]);
    depot.host.stop().await;
}

async fn what_may_not_be_fetched_is_not_and_the_admin_sees_it(database: Database) {
    let names = NameServer::start().await.unwrap();
    names.answer("inside.example.com", [Reply::addresses(["127.0.0.1"])]);
    let depot = Depot::open_with(HostPlan::on(database).with_name_server(names.address())).await;
    let told = ("missing", "The plugin may not have files fetched from there");
    depot.cdn.keeps("bike.png", PNG);
    for address in [
        "https://other.example.com/bike.png",
        "http://cdn.example.com/bike.png",
        "https://user@cdn.example.com/bike.png",
        "https://cdn.example.com:8443/bike.png",
        "https://127.0.0.1/bike.png",
        "file:///etc/passwd",
    ] {
        let message = depot.told("/address", address).await;
        assert_eq!(source(&depot.settled(&message).await), told, "{address}");
    }
    let denials = depot.api().get("/plugins/keeper").await["denials"].clone();
    let first = denials.as_array().unwrap().last().unwrap();
    let words = "file from GET https://other.example.com/bike.png: no egress rule of the manifest names the host";
    assert_eq!((&first["what"], &first["count"]), (&json!(words), &json!(1)), "{denials}");
    // Where any public host will do, a private one will not.
    depot.declare("[media]\naddresses = \"public\"\n").await;
    for address in ["https://inside.example.com/bike.png", "https://other.example.com:8443/bike.png"] {
        let message = depot.told("/address", address).await;
        assert_eq!(source(&depot.settled(&message).await), told, "{address}");
    }
    let denials = depot.api().get("/plugins/keeper").await["denials"].clone();
    assert!(denials.to_string().contains("has an address that is not public"), "{denials}");
    assert!(depot.cdn.asked().is_empty(), "{:?}", depot.cdn.asked());
    assert_eq!(depot.fetches().await, 0);
    depot.host.stop().await;
}

async fn any_public_host_will_do_where_the_manifest_says_so(database: Database) {
    let depot = Depot::open(database).await;
    depot.cdn.keeps("bike.png", PNG);
    let manifest = include_str!("../../../guests/keeper/channel.toml");
    let (before, rest) = manifest.split_once("[[egress]]\nname = \"pictures\"").unwrap();
    let (_, after) = rest.split_once("effect = \"read\"\n").unwrap();
    let unnamed = format!("{before}{after}");
    depot.api().install(&lockgate_tests::component::with_manifest(lockgate_guests::KEEPER, &unnamed)).await;
    let message = depot.told("/address", "https://cdn.example.com/bike.png").await;
    assert_eq!(source(&depot.settled(&message).await).0, "missing", "no rule names it");
    let public = unnamed.replace("[media]\n", "[media]\naddresses = \"public\"\n");
    depot.api().install(&lockgate_tests::component::with_manifest(lockgate_guests::KEEPER, &public)).await;
    let sheet = depot.api().get("/plugins/keeper").await["sheet"]["lines"].to_string();
    assert!(sheet.contains("from any public address"), "{sheet}");
    let message = depot.told("/address", "https://cdn.example.com/bike.png").await;
    assert_eq!(source(&depot.settled(&message).await).0, "stored");
    depot.host.stop().await;
}

async fn why_a_file_is_missing_is_told(database: Database) {
    let depot = Depot::open(database).await;
    depot.cdn.keeps("large.bin", vec![7; 3_000_001]);
    for (path, told) in [
        ("gone.png", "It is not there any more"),
        ("large.bin", "It is larger than the 2.9 MiB that are kept of one file"),
    ] {
        let message = depot.told("/address", &format!("https://cdn.example.com/{path}")).await;
        assert_eq!(source(&depot.settled(&message).await), ("missing", told), "{path}");
    }
    // No redirect is followed, also not to where a file could be fetched.
    depot.cdn.keeps("elsewhere", PNG);
    depot.cdn.refuse_next(302, None);
    let message = depot.told("/address", "https://cdn.example.com/moved").await;
    let told = ("missing", "It was refused: 302: its server leads elsewhere");
    assert_eq!(source(&depot.settled(&message).await), told);
    assert!(depot.cdn.asked().iter().all(|(path, _)| path != "/elsewhere"));
    depot.declare("[media]\ncontent_types = [\"image/*\"]\n").await;
    depot.cdn.keeps("page.png", "<!DOCTYPE html><p>Hello");
    let message = depot.told("/address", "https://cdn.example.com/page.png").await;
    let told = ("missing", "It is of a kind that is not kept here: text/html");
    assert_eq!(source(&depot.settled(&message).await), told);
    assert!(lockgate_tests::scan::files(&depot.host.data_dir().join("media")).is_empty(), "nothing of it is left");
    depot.host.stop().await;
}

async fn who_keeps_no_files_has_none_fetched(database: Database) {
    let depot = Depot::open(database).await;
    depot.declare("").await;
    let message = depot.told("/address", "https://cdn.example.com/bike.png").await;
    assert_eq!((source(&message).0, depot.fetches().await), ("address", 0));
    assert!(depot.cdn.asked().is_empty());
    depot.host.stop().await;
}

async fn an_answer_that_stops_is_left_and_asked_for_again(database: Database) {
    let depot = Depot::open(database).await;
    depot.declare("[media]\n[limits]\nwall_ms = 3000\n").await;
    depot.cdn.keeps("bike.png", PNG);
    depot.cdn.stall_next();
    let message = depot.told("/address", "https://cdn.example.com/bike.png").await;
    depot.at_rest().await;
    depot.advance(HOUR);
    let message = depot.settled(&message).await;
    assert_eq!(download(depot.api(), &message).await.bytes, PNG);
    assert!(depot.cdn.asked().len() >= 2, "{:?}", depot.cdn.asked());
    depot.host.stop().await;
}

on_both! {
    a_file_is_fetched_from_its_address_without_a_credential,
    what_may_not_be_fetched_is_not_and_the_admin_sees_it,
    any_public_host_will_do_where_the_manifest_says_so,
    why_a_file_is_missing_is_told,
    who_keeps_no_files_has_none_fetched,
    an_answer_that_stops_is_left_and_asked_for_again,
}

/// Bytes of the process that were in memory at once, at most.
fn peak(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() << 10
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_large_file_is_fetched_in_little_memory() {
    const SIZE: usize = 90 << 20;
    let cdn = Files::start(CDN).await;
    let plan = ProcessPlan::new(env!("CARGO_BIN_EXE_test-host").into(), Database::Sqlite);
    let host = plan.with_map(CDN, cdn.https.address, &cdn.https.ca_pem).start().await;
    let channel = connect(host.api()).await;
    host.api().install(&super::keeper("[media]\nmax_bytes = 100_000_000\n")).await;
    cdn.keeps("small.bin", "x");
    cdn.keeps("film.bin", vec![7; SIZE]);
    for (number, name) in ["small.bin", "film.bin"].into_iter().enumerate() {
        let before = peak(host.pid());
        assert_eq!(post(host.api(), &channel, "/address", &format!("https://cdn.example.com/{name}")).await, 200);
        let message = until("it is told", async || messages(host.api()).await.get(number).cloned()).await;
        let message = settled(host.api(), &message).await;
        assert_eq!(source(&message).0, "stored", "{message}");
        let grown = peak(host.pid()).saturating_sub(before);
        assert!(grown < 40 << 20, "{name} took {grown} bytes of memory");
    }
    host.stop().await;
}
