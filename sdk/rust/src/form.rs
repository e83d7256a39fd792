//! Forms as browsers and many providers send them: `application/x-www-form-urlencoded` (WHATWG URL, section 5), read and written.
//!
//! ```
//! use lockgate_sdk::form::{self, Form};
//!
//! let form = Form::parse(b"name=J%C3%B6rg+Ott&topic%5B%5D=price&topic%5B%5D=delivery&address[city]=Bonn");
//! assert_eq!(form.get("name"), Some("Jörg Ott"));
//! assert_eq!(form.all("topic"), ["price", "delivery"]);
//! assert_eq!(form.get("address[city]"), Some("Bonn"));
//!
//! assert_eq!(form::encode([("to", "+49 30 123"), ("text", "Grüße & mehr")]), "to=%2B49+30+123&text=Gr%C3%BC%C3%9Fe+%26+mehr");
//! ```
//!
//! Brackets in names are a convention that nobody specified. They are never made into nested objects here: who sends
//! `a[b][c][d]…` chooses how deep. A list is known by them (`a[]`, `a[0]`), and [`path`] takes a name apart.
//!
//! The fields of a multipart body, which the host takes apart, come in the same coding; its files are in [`crate::Request::files`].

use std::borrow::Cow;

use crate::Pair;

/// The media type of such a body.
pub const MEDIA_TYPE: &str = "application/x-www-form-urlencoded";

/// The fields of a form, decoded, in the order in which they came, repetition kept.
#[derive(Clone, Debug, Default)]
pub struct Form {
    fields: Vec<Pair>,
}

/// One name with all that was given for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The name, without the brackets of a list.
    pub name: String,
    /// At least one, in order.
    pub values: Vec<String>,
    /// Written as a list (`a[]`, `a[0]`), or given more than once.
    pub list: bool,
}

impl Form {
    /// Reads a body. Nothing is refused: every sequence of bytes is a form, and what is no UTF-8 in it becomes U+FFFD.
    ///
    /// ```
    /// use lockgate_sdk::form::Form;
    ///
    /// let form = Form::parse(b"a=1&&b&=nameless&a=%zz%ff");
    /// assert_eq!(form.all("a"), ["1", "%zz\u{fffd}"]);
    /// assert_eq!((form.get("b"), form.get("")), (Some(""), Some("nameless")));
    /// ```
    pub fn parse(body: &[u8]) -> Self {
        let pair = |(name, value): (Cow<'_, str>, Cow<'_, str>)| Pair { name: name.into(), value: value.into() };
        Self { fields: form_urlencoded::parse(body).map(pair).collect() }
    }

    /// All fields, as they came.
    pub fn fields(&self) -> &[Pair] {
        &self.fields
    }

    /// The first value of a name, spelt as it came.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|field| field.name == name).map(|field| field.value.as_str())
    }

    /// Every value of a name, given several times (`a=1&a=2`) or as a list (`a[]=1&a[]=2`, `a[0]=1&a[1]=2`).
    pub fn all(&self, name: &str) -> Vec<&str> {
        self.fields.iter().filter(|field| list_name(&field.name).0 == name).map(|field| field.value.as_str()).collect()
    }

    /// Each name once, where it came first, with all its values.
    ///
    /// ```
    /// use lockgate_sdk::form::Form;
    ///
    /// let groups = Form::parse(b"size=L&colour[]=red&colour[]=blue&size=M").groups();
    /// let shown: Vec<_> = groups.iter().map(|group| (group.name.as_str(), group.values.join(" "), group.list)).collect();
    /// assert_eq!(shown, [("size", "L M".to_owned(), true), ("colour", "red blue".to_owned(), true)]);
    /// ```
    pub fn groups(&self) -> Vec<Group> {
        let mut groups: Vec<Group> = Vec::new();
        let mut places = std::collections::HashMap::new();
        for Pair { name, value } in &self.fields {
            let (name, list) = list_name(name);
            match places.get(name).and_then(|place: &usize| groups.get_mut(*place)) {
                Some(group) => {
                    group.values.push(value.clone());
                    group.list = true;
                }
                None => {
                    places.insert(name, groups.len());
                    groups.push(Group { name: name.to_owned(), values: vec![value.clone()], list });
                }
            }
        }
        groups
    }
}

/// The name without the brackets of a list, and whether it had some. Numbers within them are an order at best, which the order of
/// the fields tells as well.
fn list_name(name: &str) -> (&str, bool) {
    let list = name
        .strip_suffix(']')
        .and_then(|name| name.rsplit_once('['))
        .filter(|(before, index)| !before.is_empty() && index.bytes().all(|byte| byte.is_ascii_digit()));
    match list {
        Some((before, _)) => (before, true),
        None => (name, false),
    }
}

/// A name taken apart at its brackets: `a[b][]` is `a`, `b` and an empty step. A name whose brackets do not pair, or that begins
/// with one, is a single step.
///
/// ```
/// use lockgate_sdk::form::path;
///
/// assert_eq!(path("form_fields[name]"), ["form_fields", "name"]);
/// assert_eq!(path("colour[]"), ["colour", ""]);
/// assert_eq!(path("plain"), ["plain"]);
/// assert_eq!(path("odd[a]b"), ["odd[a]b"]);
/// assert_eq!(path("[a]"), ["[a]"]);
/// ```
pub fn path(name: &str) -> Vec<&str> {
    let inner = name.strip_suffix(']').and_then(|name| name.split_once('['));
    let Some((first, steps)) = inner.filter(|(first, _)| !first.is_empty() && !first.contains(']')) else {
        return vec![name];
    };
    let steps: Vec<&str> = std::iter::once(first).chain(steps.split("][")).collect();
    if steps.iter().any(|step| step.contains(['[', ']'])) { vec![name] } else { steps }
}

/// Fields as a body, in this order. [`crate::http::Request::form`] sends one.
pub fn encode<'a>(fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let fields = [("a b", "1&2=3"), ("", ""), ("ü[]", "+ %2B\r\n👋"), ("a b", "\u{0}")];
        let form = Form::parse(encode(fields).as_bytes());
        let read: Vec<_> = form.fields().iter().map(|pair| (pair.name.as_str(), pair.value.as_str())).collect();
        assert_eq!(read, fields);
    }

    #[test]
    fn a_list_is_known_by_its_brackets_and_by_repetition() {
        let form = Form::parse(b"a[]=1&b=2&a[7]=3&c=4&c=5&d[x]=6&[]=7");
        assert_eq!((form.all("a"), form.all("b"), form.all("c")), (vec!["1", "3"], vec!["2"], vec!["4", "5"]));
        let shown: Vec<_> =
            form.groups().into_iter().map(|group| (group.name, group.values.len(), group.list)).collect();
        let shown: Vec<_> = shown.iter().map(|(name, count, list)| (name.as_str(), *count, *list)).collect();
        assert_eq!(shown, [("a", 2, true), ("b", 1, false), ("c", 2, true), ("d[x]", 1, false), ("[]", 1, false)]);
    }

    #[test]
    fn a_name_of_many_brackets_is_one_name() {
        let deep = format!("a{}", "[b]".repeat(50_000));
        let body = encode([(deep.as_str(), "1")]);
        assert_eq!(Form::parse(body.as_bytes()).get(&deep), Some("1"));
        assert_eq!(path(&deep).len(), 50_001);
    }

    #[test]
    fn many_names_are_grouped_in_one_pass() {
        let body: String = (0..100_000).map(|number| format!("f{number}=x&")).collect();
        assert_eq!(Form::parse(body.as_bytes()).groups().len(), 100_000);
    }
}
