//! Attachments of messages.

use lockgate_sdk::{Content, LinkPreview, Location, Media, MediaKind, MediaSource, Native, OrderLine};
use serde_json::json;

use super::support::{attached, item, media, message};

#[test]
fn attachments_that_are_files() {
    let kinds = [
        ("image", MediaKind::Image),
        ("audio", MediaKind::Audio),
        ("video", MediaKind::Video),
        ("sticker", MediaKind::Sticker),
    ];
    for (kind, expected) in kinds {
        let url = "https://cdn.example/x?token=1";
        assert_eq!(attached(json!([{ "type": kind, "payload": { "url": url } }])), [media(expected, url)], "{kind}");
    }
    let file = attached(json!([{ "type": "file", "payload": { "url": "https://cdn.example/v/offer.pdf?x=1" } }]));
    let Content::Media(file) = &file[0] else { panic!("{file:?}") };
    assert_eq!((file.kind, file.file_name.as_deref()), (MediaKind::File, Some("offer.pdf")));
    let gone = attached(json!([{ "type": "image", "payload": {} }]));
    assert!(matches!(&gone[0], Content::Media(Media { source: MediaSource::Missing(_), .. })));
}

#[test]
fn attachments_several_and_text_are_all_parts() {
    let attachments = json!([
        { "type": "image", "payload": { "url": "https://cdn.example/1" } },
        { "type": "image", "payload": { "url": "https://cdn.example/2" } },
    ]);
    let message = message(item("message", json!({ "mid": "m", "text": "two", "attachments": attachments })));
    assert_eq!(message.parts.len(), 3);
}

#[test]
fn sticker_change_an_image_and_a_sticker_are_one() {
    let url = "https://cdn.example/like.png";
    let image = json!({ "type": "image", "payload": { "url": url, "sticker_id": 369_239_263_222_822_u64 } });
    let sticker = json!({ "type": "sticker", "payload": { "url": url, "sticker_id": 369_239_263_222_822_u64 } });
    let expected = [media(MediaKind::Sticker, url)];
    assert_eq!(attached(json!([image, sticker])), expected, "until August 2026");
    assert_eq!(attached(json!([image])), expected, "an old one");
    assert_eq!(attached(json!([sticker])), expected, "afterwards");
}

#[test]
fn attachment_fallback() {
    let link = |address: &str, title: Option<&str>| {
        Content::LinkPreview(LinkPreview {
            address: address.into(),
            title: title.map(Into::into),
            description: None,
            picture: None,
        })
    };
    let with_payload = json!([{ "type": "fallback", "payload": { "url": "https://x.example", "title": "X" } }]);
    assert_eq!(attached(with_payload), [link("https://x.example", Some("X"))]);
    let without_payload = json!([{ "type": "fallback", "title": "Something shared" }]);
    assert_eq!(attached(without_payload), [Content::native("fallback", Some("Something shared".into()), None)]);
    assert_eq!(attached(json!([{ "type": "fallback", "payload": null }])), [Content::native("fallback", None, None)]);
    assert_eq!(
        attached(json!([{ "type": "fallback", "url": "https://x.example" }])),
        [link("https://x.example", None)]
    );
}

#[test]
fn attachments_reel_and_post() {
    for kind in ["reel", "ig_reel", "post", "ig_post"] {
        let shared = attached(
            json!([{ "type": kind, "payload": { "url": "https://x.example/r", "title": "R", "reel_video_id": 7 } }]),
        );
        assert!(
            matches!(&shared[0], Content::LinkPreview(link) if link.address == "https://x.example/r"),
            "{kind}: {shared:?}"
        );
    }
}

#[test]
fn attachment_template() {
    let shown = attached(json!([{ "type": "template", "title": "Card", "payload": { "template_type": "generic" } }]));
    assert_eq!(
        shown,
        [Content::native("template", Some("Card".into()), Some(r#"{"template_type":"generic"}"#.into()))]
    );
    let product = json!({ "elements": [{ "id": "1", "retailer_id": "sku", "title": "Shoe" }] });
    let asked = attached(json!([{ "type": "template", "payload": { "product": product } }]));
    let line =
        OrderLine { product: "sku".into(), title: Some("Shoe".into()), quantity: 1.0, price: None, currency: None };
    assert_eq!(asked, [Content::Order(vec![line])]);
}

#[test]
fn attachment_location() {
    let shown = attached(
        json!([{ "type": "location", "title": "Home", "payload": { "coordinates": { "lat": 48.2, "long": 16 } } }]),
    );
    let location = Location { latitude: 48.2, longitude: 16.0, name: Some("Home".into()), ..Location::default() };
    assert_eq!(shown, [Content::Location(location)]);
}

#[test]
fn attachment_appointment_booking() {
    let booking =
        json!({ "booking_id": "b", "status": "CONFIRMED", "start_time": 1_760_000_000, "timezone": "Europe/Vienna" });
    let shown = attached(json!([{ "type": "appointment_booking", "payload": booking }]));
    assert!(matches!(&shown[0], Content::Native(Native { fallback: Some(words), raw: Some(raw), .. })
        if words == "Appointment: confirmed" && raw.contains("1760000000")));
}

#[test]
fn attachment_unknown_or_of_another_shape_is_native_and_harms_no_other() {
    let shown = attached(json!([
        { "type": "hologram", "payload": { "depth": 3 } },
        { "type": "image", "payload": "not an object" },
        { "type": "image", "payload": { "url": "https://cdn.example/1" } },
    ]));
    assert_eq!(shown[0], Content::native("hologram", None, Some(r#"{"depth":3}"#.into())));
    assert_eq!(shown[1], Content::native("image", None, Some(r#""not an object""#.into())));
    assert_eq!(shown[2], media(MediaKind::Image, "https://cdn.example/1"));
}
