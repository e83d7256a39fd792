//! Checks of what is declared: what the manifest says that can be sent can be, and the rest is refused before Send is pressed.

use lockgate_model::contract::common::{
    Choice, ChoiceAction, ChoiceOption, Choices, ChoicesStyle, ContactCard, Content, Field, FieldValue, LinkPreview,
    Location, Media, MediaKind, MediaSource, Native, OrderLine, RichText, Template,
};
use lockgate_model::contract::outbound::{Draft, Outcome, Problem, Severity};
use lockgate_model::manifest::{ChoicesCapability, TextUnit};
use serde::Serialize;

use super::subject::{Sending, Subject};
use super::{Finding, NO_SENDING, Trials};

const KINDS: [MediaKind; 8] = [
    MediaKind::Image,
    MediaKind::Video,
    MediaKind::Audio,
    MediaKind::Voice,
    MediaKind::Sticker,
    MediaKind::Animation,
    MediaKind::VideoNote,
    MediaKind::File,
];
const STYLES: [ChoicesStyle; 4] =
    [ChoicesStyle::Buttons, ChoicesStyle::QuickReplies, ChoicesStyle::Menu, ChoicesStyle::Poll];

/// A word of the contract as the manifest writes it: with hyphens.
pub(super) fn word(value: &impl Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|word| Some(word.as_str()?.replace('_', "-"))).unwrap_or_default()
}

fn media(kind: MediaKind) -> Content {
    Content::Media(Media {
        kind,
        source: MediaSource::Address("https://media.example.com/kit".into()),
        file_name: None,
        content_type: None,
        size: Some(100),
        duration: None,
        width: None,
        height: None,
        caption: None,
        view_once: false,
        content_id: None,
        sha256: None,
        preview: None,
    })
}

fn choices(style: ChoicesStyle, limits: Option<&ChoicesCapability>) -> Content {
    let letters = |most: u32| "w".repeat(usize::try_from(most).unwrap_or(1).clamp(1, 1000));
    let (count, title, payload, body) = limits.map_or((1, 5, 5, 20), |limits| {
        (limits.max, limits.title_max, limits.payload_max, limits.body_max.unwrap_or(20))
    });
    let option = |at: u32| {
        // Payloads differ where they may, and are as long as they may be.
        let payload: String =
            format!("{at}{}", letters(payload)).chars().take(usize::try_from(payload).unwrap_or(5)).collect();
        ChoiceOption {
            payload,
            title: letters(title),
            description: None,
            section: None,
            action: ChoiceAction::Reply,
            picture: None,
        }
    };
    Content::Choices(Choices {
        style,
        body: (body > 0).then(|| RichText { plain: letters(body), html: None }),
        header: None,
        footer: None,
        button: None,
        options: (0..count.max(1)).map(option).collect(),
    })
}

/// One content of each kind that no manifest declares today.
fn undeclarable() -> Vec<(&'static str, Content)> {
    vec![
        (
            "a place",
            Content::Location(Location {
                latitude: 52.5,
                longitude: 13.4,
                accuracy: None,
                name: None,
                address: None,
                live_until: None,
            }),
        ),
        (
            "a contact card",
            Content::ContactCard(ContactCard {
                name: "Kit".into(),
                phones: Vec::new(),
                emails: Vec::new(),
                vcard: None,
            }),
        ),
        ("a choice", Content::Choice(Choice { payload: "1".into(), title: None, offered_in: None })),
        (
            "fields",
            Content::Fields(vec![Field {
                name: "a".into(),
                label: None,
                value: FieldValue::Text("b".into()),
                hidden: false,
            }]),
        ),
        (
            "a link",
            Content::LinkPreview(LinkPreview {
                address: "https://example.com".into(),
                title: None,
                description: None,
                picture: None,
            }),
        ),
        (
            "an order",
            Content::Order(vec![OrderLine {
                product: "1".into(),
                title: None,
                quantity: 1.0,
                price: None,
                currency: None,
            }]),
        ),
        (
            "something of another provider",
            Content::Native(Native { kind: "kit-unknown".into(), fallback: None, raw: Some("{}".into()) }),
        ),
    ]
}

/// A template that has no gaps.
fn template() -> Content {
    Content::Template(Template { name: "kit".into(), language: "en".into(), parameters: Vec::new(), rendered: None })
}

/// One content of each kind.
pub(super) fn every_content() -> Vec<(&'static str, Content)> {
    let media = KINDS.map(|kind| ("media", media(kind)));
    let choices = STYLES.map(|style| ("choices", choices(style, None)));
    media.into_iter().chain(choices).chain(undeclarable()).chain([("a template", template())]).collect()
}

/// The simplest draft that is sent, saying this alone.
fn draft(sending: &Sending<'_>, content: Content) -> Draft {
    let mut draft = sending.draft.clone();
    draft.parts.truncate(1);
    draft.parts.iter_mut().for_each(|part| part.part.content = content.clone());
    draft
}

fn error(problems: &[Problem]) -> Option<&Problem> {
    problems.iter().find(|problem| problem.severity == Severity::Error)
}

/// P01
pub(super) async fn sendable(subject: &Subject<'_>) -> Finding {
    let mut trials = Trials::default();
    for sending in subject.sendings() {
        let wrong = match subject.preview(&sending.world, sending.draft.clone()).await.result {
            Ok(problems) => error(&problems).map(|problem| problem.words.clone()),
            Err(failure) => Some(failure.to_string()),
        };
        trials.add(wrong.map(|words| format!("{}: {words}", sending.case.name)));
    }
    trials.finding(NO_SENDING)
}

