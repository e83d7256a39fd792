//! Names of chats, topics and messages. A message's number is unique within its chat only, so the chat stands before it.

/// The name of a message.
pub(crate) fn message_id(chat: &str, number: i64) -> String {
    format!("{chat}:{number}")
}

/// The name of a thread: a chat, or a topic of one.
pub(crate) fn thread_key(chat: &str, topic: Option<&str>) -> String {
    topic.map_or_else(|| chat.to_owned(), |topic| format!("{chat}/{topic}"))
}

/// The chat and topic of a thread, as `sendMessage` wants them; none where the key is not one of ours.
pub(crate) fn read_thread(key: &str) -> Option<(i64, Option<i64>)> {
    match key.split_once('/') {
        None => Some((number(key)?, None)),
        Some((chat, topic)) => Some((number(chat)?, Some(number(topic)?))),
    }
}

/// The chat and number of a message; none where the id is not one of ours.
pub(crate) fn read_message(id: &str) -> Option<(i64, i64)> {
    let (chat, message) = id.split_once(':')?;
    Some((number(chat)?, number(message)?))
}

/// A number below 2^53, which every language holds exactly; Telegram's ids have 52 bits at most.
fn number(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_one = (1..=16).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|number: &i64| is_one && number.unsigned_abs() < 1 << 53)
}
