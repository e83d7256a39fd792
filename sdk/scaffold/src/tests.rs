//! What somebody may call a plugin, and what is made of a wish.

use super::{Ability, Wish, id_problem, rust};

fn wish(abilities: &[Ability]) -> Wish {
    Wish { id: "pigeon-post".into(), abilities: abilities.to_vec(), sdk: None }
}

#[test]
fn what_cannot_be_an_id_is_told_what_could() {
    for id in ["a", "pigeon", "pigeon-post-2", "test", &"x".repeat(63)] {
        assert_eq!(id_problem(id), None, "{id}");
    }
    for (id, instead) in [
        ("My Plugin", "my-plugin"),
        ("Pigeon_Post!", "pigeon-post"),
        ("../etc", "etc"),
        ("2fast", "fast"),
        ("-x-", "x"),
        ("", "my-channel"),
        ("Ünïcode", "n-code"),
        ("7", "my-channel"),
        (&"Y".repeat(70), &"y".repeat(63)),
    ] {
        let words = id_problem(id).unwrap_or_default();
        assert!(words.ends_with(&format!("write for example {instead}")), "{id}: {words}");
        assert_eq!(id_problem(instead), None, "what is told to write is accepted");
    }
}

#[test]
fn a_project_has_what_was_wished_for_and_nothing_else() {
    for abilities in [
        &[Ability::Connector][..],
        &[Ability::Ingress],
        &[Ability::Sender],
        &[Ability::Connector, Ability::Ingress],
        &[Ability::Ingress, Ability::Sender],
        &Ability::ALL,
    ] {
        let files = rust::project(&wish(abilities));
        let text = |path: &str| files.iter().find(|file| file.path == path).map(|file| file.text.as_str());
        let named = abilities.iter().map(|ability| ability.name()).collect::<Vec<_>>().join(", ");
        assert!(text("src/lib.rs").is_some_and(|lib| lib.contains(&format!("register!(Plugin: {named});"))));
        let manifest = text("channel.toml").unwrap_or_default();
        let (ingress, sender) = (abilities.contains(&Ability::Ingress), abilities.contains(&Ability::Sender));
        assert_eq!(manifest.contains("[[route]]"), ingress, "{manifest}");
        assert_eq!(manifest.contains("[[egress]]"), sender, "{manifest}");
        assert_eq!(text("src/receive.rs").is_some(), ingress);
        assert_eq!(text("src/send.rs").is_some(), sender);
        assert!(files.iter().all(|file| !file.text.contains("{{")), "something was not filled in");
        let paths: std::collections::BTreeSet<&str> = files.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(paths.len(), files.len(), "each file once");
    }
}

#[test]
fn the_sdk_comes_along_unless_it_is_elsewhere() {
    let vendored = |wish: &Wish| rust::project(wish).iter().filter(|file| file.path.starts_with("vendor/")).count();
    assert!(vendored(&wish(&Ability::ALL)) > 20);
    let elsewhere = Wish { sdk: Some("/some where/sdk/rust".into()), ..wish(&Ability::ALL) };
    assert_eq!(vendored(&elsewhere), 0);
    let files = rust::project(&elsewhere);
    let cargo = files.iter().find(|file| file.path == "Cargo.toml").map(|file| file.text.as_str());
    assert!(cargo.is_some_and(|text| text.contains("lockgate-sdk = { path = \"/some where/sdk/rust\" }")));
}

#[test]
fn the_sdk_that_comes_along_leans_on_no_workspace() {
    let files = rust::project(&wish(&Ability::ALL));
    let sdk = files.iter().find(|file| file.path == "vendor/lockgate/sdk/rust/Cargo.toml").map(|file| &file.text);
    assert!(sdk.is_some_and(|text| !text.contains("workspace") && text.contains("wit-bindgen")), "{sdk:?}");
}
