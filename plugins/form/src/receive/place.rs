//! What each answer is: who wrote, how they can be reached, what they said, and what the form says of itself.

use lockgate_sdk::{Field, FieldValue};

use super::answers::{Answer, line};
use crate::config::Config;

/// Names of fields, as far as letters and digits go, in the order in which they are looked for.
const EMAIL: &[&str] =
    &["replyto", "email", "emailaddress", "youremail", "mail", "contactemail", "workemail", "useremail"];
const NAME: &[&str] = &["name", "fullname", "yourname", "contactname", "customername"];
const FIRST_NAME: &[&str] = &["firstname", "givenname", "fname"];
const LAST_NAME: &[&str] = &["lastname", "familyname", "surname", "lname"];
const PHONE: &[&str] = &["phone", "phonenumber", "yourphone", "telephone", "tel", "mobile", "mobilephone", "cellphone"];
const MESSAGE: &[&str] =
    &["message", "yourmessage", "comment", "comments", "question", "enquiry", "inquiry", "description", "text", "body"];
const SUBJECT: &[&str] = &["subject", "yoursubject"];
/// What form services call the kinds of such fields, in part.
const EMAIL_KINDS: &[&str] = &["email"];
const PHONE_KINDS: &[&str] = &["phone"];
const MESSAGE_KINDS: &[&str] = &["textarea", "long_text"];

/// Tokens that prove to a service that somebody is a person. They are worth nothing afterwards.
const TOKENS: [&str; 3] = ["cf-turnstile-response", "h-captcha-response", "g-recaptcha-response"];
/// What the form says of itself; kept with the contact, not shown in the conversation.
const HIDDEN: [&str; 4] = ["page_url", "page_title", "referrer", "visitor_id"];

/// A submission, taken apart.
#[derive(Debug, Default)]
pub(crate) struct Placed {
    pub(crate) email: Option<String>,
    pub(crate) name: Option<String>,
    /// As it was written.
    pub(crate) phone: Option<String>,
    pub(crate) message: Option<String>,
    pub(crate) subject: Option<String>,
    pub(crate) language: Option<String>,
    pub(crate) visitor: Option<String>,
    pub(crate) page: Option<String>,
    pub(crate) page_title: Option<String>,
    /// The form's own name.
    pub(crate) form: Option<String>,
    /// Where the form wants its visitor to be sent on to.
    pub(crate) next: Option<String>,
    /// When the form was shown, in milliseconds since 1970.
    pub(crate) shown_at: Option<u64>,
    /// The trap that somebody fell into.
    pub(crate) trap: Option<String>,
    /// All others, in the form's order. Who gave an address or a name and nothing else said that.
    pub(crate) fields: Vec<Field>,
}

/// Whether what somebody is known by would change with every attempt to send the same.
pub(crate) fn is_token(answer: &Answer) -> bool {
    TOKENS.contains(&answer.last())
}

