//! May this be sent? Capabilities and the messaging window, decided before anything is written down, so that a person learns
//! it before Send and not after.

use lockgate_model::contract::actions::Action;
use lockgate_model::contract::common::{
    Choices, ChoicesStyle, Content, MediaKind, MediaSource, Part, RichText, Template, TemplateValue,
};
use lockgate_model::contract::outbound::Ground;
use lockgate_model::manifest::{Capabilities, Manifest, NotDeclared};
use lockgate_model::window;

/// Parameters of one template, and bytes of each: more than any provider takes.
const PARAMETERS: usize = 100;
const PARAMETER: usize = 32 << 10;

/// One reason why a message cannot be sent so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SendProblem {
    /// A stable word for it: `too-long`, `unsupported`, `window-closed` …
    pub code: &'static str,
    /// For the person who sends.
    pub words: String,
    /// JSON pointer into the request.
    pub pointer: String,
}

impl SendProblem {
    fn new(code: &'static str, pointer: impl Into<String>, words: impl Into<String>) -> Self {
        Self { code, words: words.into(), pointer: pointer.into() }
    }
}

/// Who sends, and how.
#[derive(Clone, Debug)]
pub struct Sending<'a> {
    /// When the contact last opened the messaging window, in milliseconds; none: never.
    pub opened_at: Option<u64>,
    /// The tag that was asked for.
    pub tag: Option<&'a str>,
    /// Whether no person wrote it.
    pub automatic: bool,
}

/// What may be sent, and why.
#[derive(Clone, Debug)]
pub struct Admitted {
    /// The parts, long texts split.
    pub parts: Vec<Part>,
    /// Why it may be sent now.
    pub ground: Ground,
    /// Until when that holds, in milliseconds; none: for ever.
    pub until: Option<u64>,
}

/// Decides under which ground parts may be sent, and splits what is longer than the provider takes.
///
/// # Errors
///
/// Everything that stands against it.
pub fn admit(
    manifest: &Manifest,
    parts: Vec<Part>,
    sending: &Sending<'_>,
    now_ms: u64,
) -> Result<Admitted, Vec<SendProblem>> {
    let mut problems = check_parts(manifest, &parts);
    let mut admitted = Vec::new();
    for part in parts {
        split(&manifest.capabilities, part, &mut admitted);
    }
    let is_template = admitted.iter().all(|part| matches!(part.content, Content::Template(_)));
    let ground = ground(manifest, sending, now_ms, is_template).map_err(|problem| problems.push(problem));
    match ground {
        Ok((ground, until)) if problems.is_empty() => Ok(Admitted { parts: admitted, ground, until }),
        _ => Err(problems),
    }
}

/// Decides under which ground a message that was to be sent once may be sent now.
///
/// # Errors
///
/// That the window is closed.
pub fn admit_again(
    manifest: &Manifest,
    parts: &[Part],
    sending: &Sending<'_>,
    now_ms: u64,
) -> Result<(Ground, Option<u64>), SendProblem> {
    let is_template = parts.iter().all(|part| matches!(part.content, Content::Template(_)));
    ground(manifest, sending, now_ms, is_template)
}

