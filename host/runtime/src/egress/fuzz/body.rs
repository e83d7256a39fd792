//! A credential in a body or query is there once, in its field, for every reader; nothing else changes.

use lockgate_fuzz::{fuzz, lines};
use lockgate_model::manifest::pointer_keys;
use serde_json::Value;
use url::form_urlencoded;
use zeroize::Zeroizing;

use super::super::{form, json};

fn pairs(text: &str) -> Vec<(String, String)> {
    form_urlencoded::parse(text.as_bytes()).into_owned().collect()
}

/// As readers see a form that also take `;` for `&`.
fn names(text: &str) -> impl Iterator<Item = String> {
    pairs(&text.replace(';', "&")).into_iter().map(|(name, _)| name)
}

fn form(input: &[u8]) -> (bool, bool) {
    let [key, value, given] = lines(input);
    let checked = !key.is_empty() && key.chars().all(|c| c.is_ascii_graphic() && !"[]\"\\".contains(c));
    let (whole, taken) = (form::is_whole(&given), form::holds(&given, &key));
    if names(&given).any(|name| name.eq_ignore_ascii_case(&key)) || pairs(&given).iter().any(|(name, _)| *name == key) {
        assert!(taken, "{given:?} holds {key:?}");
    }
    if checked && whole && !taken {
        let mut written = Zeroizing::new(given.clone());
        form::add(&mut written, &key, &value);
        let mut expected = pairs(&given);
        expected.push((key.clone(), value));
        assert_eq!(pairs(&written), expected);
        assert_eq!(names(&written).filter(|name| name.eq_ignore_ascii_case(&key)).count(), 1, "{:?}", &*written);
        assert!(form::is_whole(&written) && form::holds(&written, &key));
    }
    form::method(&given);
    (whole, taken)
}

/// What a text in that field makes of a value; none where something else is there.
fn with(mut body: Value, keys: &[String], text: &str) -> Option<Value> {
    let (last, way) = keys.split_last()?;
    let mut object = &mut body;
    for key in way {
        object = object.as_object_mut()?.entry(key.clone()).or_insert_with(|| Value::Object(serde_json::Map::new()));
    }
    let before = object.as_object_mut()?.insert(last.clone(), text.into());
    before.is_none().then_some(body)
}

/// How many fields on that way a reader finds who does not tell upper from lower case.
fn alike(body: &Value, keys: &[String]) -> usize {
    let Some((key, rest)) = keys.split_first() else { return 1 };
    let same = body.as_object().into_iter().flatten().filter(|(name, _)| name.eq_ignore_ascii_case(key));
    same.map(|(_, inner)| alike(inner, rest)).sum()
}

fn json(input: &[u8]) -> String {
    let [pointer, value, body] = lines(input);
    let Some(keys) = pointer_keys(&pointer) else { return "no pointer".into() };
    // As in a checked manifest; other readers stop at a depth.
    let visible = pointer.chars().all(|c| c.is_ascii_graphic());
    if pointer.len() > 128 || !visible || keys.iter().any(String::is_empty) {
        return "no place".into();
    }
    let checked = json::check(body.as_bytes(), &keys);
    let added = json::add(body.as_bytes(), &keys, &value);
    assert_eq!(checked.err(), added.as_ref().map(drop).err().copied());
    let Ok(before) = serde_json::from_str::<Value>(&body) else { return format!("{checked:?}") };
    match added {
        Ok(written) => {
            let written: Value = serde_json::from_slice(&written).expect("what leaves is JSON");
            assert_eq!(alike(&written, &keys), 1, "{written}");
            assert_eq!(Some(written), with(before.clone(), &keys, &value), "{body}");
        }
        Err(_) => {
            assert!(
                keys.len() > 1 || !before.is_object() || alike(&before, &keys) > 0 || !before.to_string().is_ascii(),
                "{body}"
            )
        }
    }
    if alike(&before, &keys) > 0 {
        assert!(checked.is_err(), "{body} holds {pointer}");
    }
    format!("{checked:?}")
}

#[test]
fn a_credential_in_a_form_is_there_once() {
    let words = &[
        "&",
        ";",
        "=",
        "+",
        "%",
        "%26",
        "%3B",
        "%3d",
        "%00",
        "[]",
        "[",
        "%5B",
        "token",
        "TOKEN",
        "to%6ben",
        "tok\u{212a}en",
        "access_token",
        "access.token",
        "access%20token",
        "_method=DELETE",
        "method",
        "%e2%84%aa",
        "charset",
    ];
    fuzz!("form-place", words, form);
}

#[test]
fn a_credential_in_json_is_there_once() {
    let words = &[
        "{",
        "}",
        "[",
        "]",
        ":",
        ",",
        "\"token\"",
        "\"TOKEN\"",
        "\"\\u0074oken\"",
        "\"to\u{212a}en\"",
        "\"auth\"",
        "{\"auth\":{}}",
        "/auth/token",
        "/token",
        "~0",
        "~1",
        "null",
        "1e5",
        "\"\\ud800\"",
        "\u{feff}",
        "//",
        "/*",
        "{\"a\":1,\"a\":2}",
        "\"\":",
    ];
    fuzz!("json-place", words, json);
}
