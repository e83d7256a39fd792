//! What comes beside the fields: files, which the host took off a multipart body. More of them are in `cases/files`.
#![allow(clippy::expect_used, clippy::panic, reason = "a test may end by a panic")]

use lockgate_form::Forms;
use lockgate_sdk::{Content, EventBody, FormFile, Ingress, MediaKind, MediaSource, Message, Pair, Request, fake};

fn posted(body: &str, files: Vec<FormFile>) -> (u16, Option<Message>) {
    fake::reset();
    let headers = vec![Pair { name: "content-type".into(), value: "multipart/form-data; boundary=x".into() }];
    let request = Request { body: body.into(), files, headers, received_at: 1_767_323_045_000, ..Request::default() };
    let mut reception = Forms::receive(request).expect("it is taken");
    let event = reception.events.pop().expect("an event");
    let status = reception.response.expect("an answer").status;
    match event.body {
        EventBody::Message(message) => (status, Some(message)),
        _ => (status, None),
    }
}

fn file(field: &str, name: Option<&str>, kind: Option<&str>, handle: &str) -> FormFile {
    FormFile {
        field: field.into(),
        file_name: name.map(str::to_owned),
        content_type: kind.map(str::to_owned),
        size: 12,
        stored: handle.into(),
    }
}

#[test]
fn files_are_media_that_the_host_has_already() {
    let files = vec![
        file("photo", Some("cat.png"), Some("image/png"), "m-1"),
        file("clip", Some("a.mp4"), Some("video/mp4"), "m-2"),
        file("sound", Some("a.ogg"), Some("audio/ogg"), "m-3"),
        file("papers[]", Some("two\r\nlines.pdf"), Some("application/pdf"), "m-4"),
        file("unknown", None, None, "m-5"),
    ];
    let (status, message) = posted("email=anna%40example.org&message=Hello", files);
    let parts = message.expect("a message").parts;
    assert_eq!((status, parts.len()), (200, 6));
    let kinds = [MediaKind::Image, MediaKind::Video, MediaKind::Audio, MediaKind::File, MediaKind::File];
    for ((part, kind), number) in parts.iter().skip(1).zip(kinds).zip(1..) {
        let Content::Media(media) = &part.content else { panic!("{part:?}") };
        let MediaSource::Stored(handle) = &media.source else { panic!("{media:?}") };
        assert_eq!((media.kind, handle.as_str(), media.size), (kind, format!("m-{number}").as_str(), Some(12)));
    }
    let Some(Content::Media(papers)) = parts.get(4).map(|part| &part.content) else { panic!("{parts:?}") };
    assert_eq!(papers.file_name.as_deref(), Some("two  lines.pdf"));
    let extra = parts.get(4).and_then(|part| part.extras.first()).expect("the field");
    assert_eq!((extra.name.as_str(), extra.value.as_str()), ("field", "\"papers[]\""));
}

#[test]
fn a_value_that_is_too_long_is_told_and_kept() {
    let long = format!("email=anna%40example.org&message={}", "x".repeat(64 * 1024));
    assert_eq!(posted(&long, Vec::new()).0, 200);
    let (status, message) = posted(&format!("{long}x"), Vec::new());
    assert!(status == 422 && message.is_none(), "{status}");
}

#[test]
fn a_file_alone_is_something_said() {
    let (status, message) = posted("name=", vec![file("cv", Some("cv.pdf"), Some("application/pdf"), "m-1")]);
    assert_eq!((status, message.expect("a message").parts.len()), (200, 1));
    let (status, message) = posted("name=", Vec::new());
    assert!(status == 422 && message.is_none());
}
