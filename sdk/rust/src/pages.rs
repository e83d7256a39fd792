//! Lists that a provider gives page by page: by the `Link` header of RFC 8288, by a cursor, or by an offset.
//!
//! A walk has an end that the provider does not choose: so many pages and no more. Where that was too few it says where to go on, so
//! that the next call can.
//!
//! ```
//! use lockgate_sdk::http::{Request, SendError};
//! use lockgate_sdk::{fake, pages};
//!
//! fn names(first: &str) -> Result<pages::Walked<String, String>, SendError> {
//!     pages::walk(first.to_owned(), 10, |address| {
//!         let answer = Request::get(address).send()?;
//!         let next = pages::next_link(&answer, address);
//!         Ok((answer.json::<Vec<String>>().unwrap_or_default(), next))
//!     })
//! }
//!
//! # fake::reset();
//! fake::with(|host| {
//!     host.answer_with(200, [("link", r#"</people?page=2>; rel="next""#)], r#"["Anna","Ben"]"#);
//!     host.answer(200, r#"["Cleo"]"#);
//! });
//! let walked = names("https://api.example.com/people")?;
//! assert_eq!((walked.items.join(" "), walked.next), ("Anna Ben Cleo".to_owned(), None));
//! assert_eq!(fake::with(|host| host.requests().nth(1).map(|request| request.url.clone())).as_deref(), Some("https://api.example.com/people?page=2"));
//! # Ok::<(), SendError>(())
//! ```

use crate::http::Response;

/// What a walk found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Walked<T, C> {
    /// Of all pages, in order.
    pub items: Vec<T>,
    /// Where to go on: there were more pages than were asked for. None: that was all.
    pub next: Option<C>,
}

/// Asks for page after page, `most` at most, beginning with `first`. `page` gives what is on it and what names the next one: a
/// cursor, an address, a number.
///
/// A provider that names the same page again has no further ones, whatever it says.
///
/// # Errors
///
/// The first of `page`. What came before is lost: hand what may be needed on its way out in the error, or keep it outside.
pub fn walk<T, C: PartialEq, E>(
    first: C,
    most: usize,
    mut page: impl FnMut(&C) -> Result<(Vec<T>, Option<C>), E>,
) -> Result<Walked<T, C>, E> {
    let mut items = Vec::new();
    let mut here = first;
    for _ in 0..most {
        let (found, next) = page(&here)?;
        items.extend(found);
        match next {
            Some(next) if next != here => here = next,
            _ => return Ok(Walked { items, next: None }),
        }
    }
    Ok(Walked { items, next: Some(here) })
}

/// As [`walk`], by an offset: `page` is asked for what follows so many items. A page with nothing on it is the last one, and so is one
/// with less than `size`, which the provider's pages hold where there is more.
///
/// ```
/// use lockgate_sdk::pages;
///
/// let all: Vec<u32> = (0..25).collect();
/// let page = |offset: usize| Ok::<_, ()>(all.iter().skip(offset).take(10).copied().collect());
/// assert_eq!(pages::walk_offset(0, 10, 5, page).map(|walked| (walked.items.len(), walked.next)), Ok((25, None)));
/// assert_eq!(pages::walk_offset(0, 10, 2, page).map(|walked| (walked.items.len(), walked.next)), Ok((20, Some(20))));
/// ```
///
/// # Errors
///
/// The first of `page`.
pub fn walk_offset<T, E>(
    first: usize,
    size: usize,
    most: usize,
    mut page: impl FnMut(usize) -> Result<Vec<T>, E>,
) -> Result<Walked<T, usize>, E> {
    walk(first, most, |offset| {
        let found = page(*offset)?;
        let whole = !found.is_empty() && found.len() >= size;
        let next = whole.then(|| offset.saturating_add(found.len()));
        Ok((found, next))
    })
}

/// The address of the next page, by the answer's `Link` header, resolved against the address that was asked. None where there is
/// none, or where it leads to another host: a credential that the host writes in is for the one that was asked.
///
/// Addresses of RFC 8288 are resolved as far as providers write them: whole ones, `//host/path`, `/path`, `?query` and `page`; one with
/// `..` in it is none.
pub fn next_link(answer: &Response, asked: &str) -> Option<String> {
    let headers = answer.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("link"));
    let target = headers.flat_map(|(_, value)| links(value)).find(|link| link.is("next"))?.target;
    let next = resolved(&target, asked)?;
    (host(&next)? == host(asked)?).then_some(next)
}

/// One link of a `Link` header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// As it was written, perhaps relative.
    pub target: String,
    /// Names in lower case, values without quotes; in order.
    pub parameters: Vec<(String, String)>,
}

impl Link {
    /// Whether it has this relation: `next`, `prev`, `last`. Of several `rel` the first counts, and it may name several.
    pub fn is(&self, relation: &str) -> bool {
        let rel = self.parameters.iter().find(|(name, _)| name == "rel");
        rel.is_some_and(|(_, value)| value.split_ascii_whitespace().any(|word| word.eq_ignore_ascii_case(relation)))
    }
}

