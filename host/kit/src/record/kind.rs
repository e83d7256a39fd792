//! What a text is by its looks, and what a field is by its name.

/// What a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Email,
    Url,
    Phone,
    Other,
}

/// What it is by its looks alone.
pub(crate) fn of(text: &str) -> Kind {
    let spaced = text.contains(char::is_whitespace);
    if !spaced
        && text.split_once('@').is_some_and(|(local, domain)| {
            !local.is_empty() && domain.contains('.') && !domain.contains('@') && !domain.contains('/')
        })
    {
        Kind::Email
    } else if !spaced && text.contains("://") {
        Kind::Url
    } else if text.starts_with('+') && could_be_phone(text) {
        Kind::Phone
    } else {
        Kind::Other
    }
}

/// Digits with what is written between those of a phone number, as many as such a number has (E.164).
pub(crate) fn could_be_phone(text: &str) -> bool {
    let count = text.chars().filter(char::is_ascii_digit).count();
    let written = |c: char| c.is_ascii_digit() || matches!(c, '+' | ' ' | '-' | '.' | '(' | ')' | '/');
    (7..=15).contains(&count) && text.chars().all(written)
}

/// The digits of a text.
pub(crate) fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// How the name of the file behind an address ends: `jpg`.
pub(crate) fn ending(url: &str) -> Option<&str> {
    let path = url.split(['?', '#']).next()?.split_once("://")?.1.split_once('/')?.1;
    let (name, ending) = path.rsplit('/').next()?.rsplit_once('.')?;
    (!name.is_empty() && is_ending(ending)).then_some(ending)
}

/// Whether names of files end so, and it tells no more than a kind. Of other endings nobody knows what they tell.
pub(crate) fn is_ending(text: &str) -> bool {
    const ENDINGS: [&str; 32] = [
        "aac", "avi", "bin", "csv", "doc", "docx", "gif", "heic", "htm", "html", "jpeg", "jpg", "json", "m4a", "md",
        "mov", "mp3", "mp4", "ogg", "pdf", "png", "ppt", "pptx", "svg", "txt", "wav", "webm", "webp", "xls", "xlsx",
        "xml", "zip",
    ];
    ENDINGS.contains(&text.to_ascii_lowercase().as_str())
}

/// `image/jpeg`, in small letters: of a family that there is, without parameters. A sender may write anything.
pub(crate) fn media_type(said: &str) -> Option<String> {
    // RFC 6838, 4.2, and the registry of top-level types.
    const FAMILIES: [&str; 9] =
        ["application", "audio", "font", "image", "message", "model", "multipart", "text", "video"];
    let said = said.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let letter = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, b'.' | b'-' | b'+');
    let fits =
        |(family, kind): (&str, &str)| FAMILIES.contains(&family) && !kind.is_empty() && kind.bytes().all(letter);
    (said.len() <= 127 && !has_number(&said) && said.split_once('/').is_some_and(fits)).then_some(said)
}

