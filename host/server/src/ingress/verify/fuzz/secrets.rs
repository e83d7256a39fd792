//! Texts in JSON: what is found at a pointer is what another reader finds there, and it is gone once it was masked.

use bytes::Bytes;
use lockgate_fuzz::{fuzz, lines};
use serde_json::Value;

use super::super::{form, json};

/// The values at a pointer, by another reader; none where an element lacks it.
fn at<'a>(value: &'a Value, steps: &[String]) -> Option<Vec<&'a Value>> {
    let Some((step, rest)) = steps.split_first() else { return Some(vec![value]) };
    match value {
        Value::Array(elements) if step == "*" => {
            elements.iter().map(|element| at(element, rest)).collect::<Option<Vec<_>>>().map(|found| found.concat())
        }
        Value::Array(elements) => at(elements.get(step.parse::<usize>().ok()?)?, rest),
        Value::Object(members) => at(members.get(step)?, rest),
        _ => None,
    }
}

fn check(input: &[u8]) -> String {
    let [pointer, body] = lines(input);
    let found = json::texts_at(body.as_bytes(), &pointer);
    let Ok(found) = found else { return format!("{:?}", found.map(|found| found.len())) };
    assert!(!found.is_empty());
    for text in &found {
        let quoted = format!("\"{}\"", &body[text.at.clone()]);
        assert_eq!(serde_json::from_str::<String>(&quoted).ok().as_deref(), Some(text.text.as_str()));
    }
    let places: Vec<_> = found.iter().map(|text| text.at.clone()).collect();
    let masked = form::mask(&Bytes::from(body.clone()), &places);
    assert_eq!(masked.len(), body.len());
    // Another reader stops at numbers and depths that this one passes over.
    if let (Ok(before), Ok(after)) = (serde_json::from_str::<Value>(&body), serde_json::from_slice::<Value>(&masked)) {
        let steps: Vec<String> =
            pointer.split('/').skip(1).map(|step| step.replace("~1", "/").replace("~0", "~")).collect();
        let theirs: Vec<Option<&str>> =
            at(&before, &steps).expect("they are there").into_iter().map(Value::as_str).collect();
        assert_eq!(theirs, found.iter().map(|text| Some(text.text.as_str())).collect::<Vec<_>>(), "{body}");
        let left = at(&after, &steps).expect("they are there still");
        assert!(
            left.iter().all(|text| text.as_str().is_some_and(|text| text.bytes().all(|byte| byte == b'*'))),
            "{after}"
        );
    }
    format!("{}", found.len().min(3))
}

#[test]
fn a_text_in_json_is_the_one_that_others_read_and_can_be_masked() {
    let words = &[
        "/value/*/state",
        "/a",
        "/0",
        "/*",
        "/*/*",
        "/~1",
        "/~0",
        "{",
        "}",
        "[",
        "]",
        "\"value\":",
        "\"state\":\"x\"",
        "\"st\\u0061te\":",
        "\"\\ud83d\\ude00\"",
        "\"\\ud800\"",
        "null",
        "{\"value\":[{\"state\":\"s\"}]}",
        ",",
        ":",
        "\"",
        "1e999",
        " ",
    ];
    fuzz!("json-texts", words, check);
}