/// Takes a submission apart.
pub(crate) fn place(answers: Vec<Answer>, config: &Config) -> Placed {
    let mut left = Answers { answers: answers.into_iter().map(Some).collect(), group: Group::All };
    let mut placed = Placed::default();
    left.drop_tokens();
    for trap in &config.traps {
        if let Some(answer) = left.take_exactly(trap) {
            placed.trap.get_or_insert_with(|| trap.clone());
            placed.fields.push(answer.into_field(true));
        }
    }
    placed.next = left.take_exactly("_next").map(|answer| answer.words());
    placed.form = left.take_exactly("_form").map(|answer| line(&answer.words()));
    placed.language = left.take_if("_lang", |answer| is_language(&answer.words())).map(|answer| answer.words());
    placed.shown_at = left.peek("_ts").and_then(|answer| moment(&answer.words()));
    placed.page = left.peek("page_url").map(Answer::words);
    placed.page_title = left.peek("page_title").map(|answer| line(&answer.words()));
    placed.visitor = left.peek("visitor_id").map(|answer| line(&answer.words())).filter(|id| id.len() <= 256);

    let all = left.answers.clone();
    let address = |answer: &Answer| is_address(&line(&answer.words()));
    let email = left.find(config.email.as_deref(), EMAIL, EMAIL_KINDS, &address);
    left.group = left.group_of(email);
    placed.email = email.and_then(|at| left.take(at)).map(|answer| line(&answer.words()));
    placed.name = left.name(config.name.as_deref());
    let any = |_: &Answer| true;
    placed.subject = left
        .find(config.subject.as_deref(), SUBJECT, &[], &any)
        .and_then(|at| left.take(at))
        .map(|answer| line(&answer.words()));
    placed.message = left
        .find(config.message.as_deref(), MESSAGE, MESSAGE_KINDS, &|answer| {
            !matches!(answer.value, FieldValue::Boolean(_))
        })
        .and_then(|at| left.take(at))
        .map(|answer| answer.words());
    // It stays a field too: as it was written it may say more than the number.
    placed.phone =
        left.find(config.phone.as_deref(), PHONE, PHONE_KINDS, &any).and_then(|at| left.at(at)).map(Answer::words);

    let group = left.group;
    placed.fields.extend(left.answers.into_iter().flatten().map(|answer| {
        let hidden = is_hidden(&answer, config) || !group.holds(&answer);
        answer.into_field(hidden)
    }));
    if placed.message.is_none() && placed.fields.iter().all(|field| field.hidden) {
        let said = [&placed.email, &placed.name];
        let is_said = |answer: &Answer| said.into_iter().flatten().any(|said| *said == line(&answer.words()));
        placed
            .fields
            .extend(all.into_iter().flatten().filter(|answer| is_said(answer)).map(|answer| answer.into_field(false)));
    }
    placed
}

/// Whether an answer is of the form itself, or named by the admin.
fn is_hidden(answer: &Answer, config: &Config) -> bool {
    let last = answer.last();
    let named = |pattern: &String| match pattern.strip_suffix('*') {
        Some(start) => answer.name.starts_with(start) || last.starts_with(start),
        None => answer.is(pattern),
    };
    last.starts_with('_') || last.starts_with("utm_") || HIDDEN.contains(&last) || config.hidden.iter().any(named)
}

/// Where the fields of the form are in a body that holds other things beside them.
#[derive(Clone, Debug, PartialEq)]
enum Group {
    /// The body is the form.
    All,
    /// A list of answers.
    List,
    /// An object within, by the way to it.
    Within(String),
}

impl Group {
    fn holds(&self, answer: &Answer) -> bool {
        match self {
            Self::All => true,
            Self::List => answer.of_list,
            Self::Within(way) => answer.name.starts_with(way),
        }
    }
}

/// The answers that have no place yet.
struct Answers {
    answers: Vec<Option<Answer>>,
    group: Group,
}

impl Answers {
    fn at(&self, at: usize) -> Option<&Answer> {
        self.answers.get(at).and_then(Option::as_ref)
    }

    fn take(&mut self, at: usize) -> Option<Answer> {
        self.answers.get_mut(at).and_then(Option::take)
    }

    fn position(&self, fits: impl Fn(&Answer) -> bool) -> Option<usize> {
        self.answers.iter().position(|answer| answer.as_ref().is_some_and(&fits))
    }

    fn drop_tokens(&mut self) {
        self.answers.retain(|answer| answer.as_ref().is_some_and(|answer| !is_token(answer)));
    }

    fn peek(&self, last: &str) -> Option<&Answer> {
        self.position(|answer| answer.last() == last).and_then(|at| self.at(at))
    }

    fn take_if(&mut self, last: &str, fits: impl Fn(&Answer) -> bool) -> Option<Answer> {
        let at = self.position(|answer| answer.last() == last && fits(answer))?;
        self.take(at)
    }

    /// By the whole name or its last step, as it is spelt.
    fn take_exactly(&mut self, name: &str) -> Option<Answer> {
        let at = self.position(|answer| answer.name == name || answer.last() == name)?;
        self.take(at)
    }

    /// The fields that stand beside this one: what a form service puts around them belongs to nobody.
    fn group_of(&self, email: Option<usize>) -> Group {
        match email.and_then(|at| self.at(at)) {
            Some(answer) if answer.of_list => Group::List,
            Some(answer) if !answer.parent().is_empty() => Group::Within(answer.parent().to_owned()),
            None if self.position(|answer| answer.of_list).is_some() => Group::List,
            _ => Group::All,
        }
    }

