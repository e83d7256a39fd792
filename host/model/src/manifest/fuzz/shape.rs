//! A manifest with a value missing, doubled, of another kind or too large. The input says which value becomes what.

use lockgate_fuzz::{Unstructured, fuzz};
use toml::{Table, Value};

use super::text::{WORDS, holds};

/// One of everything that a manifest can say.
const WHOLE: &str = include_str!("../../../../../tests/corpus/manifest-text/whole.toml");

fn check(input: &[u8]) -> String {
    let mut manifest: Table = toml::from_str(WHOLE).expect("TOML");
    let mut from = Unstructured::new(input);
    for _ in 0..from.int_in_range(1..=4).unwrap_or(1) {
        change_table(&mut manifest, &mut from);
    }
    toml::to_string(&manifest).map_or_else(|_| String::new(), |text| holds(&text))
}

fn change_table(table: &mut Table, from: &mut Unstructured<'_>) {
    let keys: Vec<String> = table.keys().cloned().collect();
    let Ok(key) = from.choose(&keys).cloned() else { return };
    match from.int_in_range(0..=9) {
        Ok(0) => drop(table.remove(&key)),
        Ok(1) => {
            let value = table.remove(&key).unwrap_or(Value::Boolean(true));
            table.insert(text(from), value);
        }
        Ok(2) => {
            let other = from.choose(&keys).ok().and_then(|other| table.get(other)).cloned();
            table.insert(key, other.unwrap_or_else(|| value(from)));
        }
        _ => {
            if let Some(inner) = table.get_mut(&key) {
                change(inner, from);
            }
        }
    }
}

fn change(at: &mut Value, from: &mut Unstructured<'_>) {
    match at {
        Value::Table(table) if !table.is_empty() && from.ratio(7, 8).unwrap_or(true) => change_table(table, from),
        Value::Array(values) if !values.is_empty() && from.ratio(7, 8).unwrap_or(true) => {
            let index = from.choose_index(values.len()).unwrap_or_default();
            match from.int_in_range(0..=9) {
                Ok(0) => drop(values.remove(index)),
                Ok(1) => {
                    let times = from.int_in_range(1..=2000).unwrap_or(1);
                    let copy = values[index].clone();
                    values.extend(std::iter::repeat_n(copy, times));
                }
                _ => change(&mut values[index], from),
            }
        }
        _ => *at = value(from),
    }
}

fn value(from: &mut Unstructured<'_>) -> Value {
    match from.int_in_range(0..=6) {
        Ok(0) => Value::Boolean(from.arbitrary().unwrap_or_default()),
        Ok(1) => Value::Integer(from.arbitrary().unwrap_or_default()),
        Ok(2) => Value::Float(from.arbitrary().unwrap_or_default()),
        Ok(3) => Value::Array(vec![Value::String(text(from))]),
        Ok(4) => Value::Table(Table::from_iter([(text(from), Value::String(text(from)))])),
        _ => Value::String(text(from)),
    }
}

fn text(from: &mut Unstructured<'_>) -> String {
    match from.int_in_range(0..=3) {
        Ok(0) => from.choose(WORDS).copied().unwrap_or_default().to_owned(),
        Ok(1) => "x".repeat(from.int_in_range(0..=200_000).unwrap_or_default()),
        Ok(2) => "\u{202e}\u{0}\u{1f600}".repeat(from.int_in_range(0..=3000).unwrap_or_default()),
        _ => from.arbitrary().unwrap_or_default(),
    }
}

#[test]
fn a_manifest_with_any_value_missing_doubled_mistyped_or_oversized_is_refused_with_reasons_or_read() {
    fuzz!("manifest-shape", &[], check);
}
