//! Lists for a terminal: columns as wide as what stands in them.

use serde_json::Value;

/// A heading and where its value stands in an item.
pub(crate) type Column = (&'static str, &'static str);

/// A table of items. Values are found by JSON pointers; what is not there is shown as a dash.
pub(crate) fn table(columns: &[Column], items: &[Value]) -> String {
    let mut rows: Vec<Vec<String>> = vec![columns.iter().map(|(heading, _)| (*heading).to_owned()).collect()];
    rows.extend(items.iter().map(|item| columns.iter().map(|(_, pointer)| cell(item.pointer(pointer))).collect()));
    let widths: Vec<usize> = (0..columns.len())
        .map(|column| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0))
        .collect();
    let lines: Vec<String> = rows
        .iter()
        .map(|row| {
            let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
            cells.join("  ").trim_end().to_owned()
        })
        .collect();
    lines.join("\n")
}

fn cell(value: Option<&Value>) -> String {
    let text = match value {
        None | Some(Value::Null) => "-".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Bool(true)) => "yes".to_owned(),
        Some(Value::Bool(false)) => "no".to_owned(),
        Some(Value::Array(items)) => items.iter().map(|item| cell(Some(item))).collect::<Vec<_>>().join(","),
        Some(other) => other.to_string(),
    };
    // What others wrote must not move the cursor or colour the terminal.
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::table;

    #[test]
    fn columns_line_up_and_nothing_escapes_them() {
        let items = [json!({"id": "1", "name": "Support\u{1b}[31m", "on": true}), json!({"id": "22", "on": false})];
        assert_eq!(
            table(&[("ID", "/id"), ("NAME", "/name"), ("ON", "/on")], &items),
            "ID  NAME          ON\n1   Support [31m  yes\n22  -             no"
        );
    }
}