/// P02
pub(super) async fn pure(subject: &Subject<'_>) -> Finding {
    let mut trials = Trials::default();
    for sending in subject.sendings() {
        let effects = subject.preview(&sending.world, sending.draft.clone()).await.effects;
        let asked = effects.requests > 0 || !effects.denials.is_empty();
        trials.holds(!asked, || format!("{}: a preview asks for requests {:?}", sending.case.name, effects.denials));
    }
    trials.finding(NO_SENDING)
}

/// A text that is one longer than this many units, in letters that each take one.
fn longer(most: u32) -> String {
    "w".repeat(usize::try_from(most).unwrap_or(usize::MAX >> 8).saturating_add(1))
}

/// As many units in letters that take more than one byte, and in UTF-16 two units.
fn as_long(most: u32, unit: TextUnit) -> String {
    let each = match unit {
        TextUnit::Characters => 1,
        TextUnit::Utf16 => 2,
        TextUnit::Bytes => 4,
    };
    "😀".repeat(usize::try_from(most / each).unwrap_or(1))
}

/// P03
pub(super) async fn too_long(subject: &Subject<'_>) -> Finding {
    let mut trials = Trials::default();
    if let (Some(text), Some(sending)) = (&subject.manifest.capabilities.text, subject.sendings().first()) {
        let say = |plain: String| draft(sending, Content::Text(RichText { plain, html: None }));
        let long = subject.preview(&sending.world, say(longer(text.max))).await.result.unwrap_or_default();
        trials.holds(error(&long).is_some(), || {
            format!("a text of {} letters passes, and at most {} are declared", text.max + 1, text.max)
        });
        let fits = subject.preview(&sending.world, say(as_long(text.max, text.unit))).await.result;
        let wrong = fits.map_or_else(
            |failure| Some(failure.to_string()),
            |problems| error(&problems).map(|problem| problem.words.clone()),
        );
        trials.add(wrong.map(|words| format!("a text as long as declared, in emoji, does not pass: {words}")));
        return trials.finding("");
    }
    trials.finding("its manifest declares no text, or no case shows a draft that is sent")
}

/// P04
pub(super) async fn undeclared(subject: &Subject<'_>) -> Finding {
    let mut trials = Trials::default();
    let capabilities = &subject.manifest.capabilities;
    let Some(sending) = subject.sendings().into_iter().next() else { return trials.finding(NO_SENDING) };
    let mut tried: Vec<(String, Content)> =
        undeclarable().into_iter().map(|(name, content)| (name.to_owned(), content)).collect();
    for kind in KINDS.into_iter().filter(|kind| capabilities.media.iter().all(|media| media.kind != word(kind))) {
        tried.push((format!("media of the kind {}", word(&kind)), media(kind)));
    }
    for style in
        STYLES.into_iter().filter(|style| capabilities.choices.iter().all(|choices| choices.style != word(style)))
    {
        tried.push((format!("choices of the style {}", word(&style)), choices(style, None)));
    }
    if !capabilities.templates {
        tried.push(("a template".into(), template()));
    }
    if capabilities.text.is_none() {
        tried.push(("a text".into(), Content::Text(RichText { plain: "kit".into(), html: None })));
    }
    for (name, content) in tried {
        let problems = subject.preview(&sending.world, draft(&sending, content)).await.result;
        let found = problems.is_ok_and(|problems| error(&problems).is_some());
        trials.holds(found, || format!("{name} passes a preview, and is not declared"));
    }
    trials.finding(NO_SENDING)
}

/// P05
pub(super) async fn declared(subject: &Subject<'_>) -> Finding {
    let mut trials = Trials::default();
    let capabilities = &subject.manifest.capabilities;
    let Some(sending) = subject.sendings().into_iter().next() else { return trials.finding(NO_SENDING) };
    let mut tried: Vec<(String, Content)> = Vec::new();
    if let Some(text) = &capabilities.text {
        let plain = as_long(text.max, text.unit);
        tried.push((
            format!("a text of {} letters", plain.chars().count()),
            Content::Text(RichText { plain, html: None }),
        ));
    }
    for kind in KINDS.into_iter().filter(|kind| capabilities.media.iter().any(|media| media.kind == word(kind))) {
        tried.push((format!("media of the kind {}", word(&kind)), media(kind)));
    }
    for style in STYLES {
        for limits in capabilities.choices.iter().filter(|choices| choices.style == word(&style)) {
            tried.push((
                format!("choices of the style {}, to their limits", word(&style)),
                choices(style, Some(limits)),
            ));
        }
    }
    if capabilities.templates {
        tried.push(("a template".into(), template()));
    }
    for (name, content) in tried {
        let draft = draft(&sending, content);
        let looked = subject.preview(&sending.world, draft.clone()).await.result;
        let refused = looked.map_or_else(
            |failure| Some(failure.to_string()),
            |problems| error(&problems).map(|problem| problem.words.clone()),
        );
        trials.add(refused.map(|words| format!("{name}: a preview finds an error: {words}")));
        let last = sending.answers.last().cloned();
        let seen = subject.send(&sending.world, draft, sending.answers.clone(), last).await;
        let wrong = match seen.called.result {
            Ok(outcomes) => {
                let sent = |outcome: &Outcome| matches!(outcome, Outcome::Sent(_) | Outcome::Accepted(_));
                let all = !outcomes.is_empty() && outcomes.iter().all(|outcome| sent(&outcome.outcome));
                (!all || seen.asked.is_empty()).then(|| format!("it is not sent: {outcomes:?}"))
            }
            Err(failure) => Some(failure.to_string()),
        };
        trials.add(wrong.map(|words| format!("{name}: {words}")));
    }
    trials.finding("its manifest declares nothing")
}