/// The words of a field's name, in lower case: of `firstName`, `first_name` and `First-Name` they are the same.
pub(crate) fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut lower = false;
    for c in name.chars() {
        let begins = !c.is_alphanumeric() || (c.is_uppercase() && lower);
        lower = c.is_lowercase() || c.is_ascii_digit();
        if begins && words.last().is_some_and(|word| !word.is_empty()) {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| c.is_alphanumeric()) {
            word.extend(c.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// A field that holds a moment.
pub(crate) fn tells_time(name: &str) -> bool {
    const TIME: [&str; 13] = [
        "time",
        "timestamp",
        "date",
        "ts",
        "at",
        "sent",
        "created",
        "updated",
        "expires",
        "expiration",
        "watermark",
        "since",
        "until",
    ];
    let words = words(name);
    let ends = words.last().is_some_and(|word| TIME.contains(&word.as_str()));
    let own = |word: &String| word.starts_with("birth") || matches!(word.as_str(), "dob" | "born" | "anniversary");
    ends && !words.iter().any(own)
}

/// A field that holds a phone number.
pub(crate) fn tells_phone(name: &str) -> bool {
    const PHONE: [&str; 9] = ["phone", "mobile", "msisdn", "tel", "telephone", "wa", "from", "to", "whatsapp"];
    words(name).iter().any(|word| PHONE.contains(&word.as_str()))
}

/// A field that holds a word of the protocol, such as `type` or `status`.
pub(crate) fn tells_kind(name: &str) -> bool {
    const KIND: [&str; 15] = [
        "type",
        "kind",
        "event",
        "object",
        "action",
        "status",
        "direction",
        "platform",
        "product",
        "topic",
        "subtype",
        "role",
        "mimetype",
        "field",
        "language",
    ];
    words(name).last().is_some_and(|word| KIND.contains(&word.as_str()))
}

/// A header in which a browser says what it wants, in words of the protocol: of its owner nothing is in it.
pub(crate) fn is_told_by_browsers(name: &str, value: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let word = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || b"/*+.,;=?- ".contains(&c);
    (name == "accept" || name.starts_with("sec-fetch-")) && value.bytes().all(word) && !has_number(value)
}

/// A field whose small numbers say something of a person.
pub(crate) fn tells_person(name: &str) -> bool {
    const PERSON: [&str; 12] =
        ["age", "year", "lat", "latitude", "lng", "lon", "longitude", "zip", "postal", "plz", "pin", "code"];
    words(name).iter().any(|word| PERSON.contains(&word.as_str()) || word.starts_with("birth"))
}

/// A field whose value is somebody's own, whatever stands in a case already.
pub(crate) fn tells_own(name: &str) -> bool {
    const OWN: [&str; 32] = [
        "id", "ids", "name", "first", "last", "nick", "nickname", "user", "username", "login", "handle", "mail",
        "email", "text", "body", "title", "subject", "caption", "comment", "note", "address", "city", "street",
        "state", "token", "secret", "key", "password", "url", "link", "from", "to",
    ];
    tells_phone(name) || tells_person(name) || words(name).iter().any(|word| OWN.contains(&word.as_str()))
}

/// A word of a protocol: `message`, `thread.updated`, `image/jpeg`, `MESSAGE_RECEIVED`; no number of more than three digits in it.
pub(crate) fn is_word(text: &str) -> bool {
    let of = |letter: fn(&u8) -> bool| {
        text.bytes().next().is_some_and(|first| letter(&first))
            && text.bytes().all(|c| letter(&c) || c.is_ascii_digit() || matches!(c, b'_' | b'-' | b'.' | b'/' | b':'))
    };
    text.len() <= 40
        && (of(u8::is_ascii_lowercase) || of(u8::is_ascii_uppercase))
        && !has_number(text)
        && self::of(text) == Kind::Other
}

/// Whether a key of an object is the name of a field, and not itself somebody's: `first_name`, `firstName`, and of names with a
/// capital those that are made of words of forms, as `MessageStatus`.
pub(crate) fn is_field(name: &str) -> bool {
    const FIELDS: [&str; 45] = [
        "account",
        "api",
        "body",
        "caller",
        "channel",
        "city",
        "content",
        "conversation",
        "country",
        "count",
        "data",
        "date",
        "direction",
        "error",
        "event",
        "from",
        "id",
        "index",
        "media",
        "message",
        "messages",
        "messaging",
        "name",
        "num",
        "number",
        "phone",
        "profile",
        "read",
        "recipient",
        "segments",
        "sender",
        "service",
        "sid",
        "sms",
        "state",
        "status",
        "subject",
        "text",
        "time",
        "timestamp",
        "to",
        "type",
        "url",
        "version",
        "wa",
    ];
    let plain =
        name.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'_' | b'-' | b'.' | b':' | b'$' | b'[' | b']'));
    let begins = name.bytes().next().is_some_and(|c| c.is_ascii_lowercase() || matches!(c, b'_' | b'$'));
    let formal =
        || words(name).iter().all(|word| FIELDS.contains(&word.trim_end_matches(|c: char| c.is_ascii_digit())));
    plain && name.len() <= 64 && !has_number(name) && (begins || formal())
}

/// Whether there are four digits in a row.
fn has_number(text: &str) -> bool {
    text.as_bytes().windows(4).any(|four| four.iter().all(u8::is_ascii_digit))
}

/// A moment as ISO 8601 has it, with its time of day: milliseconds since 1970. Without an offset it is taken for UTC.
pub(crate) fn moment(text: &str) -> Option<i64> {
    let with_offset = || text.parse::<jiff::Timestamp>().ok();
    let without =
        || Some(text.parse::<jiff::civil::DateTime>().ok()?.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp());
    is_moment(text).then(|| with_offset().or_else(without)).flatten().map(jiff::Timestamp::as_millisecond)
}

fn is_moment(text: &str) -> bool {
    let shape: String = text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    let (date, time) = shape.split_at_checked(11).unwrap_or_default();
    let written = |c: char| matches!(c, '0' | ':' | '.' | 'Z' | '+' | '-');
    matches!(date, "0000-00-00T" | "0000-00-00 ")
        && time.starts_with("00:00")
        && time.len() <= 24
        && time.chars().all(written)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_values_are_told_apart() {
        assert_eq!(words("firstName"), words("first_name"));
        assert_eq!(
            [of("a.b@c.de"), of("https://a.de/x"), of("+49 151-123 4567"), of("+1"), of("Ada")],
            [Kind::Email, Kind::Url, Kind::Phone, Kind::Other, Kind::Other]
        );
        for word in ["message", "thread.updated", "image/jpeg", "MESSAGE_RECEIVED", "v25.0"] {
            assert!(is_word(word), "{word}");
        }
        for other in ["Ada", "two words", "u12345", "a@b.de", "ünder", ""] {
            assert!(!is_word(other), "{other}");
        }
        for field in ["first_name", "firstName", "$type", "MessageSid", "MediaUrl0", "From", "items[0][id]"] {
            assert!(is_field(field), "{field}");
        }
        for other in ["Ada", "AdaLovelace", "491511234567", "a@b.de", "two words", "user_12345"] {
            assert!(!is_field(other), "{other}");
        }
        assert!(
            tells_time("created_at") && tells_time("edit_date") && !tells_time("birth_date") && !tells_time("status")
        );
        assert!(!tells_time("born_at") && !tells_time("dob") && !tells_time("anniversary_date"));
        assert_eq!(moment("2026-01-02T03:04:05.6Z"), Some(1_767_323_045_600));
        assert_eq!(moment("2026-01-02 03:04:05"), Some(1_767_323_045_000));
        assert_eq!([moment("2026-13-02T03:04:05Z"), moment("2026-01-02")], [None; 2]);
        assert!(
            is_moment("2026-01-02T03:04:05.6Z") && is_moment("2026-01-02 03:04:05+01:00") && !is_moment("2026-01-02")
        );
        assert_eq!(ending("https://a.de/b/photo.jpg?x=1"), Some("jpg"));
        for none in ["https://a.de", "https://a.de/bruce.lee", "https://a.de/ada.1815"] {
            assert_eq!(ending(none), None);
        }
        assert_eq!(media_type("Image/JPEG; name=Ada").as_deref(), Some("image/jpeg"));
        for none in ["", "ada/lovelace", "image", "image/", "image/491511234567", "image/ädä"] {
            assert_eq!(media_type(none), None, "{none}");
        }
    }
}