/// The links of a `Link` header's value (RFC 8288, section 3). What cannot be read ends the list.
///
/// ```
/// use lockgate_sdk::pages;
///
/// let links = pages::links(r#"<https://api.example.com/a?b=1,2>; rel="prev start"; title="a \"b\", c", </c>;rel=next"#);
/// assert_eq!(links[0].target, "https://api.example.com/a?b=1,2");
/// assert_eq!(links[0].parameters[1], ("title".to_owned(), "a \"b\", c".to_owned()));
/// assert!(links[0].is("start") && links[1].is("next") && !links[1].is("prev"));
/// ```
pub fn links(value: &str) -> Vec<Link> {
    let mut links = Vec::new();
    let mut rest = value;
    loop {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        let Some((target, behind)) = rest.strip_prefix('<').and_then(|rest| rest.split_once('>')) else { return links };
        let mut link = Link { target: target.trim().to_owned(), parameters: Vec::new() };
        rest = behind.trim_start();
        while let Some(behind) = rest.strip_prefix(';') {
            let behind = behind.trim_start();
            let end = behind.find(['=', ';', ',']).unwrap_or(behind.len());
            let Some((name, behind)) = behind.split_at_checked(end) else { return links };
            let (value, behind) = match behind.strip_prefix('=') {
                Some(behind) => parameter(behind.trim_start()),
                None => (String::new(), behind),
            };
            if !name.trim().is_empty() {
                link.parameters.push((name.trim().to_ascii_lowercase(), value));
            }
            rest = behind.trim_start();
        }
        links.push(link);
    }
}

/// A parameter's value, a token or in quotes, and what follows it.
fn parameter(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([';', ',']).unwrap_or(text.len());
        let (value, rest) = text.split_at_checked(end).unwrap_or((text, ""));
        return (value.trim().to_owned(), rest);
    };
    let mut value = String::new();
    let mut letters = quoted.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return (value, quoted.get(at + 1..).unwrap_or_default()),
            '\\' => value.extend(letters.next().map(|(_, letter)| letter)),
            letter => value.push(letter),
        }
    }
    (value, "")
}

fn resolved(target: &str, asked: &str) -> Option<String> {
    let (scheme, rest) = asked.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let plain = !target.is_empty() && target.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let path = target.split(['?', '#']).next().unwrap_or_default();
    if !plain || path.split('/').any(|step| step == "..") {
        return None;
    }
    if target.contains("://") && target.find("://") < target.find(['/', '?', '#']) {
        return Some(target.to_owned());
    }
    if target.starts_with("//") {
        return Some(format!("{scheme}:{target}"));
    }
    let path = rest.strip_prefix(authority)?.split(['?', '#']).next()?;
    let folder = path.rfind('/').and_then(|at| path.get(..=at)).unwrap_or("/");
    match target.chars().next()? {
        '/' => Some(format!("{scheme}://{authority}{target}")),
        '?' => Some(format!("{scheme}://{authority}{path}{target}")),
        _ => Some(format!("{scheme}://{authority}{folder}{target}")),
    }
}

/// Scheme, host and port, in lower case.
fn host(address: &str) -> Option<String> {
    let (scheme, rest) = address.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    (!authority.is_empty()).then(|| format!("{scheme}://{authority}").to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(link: &str, asked: &str) -> Option<String> {
        let answer = Response { status: 200, headers: vec![("link".into(), link.into())], body: Vec::new() };
        next_link(&answer, asked)
    }

    #[test]
    fn the_next_page_is_where_the_header_says() {
        let asked = "https://api.example.com/v1/people?page=1";
        for (link, expected) in [
            (r#"<https://api.example.com/v1/people?page=2>; rel="next""#, "https://api.example.com/v1/people?page=2"),
            (r#"<https://API.example.com/x?u=https://y/>; rel=next"#, "https://API.example.com/x?u=https://y/"),
            ("<//api.example.com/x>;rel=next", "https://api.example.com/x"),
            ("</v2/people>;rel=next", "https://api.example.com/v2/people"),
            ("<?page=2>;rel=NEXT", "https://api.example.com/v1/people?page=2"),
            ("<more?page=2>;rel=next", "https://api.example.com/v1/more?page=2"),
            ("</a>; rel=prev, </b>; title=x; rel=\"last next\"", "https://api.example.com/b"),
        ] {
            assert_eq!(next(link, asked).as_deref(), Some(expected), "{link}");
        }
        assert_eq!(next("<?p=2>;rel=next", "https://api.example.com").as_deref(), Some("https://api.example.com?p=2"));
    }

    #[test]
    fn no_page_is_elsewhere_or_nowhere() {
        let asked = "https://api.example.com/v1/people";
        for link in [
            "",
            "<",
            "</a>",
            "</a>; rel=prev",
            "</a>; rel=nextish",
            "<https://evil.example/>; rel=next",
            "<http://api.example.com/>; rel=next",
            "<https://api.example.com:8443/>; rel=next",
            "<https://api.example.com@evil.example/>; rel=next",
            "<../a>; rel=next",
            "<>; rel=next",
            "<https://api.example.com\\@evil.example/>; rel=next",
            "no link; rel=next",
            "</a>; rel=prev; rel=next",
        ] {
            assert_eq!(next(link, asked), None, "{link}");
        }
    }

    #[test]
    fn a_walk_ends_whatever_the_provider_says() {
        let mut asked = 0;
        let walked = walk("same", 100, |_| {
            asked += 1;
            Ok::<_, ()>((vec![asked], Some("same")))
        });
        assert_eq!(walked, Ok(Walked { items: vec![1], next: None }));
        let walked = walk(0_u64, 3, |page| Ok::<_, ()>((vec![*page], Some(page + 1))));
        assert_eq!(walked, Ok(Walked { items: vec![0, 1, 2], next: Some(3) }));
        assert_eq!(
            walk(0, 0, |_: &u8| Ok::<(Vec<u8>, _), ()>((Vec::new(), None))),
            Ok(Walked { items: vec![], next: Some(0) })
        );
        assert_eq!(
            walk(0, 3, |page| if *page == 1 { Err("gone") } else { Ok((vec![()], Some(page + 1))) }),
            Err("gone")
        );
    }

    #[test]
    fn an_offset_that_finds_nothing_is_the_end() {
        let walked = walk_offset(7, 0, 9, |_| Ok::<_, ()>(Vec::<u8>::new()));
        assert_eq!(walked, Ok(Walked { items: vec![], next: None }));
    }
}
