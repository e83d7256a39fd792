//! Attachments: files, stickers, links, places, goods, and kinds that nobody knows yet.

use lockgate_sdk::{Content, LinkPreview, Location, Media, MediaKind, MediaSource, Native, OrderLine, Part};

use super::item::extras;
use super::json::Text;
use super::{excerpt, shapes};

/// Adds a part for each attachment. A sticker came as an image and as a sticker until August 2026; it is one part.
pub(super) fn parts(attachments: Vec<shapes::Attachment<'_>>, parts: &mut Vec<Part>) {
    let kinds = attachments.iter().filter_map(|attachment| attachment.kind.as_ref());
    let has_sticker = kinds.into_iter().any(|kind| kind.as_str() == "sticker");
    for attachment in attachments {
        let payload = attachment.payload.and_then(|raw| serde_json::from_str::<shapes::Payload<'_>>(raw.get()).ok());
        let kind = attachment.kind.as_ref().map_or("attachment", Text::as_str);
        let is_sticker_image = kind == "image" && payload.as_ref().is_some_and(|payload| payload.sticker_id.is_some());
        if has_sticker && is_sticker_image {
            continue;
        }
        let content = match kind {
            "image" if is_sticker_image => payload.map(|payload| media(MediaKind::Sticker, payload)),
            "image" => payload.map(|payload| media(MediaKind::Image, payload)),
            "sticker" => payload.map(|payload| media(MediaKind::Sticker, payload)),
            "video" => payload.map(|payload| media(MediaKind::Video, payload)),
            "audio" => payload.map(|payload| media(MediaKind::Audio, payload)),
            "file" => payload.map(|payload| media(MediaKind::File, payload)),
            "fallback" | "reel" | "ig_reel" | "post" | "ig_post" => {
                link(payload, attachment.url, attachment.title.clone())
            }
            "location" => payload.and_then(|payload| place(payload, attachment.title.clone())),
            "template" => payload.and_then(order),
            "appointment_booking" => payload.and_then(|payload| appointment(payload, attachment.payload?.get())),
            _ => None,
        };
        let content = content.unwrap_or_else(|| {
            let raw = attachment.payload.map(|raw| excerpt(raw.get()));
            Content::native(kind, attachment.title.map(Text::into_string), raw)
        });
        parts.push(Part { content, extras: extras(attachment.rest) });
    }
}

fn media(kind: MediaKind, payload: shapes::Payload<'_>) -> Content {
    let source = match payload.url {
        Some(url) => MediaSource::Address(url.into_string()),
        None => MediaSource::Missing("Facebook named no address for it".into()),
    };
    let file_name = match (&source, kind) {
        (MediaSource::Address(url), MediaKind::File) => last_segment(url),
        _ => None,
    };
    Content::Media(Media { kind, source, file_name, ..Media::default() })
}

/// A file's name: Facebook tells it by the address alone.
fn last_segment(url: &str) -> Option<String> {
    let path = url.split(['?', '#']).next()?;
    let name = path.rsplit('/').next()?;
    (name.contains('.') && !name.contains('%') && path.len() > "https://".len() + name.len()).then(|| name.to_owned())
}

/// Something shared. Older ones have address and title beside the payload, some have neither.
fn link(payload: Option<shapes::Payload<'_>>, url: Option<Text<'_>>, title: Option<Text<'_>>) -> Option<Content> {
    let payload = payload.unwrap_or_default();
    let address = payload.url.or(url)?.into_string();
    let title = payload.title.or(title).map(Text::into_string);
    Some(Content::LinkPreview(LinkPreview { address, title, description: None, picture: None }))
}

fn place(payload: shapes::Payload<'_>, title: Option<Text<'_>>) -> Option<Content> {
    let coordinates = payload.coordinates?;
    let (latitude, longitude) = (coordinates.latitude?, coordinates.longitude?);
    let name = title.or(payload.title).map(Text::into_string);
    Some(Content::Location(Location { latitude, longitude, name, ..Location::default() }))
}

/// Goods of the page's catalogue that the contact asks about. Other templates have no place in the contract.
fn order(payload: shapes::Payload<'_>) -> Option<Content> {
    let elements = payload.product?.elements?;
    let lines = elements.into_iter().map(|element| {
        let product = element.retailer_id.or(element.id)?.into_string();
        Some(OrderLine {
            product,
            title: element.title.map(Text::into_string),
            quantity: 1.0,
            price: None,
            currency: None,
        })
    });
    Some(Content::Order(lines.collect::<Option<Vec<OrderLine>>>()?))
}

fn appointment(payload: shapes::Payload<'_>, raw: &str) -> Option<Content> {
    let status = payload.status?;
    let fallback = Some(format!("Appointment: {}", status.as_str().to_lowercase()));
    Some(Content::Native(Native { kind: "appointment_booking".into(), fallback, raw: Some(excerpt(raw)) }))
}