    /// The field that an admin named; else the first of the known names, beside the address before elsewhere; else one of a kind.
    fn find(
        &self,
        named: Option<&str>,
        known: &[&str],
        kinds: &[&str],
        fits: &dyn Fn(&Answer) -> bool,
    ) -> Option<usize> {
        if let Some(named) = named {
            return self.position(|answer| answer.is(named) && fits(answer));
        }
        let of_kind = |answer: &Answer| kinds.iter().any(|kind| answer.kind.to_lowercase().contains(kind));
        for here in [true, false] {
            let beside = |answer: &Answer| self.group.holds(answer) == here && fits(answer);
            let called = known.iter().find_map(|word| self.position(|answer| answer.is_called(word) && beside(answer)));
            let found = called.or_else(|| self.position(|answer| of_kind(answer) && beside(answer)));
            if found.is_some() {
                return found;
            }
        }
        None
    }

    /// The name, which may be in two fields.
    fn name(&mut self, named: Option<&str>) -> Option<String> {
        let any = |_: &Answer| true;
        let beside = |answer: &Answer| self.group.holds(answer);
        if let Some(at) = self.find(named, NAME, &[], &beside) {
            return self.take(at).map(|answer| line(&answer.words()));
        }
        if named.is_some() {
            return None;
        }
        let parts = [FIRST_NAME, LAST_NAME].map(|known| self.find(None, known, &[], &any));
        let parts = parts.into_iter().flatten().filter_map(|at| self.take(at));
        let name = parts.map(|answer| line(&answer.words())).collect::<Vec<_>>().join(" ");
        (!name.is_empty()).then_some(name)
    }
}

/// Whether something looks like an address of mail. Whether it is one, only a mail can tell.
fn is_address(text: &str) -> bool {
    let odd = |letter: char| letter.is_whitespace() || matches!(letter, '<' | '>' | ',' | ';' | '"' | '(' | ')');
    let parts = text.split_once('@').filter(|(before, behind)| !before.is_empty() && !behind.is_empty());
    parts.is_some_and(|(_, domain)| !domain.contains('@')) && text.len() <= 320 && !text.contains(odd)
}

/// Whether a text is shaped like a tag of BCP 47.
fn is_language(text: &str) -> bool {
    let mut parts = text.split('-');
    let first = parts.next().unwrap_or_default();
    let short = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (2..=3).contains(&first.len())
        && first.bytes().all(|byte| byte.is_ascii_alphabetic())
        && parts.all(short)
        && text.len() <= 35
}

/// A moment in seconds or milliseconds since 1970, after 2001.
fn moment(text: &str) -> Option<u64> {
    let number: u64 = text.trim().parse().ok()?;
    match number {
        1_000_000_000..1_000_000_000_000 => number.checked_mul(1000),
        1_000_000_000_000..1_000_000_000_000_000 => Some(number),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shaped_like_one() {
        for good in ["a@b", "anna.o'hara+x@example.org", "ü@bücher.example"] {
            assert!(is_address(good), "{good}");
        }
        for bad in ["", "@", "a@", "@b", "anna", "a b@c", "a@b@c", "Anna <a@b>", "a@b, c@d", &"a".repeat(400)] {
            assert!(!is_address(bad), "{bad}");
        }
    }

    #[test]
    fn a_moment_is_told_in_seconds_or_milliseconds() {
        assert_eq!(moment("1767323045"), Some(1_767_323_045_000));
        assert_eq!(moment(" 1767323045123 "), Some(1_767_323_045_123));
        for odd in ["", "-1", "0", "12", "1767323045.5", "99999999999999999999", "2026-01-02"] {
            assert_eq!(moment(odd), None, "{odd}");
        }
    }

    #[test]
    fn a_language_is_shaped_like_a_tag() {
        assert!(["de", "pt-BR", "zh-Hans-CN", "gsw"].into_iter().all(is_language));
        assert!(!["", "d", "german", "de-", "de_DE", "de-toolongpart"].into_iter().any(is_language));
    }
}
