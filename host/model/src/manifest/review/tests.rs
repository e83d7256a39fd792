//! Each thing that a review finds, with its place, and that it finds nothing where there is nothing.

use super::*;

const WHOLE: &str = r#"[plugin]
id = "pigeon"
name = "Pigeon"
version = "1.0.0"
contract = "lockgate:channel@0.1.0-dev.1"
description = "Carries notes."

[[credential]]
name = "secret"
level = "channel"
label = "Secret"
use = ["verify"]
required = true

[[credential]]
name = "token"
level = "channel"
label = "Token"
use = ["egress"]

[[route]]
name = "notes"
level = "channel"
methods = ["POST"]
[route.verify.hmac]
header = "x-signature"
digest = "sha256"
credential = "secret"

[[egress]]
name = "fly"
host = "api.example.com"
methods = ["POST"]
paths = ["/messages"]
effect = "send"
place = [{ credential = "token", header = "authorization" }]

[capabilities]
text = { max = 10 }
"#;

fn review(text: &str, abilities: &[&str]) -> Vec<(Weight, String)> {
    let manifest = Manifest::parse(text).unwrap_or_else(|problems| panic!("{problems:?}"));
    manifest.review(text, abilities).into_iter().map(|found| (found.weight, found.problem.to_string())).collect()
}

#[test]
fn what_fits_is_left_alone() {
    assert_eq!(review(WHOLE, &["connector", "ingress", "sender"]), []);
}

#[test]
fn what_does_not_fit_is_told_with_its_place_and_a_remedy() {
    let all = ["connector", "ingress", "sender"];
    let without = |from: &str, to: &str| {
        let (head, tail) = WHOLE.split_once(from).unwrap_or_else(|| panic!("{from}"));
        tail.find(to).map_or_else(|| head.to_owned(), |at| head.to_owned() + &tail[at..])
    };
    let no_route = without("[[route]]", "[[egress]]");
    for (text, abilities, weight, words) in [
        (
            WHOLE.to_owned(),
            &["connector", "sender"][..],
            Weight::Error,
            &["line 22, column 8", "\"notes\"", "ingress", "lacks"][..],
        ),
        (no_route.clone(), &all, Weight::Error, &["line 1, column 2", "no [[route]]"]),
        (no_route, &all, Weight::Remark, &["line 9, column 8", "\"secret\"", "\"verify\""]),
        (
            WHOLE.to_owned(),
            &["connector", "ingress"],
            Weight::Error,
            &["line 38, column 2", "lacks the ability sender"],
        ),
        (
            WHOLE.to_owned(),
            &["ingress"],
            Weight::Error,
            &["line 31, column 8", "\"fly\"", "nothing in the component can use"],
        ),
        (
            without("[capabilities]", "\u{0}"),
            &all,
            Weight::Error,
            &["line 1, column 2", "names nothing that can be sent"],
        ),
        (WHOLE.replace("\"send\"", "\"read\""), &all, Weight::Remark, &["no [[egress]] rule has effect"]),
        (
            WHOLE.replace("place = [{ credential = \"token\", header = \"authorization\" }]\n", ""),
            &all,
            Weight::Remark,
            &["line 16, column 8", "\"token\"", "place ="],
        ),
        (
            WHOLE.replace("[\"egress\"]", "[\"egress\", \"derive\"]"),
            &all,
            Weight::Remark,
            &["\"derive\"", "[[derived]]"],
        ),
        (
            WHOLE.replace("[\"egress\"]", "[\"egress\", \"derive\"]")
                + "[[derived]]\nname = \"both\"\nvalue = { join = [{ credential = \"token\" }] }\n",
            &all,
            Weight::Remark,
            &["line 41, column 8", "\"both\"", "written nowhere"],
        ),
        (WHOLE.replace("/messages", "/*/messages"), &all, Weight::Remark, &["line 34, column 9", "first segment"]),
    ] {
        let found = review(&text, abilities);
        let fits = |(given, told): &&(Weight, String)| *given == weight && words.iter().all(|word| told.contains(word));
        assert_eq!(found.iter().filter(fits).count(), 1, "{words:?} in {found:#?}");
    }
}

#[test]
fn each_change_is_found_once() {
    let all = ["connector", "ingress", "sender"];
    for (text, abilities, number) in [
        (WHOLE.replace("/messages", "/*/messages"), &all[..], 1),
        (WHOLE.replace("\"send\"", "\"read\""), &all, 1),
        (WHOLE.to_owned(), &["connector", "sender"], 1),
        // What can be sent, and the permission for it.
        (WHOLE.to_owned(), &["connector", "ingress"], 2),
    ] {
        let found = review(&text, abilities);
        assert_eq!(found.len(), number, "{found:#?}");
    }
}

#[test]
fn another_contract_is_told_where_it_stands() {
    let text = WHOLE.replace("dev.1", "dev.9");
    let manifest = Manifest::parse(&text).unwrap_or_else(|problems| panic!("{problems:?}"));
    let told = manifest.foreign_contract(&text).map(|problem| problem.to_string()).unwrap_or_default();
    assert!(told.starts_with("channel.toml line 5, column 12: plugin.contract is") && told.contains("dev.1"), "{told}");
    let ours = Manifest::parse(WHOLE).unwrap_or_else(|problems| panic!("{problems:?}"));
    assert_eq!(ours.foreign_contract(WHOLE), None);
}
