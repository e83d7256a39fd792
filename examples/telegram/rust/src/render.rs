//! What a part becomes in `sendMessage`, or why it cannot be sent.

use lockgate_sdk::{Content, Part};

/// The longest text, in code units of UTF-16.
const TEXT_MAX: usize = 4096;

/// Why a part cannot be sent.
#[derive(Debug)]
pub(crate) struct Unsendable {
    /// A stable word for it.
    pub(crate) code: &'static str,
    /// For the agent.
    pub(crate) words: String,
}

/// The text that carries a part.
pub(crate) fn text(part: &Part) -> Result<&str, Unsendable> {
    let unsendable = |code, words: &str| Err(Unsendable { code, words: words.to_owned() });
    let text = match &part.content {
        Content::Text(text) => text.plain.as_str(),
        Content::Media(_) => {
            return unsendable("unknown-type", "This plugin sends text alone; put a link to the file into the text");
        }
        _ => return unsendable("unknown-type", "This plugin sends text alone"),
    };
    if text.trim().is_empty() {
        return unsendable("empty", "The text is empty");
    }
    let units = text.encode_utf16().count();
    if units > TEXT_MAX {
        let words = format!("The text has {units} code units of UTF-16, Telegram takes {TEXT_MAX}; send it in pieces");
        return unsendable("too-long", &words);
    }
    Ok(text)
}