/// Decides whether a message may be changed to these parts. What is longer than the provider takes cannot be split there.
///
/// # Errors
///
/// Everything that stands against it.
pub fn admit_edit(manifest: &Manifest, parts: &[Part]) -> Result<(), Vec<SendProblem>> {
    let mut problems = check_parts(manifest, parts);
    for (index, part) in parts.iter().enumerate() {
        let mut pieces = Vec::new();
        split(&manifest.capabilities, part.clone(), &mut pieces);
        if pieces.len() > 1 {
            let words = "the text is longer than one message of this channel, and a message that is there stays one";
            problems.push(SendProblem::new("too-long", format!("/parts/{index}"), words));
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

fn check_parts(manifest: &Manifest, parts: &[Part]) -> Vec<SendProblem> {
    let mut problems = Vec::new();
    if parts.is_empty() {
        problems.push(SendProblem::new("empty", "/parts", "a message needs at least one part"));
    }
    if parts.len() > 50 {
        problems.push(SendProblem::new("too-many", "/parts", "a message has at most 50 parts"));
    }
    for (index, part) in parts.iter().enumerate() {
        check_part(manifest, part, &format!("/parts/{index}"), &mut problems);
    }
    problems
}

/// Decides whether a plugin may be asked for an action.
///
/// # Errors
///
/// What its manifest leaves out.
pub fn permit(manifest: &Manifest, action: &Action) -> Result<(), SendProblem> {
    manifest.capabilities.permit(action).map_err(|missing| {
        let words = match (missing, action) {
            (NotDeclared::Symbol(known), _) => {
                format!("this channel takes other reactions: {}", known.join(" "))
            }
            (NotDeclared::Action, Action::React { .. }) => "this channel takes no reactions".to_owned(),
            (NotDeclared::Action, Action::Edit { .. }) => "this channel changes no message that was sent".to_owned(),
            (NotDeclared::Action, Action::Delete) => "this channel takes no message back".to_owned(),
            (NotDeclared::Action, Action::MarkRead) => "this channel tells nobody what was read".to_owned(),
            (NotDeclared::Action, Action::Typing { .. }) => "this channel shows nobody who writes".to_owned(),
            (NotDeclared::Action, Action::TakeOver { .. }) => "this channel takes no thread over".to_owned(),
            (NotDeclared::Action, Action::Ended { .. }) => "this channel tells nobody of an end".to_owned(),
        };
        SendProblem::new("unsupported", "", words)
    })
}

fn ground(
    manifest: &Manifest,
    sending: &Sending<'_>,
    now_ms: u64,
    is_template: bool,
) -> Result<(Ground, Option<u64>), SendProblem> {
    let standing = window::standing(manifest.window.as_ref(), sending.opened_at);
    let Sending { opened_at, tag, automatic } = *sending;
    window::ground(&standing, opened_at, now_ms, tag, automatic, is_template).map_err(|closed| {
        let ended = match closed.since {
            Some(_) => "the contact's last message is too long ago",
            None => "the contact has never written here",
        };
        let then = match closed.allowed.as_slice() {
            [] if closed.templates => "a template can be sent all the same, by itself".to_owned(),
            [] => "nothing can be sent until the contact writes again".to_owned(),
            tags if closed.templates => {
                format!("a person can still send with tag {}, or send a template by itself", tags.join(" or "))
            }
            tags => format!("a person can still send with tag {}", tags.join(" or ")),
        };
        SendProblem::new("window-closed", "/parts", format!("the messaging window is closed: {ended}; {then}"))
    })
}

fn check_part(manifest: &Manifest, part: &Part, at: &str, problems: &mut Vec<SendProblem>) {
    let (can, can_read) = (&manifest.capabilities, manifest.has_media());
    let mut refuse = |code, words: String| problems.push(SendProblem::new(code, at, words));
    match &part.content {
        Content::Text(text) if can.text.is_none() => {
            refuse("unsupported", format!("this channel takes no text ({} characters)", text.plain.chars().count()))
        }
        Content::Text(text) if text.plain.trim().is_empty() => refuse("empty", "the text is empty".into()),
        Content::Text(text) if text.plain.len() > 256 * 1024 => refuse("too-long", "a text has at most 256 KiB".into()),
        Content::Text(_) => {}
        Content::Media(media) => {
            let kind = media_kind(media.kind);
            match can.media.iter().find(|capability| capability.kind == kind) {
                None => refuse("unsupported", format!("this channel takes no {kind}")),
                Some(capability) => {
                    if let (Some(size), Some(max)) = (media.size, capability.max_bytes)
                        && size > max
                    {
                        refuse("too-large", format!("{size} bytes; this channel takes {max} of {kind}"));
                    }
                    if media.caption.is_some() && !capability.caption {
                        refuse(
                            "unsupported",
                            format!("this channel takes no caption with {kind}: send the text as a part of its own"),
                        );
                    }
                    match &media.source {
                        MediaSource::Address(address) if address.starts_with("https://") && address.len() <= 2048 => {}
                        MediaSource::Address(_) => refuse(
                            "bad-address",
                            "the address must begin with https:// and have at most 2048 bytes".into(),
                        ),
                        MediaSource::Stored(_) if can_read => {}
                        MediaSource::Stored(_) => refuse(
                            "unsupported",
                            "this channel's plugin reads no files of the host; media are sent by address".into(),
                        ),
                        _ => refuse("unsupported", "media are sent by address, or as a file that was uploaded".into()),
                    }
                }
            }
        }
        Content::Choices(choices) => check_choices(can, choices, &mut refuse),
        Content::Template(template) => check_template(can, can_read, template, &mut refuse),
        Content::Native(native) => {
            if !can.native.contains(&native.kind) {
                refuse("unsupported", format!("this channel passes on no {:?}", native.kind));
            }
        }
        _ => refuse("unsupported", "this channel cannot send this kind of part".into()),
    }
}

fn check_choices(can: &Capabilities, choices: &Choices, refuse: &mut impl FnMut(&'static str, String)) {
    let style = match choices.style {
        ChoicesStyle::Buttons => "buttons",
        ChoicesStyle::QuickReplies => "quick-replies",
        ChoicesStyle::Menu => "menu",
        ChoicesStyle::Poll => "poll",
    };
    let Some(capability) = can.choices.iter().find(|capability| capability.style == style) else {
        return refuse("unsupported", format!("this channel takes no {style}"));
    };
    if choices.options.is_empty() {
        refuse("empty", "choices need at least one option".into());
    }
    if choices.options.len() > capability.max as usize {
        refuse("too-many", format!("{} options; this channel takes {}", choices.options.len(), capability.max));
    }
    for option in &choices.options {
        if option.title.chars().count() > capability.title_max as usize {
            refuse(
                "too-long",
                format!("the title {:?} is longer than {} characters", option.title, capability.title_max),
            );
        }
        if option.payload.chars().count() > capability.payload_max as usize {
            refuse(
                "too-long",
                format!("the payload of {:?} is longer than {} characters", option.title, capability.payload_max),
            );
        }
    }
    let body = choices.body.as_ref().map_or(0, |body| body.plain.chars().count());
    if let Some(max) = capability.body_max.filter(|max| body > *max as usize) {
        refuse("too-long", format!("the text above the options is longer than {max} characters"));
    }
}

fn check_template(
    can: &Capabilities,
    can_read: bool,
    template: &Template,
    refuse: &mut impl FnMut(&'static str, String),
) {
    if !can.templates {
        return refuse("unsupported", "this channel takes no templates".into());
    }
    if template.name.trim().is_empty() || template.language.trim().is_empty() {
        refuse("empty", "a template has a name and a language, as the provider knows them".into());
    }
    if template.parameters.len() > PARAMETERS {
        refuse("too-many", format!("{} parameters; a template has at most {PARAMETERS}", template.parameters.len()));
    }
    for parameter in &template.parameters {
        match &parameter.value {
            TemplateValue::Text(text) | TemplateValue::Payload(text) if text.len() > PARAMETER => {
                refuse("too-long", format!("a parameter has at most {PARAMETER} bytes"));
            }
            TemplateValue::Text(_) | TemplateValue::Payload(_) => {}
            TemplateValue::Media(MediaSource::Address(address))
                if address.starts_with("https://") && address.len() <= 2048 => {}
            TemplateValue::Media(MediaSource::Stored(_)) if can_read => {}
            TemplateValue::Media(_) => refuse(
                "bad-address",
                "a file in a template is an address that begins with https://, or one that was uploaded".into(),
            ),
        }
    }
}

/// How the manifest spells a kind of media.
pub fn media_kind(kind: MediaKind) -> &'static str {
    match kind {
        MediaKind::Image => "image",
        MediaKind::Video => "video",
        MediaKind::Audio => "audio",
        MediaKind::Voice => "voice",
        MediaKind::Sticker => "sticker",
        MediaKind::Animation => "animation",
        MediaKind::VideoNote => "video-note",
        MediaKind::File => "file",
    }
}

fn split(can: &Capabilities, part: Part, out: &mut Vec<Part>) {
    let (Content::Text(text), Some(limit)) = (&part.content, &can.text) else {
        return out.push(part);
    };
    let pieces = lockgate_model::text::split(&text.plain, limit);
    if pieces.len() <= 1 {
        return out.push(part);
    }
    for piece in pieces {
        out.push(Part { content: Content::Text(RichText { plain: piece, html: None }), extras: Vec::new() });
    }
}
