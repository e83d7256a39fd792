//! What somebody may call a plugin, and what is made of a wish.

use super::{Ability, File, Wish, id_problem, javascript, python, rust};

/// Each language's projects, the files that hold an ability's code, and where the SDK comes along.
type Language = (fn(&Wish) -> Vec<File>, [&'static str; 3], &'static str);

const LANGUAGES: [Language; 3] = [
    (rust::project, ["src/check.rs", "src/receive.rs", "src/send.rs"], "vendor/lockgate/sdk/rust/Cargo.toml"),
    (
        javascript::project,
        ["src/check.js", "src/receive.js", "src/send.js"],
        "vendor/lockgate/sdk/js/package-lock.json",
    ),
    (
        python::project,
        ["plugin/check.py", "plugin/receive.py", "plugin/send.py"],
        "vendor/lockgate/sdk/python/src/lockgate_sdk/build.py",
    ),
];

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
        for (project, code, _) in LANGUAGES {
            let files = project(&wish(abilities));
            let text = |path: &str| files.iter().find(|file| file.path == path).map(|file| file.text.as_str());
            let manifest = text("channel.toml").unwrap_or_default();
            let (ingress, sender) = (abilities.contains(&Ability::Ingress), abilities.contains(&Ability::Sender));
            assert_eq!(manifest.contains("[[route]]"), ingress, "{manifest}");
            assert_eq!(manifest.contains("[[egress]]"), sender, "{manifest}");
            for (path, ability) in code.into_iter().zip(Ability::ALL) {
                assert_eq!(text(path).is_some(), abilities.contains(&ability), "{path}");
            }
            let cases = files.iter().filter(|file| file.path.starts_with("cases/")).count();
            assert_eq!(cases, if ingress { 2 } else { 0 } + if sender { 3 } else { 0 });
            let own = files.iter().filter(|file| !file.path.starts_with("vendor/"));
            assert_eq!(own.filter(|file| file.text.contains("{{")).count(), 0, "something was not filled in");
            let paths: std::collections::BTreeSet<&str> = files.iter().map(|file| file.path.as_str()).collect();
            assert_eq!(paths.len(), files.len(), "each file once");
        }
        let files = rust::project(&wish(abilities));
        let library = files.iter().find(|file| file.path == "src/lib.rs").map(|file| file.text.as_str());
        let named = abilities.iter().map(|ability| ability.name()).collect::<Vec<_>>().join(", ");
        assert!(library.is_some_and(|lib| lib.contains(&format!("register!(Plugin: {named});"))), "{library:?}");
    }
}

#[test]
fn the_sdk_comes_along_unless_it_is_elsewhere() {
    for (project, _, sign) in LANGUAGES {
        let here = project(&wish(&Ability::ALL));
        assert!(here.iter().any(|file| file.path == sign), "{sign}");
        let elsewhere = project(&Wish { sdk: Some("/some where/sdk".into()), ..wish(&Ability::ALL) });
        assert_eq!(elsewhere.iter().filter(|file| file.path.starts_with("vendor/")).count(), 0);
        assert!(elsewhere.iter().any(|file| file.text.contains("/some where/sdk\"")), "{sign}");
    }
}

#[test]
fn the_sdk_that_comes_along_leans_on_no_workspace() {
    let files = rust::project(&wish(&Ability::ALL));
    let sdk = files.iter().find(|file| file.path == "vendor/lockgate/sdk/rust/Cargo.toml").map(|file| &file.text);
    assert!(sdk.is_some_and(|text| !text.contains("workspace") && text.contains("wit-bindgen")), "{sdk:?}");
}
