//! What of a plugin's answer goes out.

use axum::body::HttpBody as _;

use super::*;

fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> inbound::Response {
    let pair = |(name, value): &(&str, &str)| Pair { name: (*name).into(), value: (*value).into() };
    inbound::Response { status, headers: headers.iter().map(pair).collect(), body: body.into() }
}

fn asking() -> OwnAnswer {
    OwnAnswer {
        headers: vec!["etag".into(), "cache-control".into()],
        content_types: vec!["text/html".into(), "text/plain".into()],
        redirect: Some("thanks".into()),
    }
}

fn thanks(address: &str) -> [Setting; 1] {
    [Setting { key: "thanks".into(), value: SettingValue::Text(address.into()) }]
}

fn names(response: &Response) -> Vec<&str> {
    response.headers().keys().map(HeaderName::as_str).collect()
}

#[test]
fn what_was_asked_for_goes_out_and_nothing_else() {
    let given = answer(
        200,
        &[
            ("ETag", "\"1\""),
            ("Content-Type", "text/html"),
            ("Set-Cookie", "session=x"),
            ("Content-Security-Policy", "default-src *"),
            ("X-Content-Type-Options", ""),
            ("Access-Control-Allow-Origin", "*"),
            ("Strict-Transport-Security", "max-age=0"),
            ("Clear-Site-Data", "\"*\""),
            ("X-Accel-Redirect", "/etc/passwd"),
            ("Location", "https://evil.example"),
            ("Connection", "close"),
            ("Transfer-Encoding", "chunked"),
            ("Content-Length", "0"),
            ("Retry-After", "1"),
            ("bad name", "x"),
            ("etag", "\"2\""),
        ],
        "<script>",
    );
    let (response, dropped) = pass(&asking(), &[], given.clone());
    let response = response.expect("an answer");
    assert_eq!(names(&response), ["etag", "content-type"]);
    assert_eq!(
        (&response.headers()["etag"], &response.headers()["content-type"]),
        (&"\"1\"".parse().unwrap(), &"text/html; charset=utf-8".parse().unwrap())
    );
    assert_eq!(dropped.len(), 14);
    // The same from a plugin that asked for nothing: a page is not even data.
    let (response, dropped) = pass(&OwnAnswer::default(), &[], given);
    assert!(response.is_none());
    assert_eq!(dropped, [Dropped::Type]);
}

#[test]
fn a_value_ends_no_line() {
    for value in ["a\r\nset-cookie: b", "a\nb", "a\0", "a\tb", "a\u{7f}", "\u{e9}", &"a".repeat(VALUE + 1)] {
        let (response, dropped) =
            pass(&asking(), &[], answer(200, &[("etag", value), ("cache-control", "private")], ""));
        assert_eq!(names(&response.expect("an answer")), ["cache-control", "content-type"], "{value:?}");
        assert_eq!(dropped, [Dropped::Value("etag".into())]);
    }
}

#[test]
fn a_status_is_one_of_the_list() {
    for status in [200, 201, 202, 204, 400, 404, 422] {
        let (response, dropped) = pass(&OwnAnswer::default(), &[], answer(status, &[], "x"));
        assert_eq!(response.expect("an answer").status().as_u16(), status);
        assert_eq!(dropped, []);
    }
    for status in [0, 99, 100, 101, 103, 206, 301, 302, 303, 307, 401, 407, 429, 500, 503, 600, 1000] {
        let (response, dropped) = pass(&OwnAnswer::default(), &[], answer(status, &[], "x"));
        assert!(response.is_none(), "{status}");
        assert_eq!(dropped, [Dropped::Status(status)]);
    }
}

#[test]
fn a_body_has_one_permitted_type_and_an_end() {
    let plain = OwnAnswer::default();
    for media_type in
        ["text/html", "text/javascript", "image/svg+xml", "text/plain; charset=utf-7", "multipart/x-mixed-replace"]
    {
        let (response, dropped) = pass(&plain, &[], answer(200, &[("content-type", media_type)], "x"));
        assert!(response.is_none() && dropped == [Dropped::Type], "{media_type}");
    }
    let twice = answer(200, &[("content-type", "text/plain"), ("Content-Type", "text/html")], "x");
    assert_eq!(pass(&asking(), &[], twice).1, [Dropped::Type]);
    let (response, _) = pass(&plain, &[], answer(200, &[], "x"));
    assert_eq!(response.expect("an answer").headers()["content-type"], "text/plain; charset=utf-8");
    for (length, goes) in [(MAX_OWN_ANSWER, true), (MAX_OWN_ANSWER + 1, false)] {
        let (response, dropped) = pass(&plain, &[], answer(200, &[], &"x".repeat(length)));
        assert_eq!((response.is_some(), dropped.is_empty()), (goes, goes), "{length}");
    }
}

#[test]
fn who_calls_is_sent_on_only_to_where_the_admin_said() {
    let filled = thanks("https://shop.example/thanks");
    for good in ["https://shop.example/thanks?order=1", "HTTPS://Shop.Example:443/other"] {
        let (response, dropped) = pass(&asking(), &filled, answer(303, &[("Location", good)], "<a href=evil>"));
        let response = response.expect(good);
        assert_eq!(names(&response), ["location"]);
        assert!(response.headers()["location"].to_str().unwrap().starts_with("https://shop.example/"));
        assert_eq!(dropped, []);
    }
    for bad in [
        "https://evil.example/thanks",
        "https://shop.example.evil.example/",
        "https://shop.example@evil.example/",
        "https://user@shop.example/",
        "http://shop.example/thanks",
        "https://shop.example:8443/",
        "//evil.example/",
        "/hooks/other",
        "javascript:alert(1)",
        "data:text/html,x",
        "https:\\\\evil.example/",
        "",
    ] {
        let (response, dropped) = pass(&asking(), &filled, answer(302, &[("location", bad)], ""));
        assert!(response.is_none() && dropped == [Dropped::Redirect], "{bad}");
    }
    assert_eq!(pass(&asking(), &filled, answer(303, &[], "")).1, [Dropped::Redirect], "to nowhere");
    assert_eq!(pass(&asking(), &[], answer(303, &[("location", "https://shop.example/")], "")).1, [Dropped::Redirect]);
    let (response, _) = pass(&asking(), &filled, answer(200, &[("location", "https://shop.example/")], ""));
    assert_eq!(names(&response.expect("an answer")), ["content-type"], "no redirect, no address");
}

#[test]
fn an_answer_without_content_has_none() {
    let filled = thanks("https://shop.example/");
    let onward: [(&str, &str); 1] = [("location", "https://shop.example/")];
    for (status, headers, length) in [(200, &[] as &[_], 4), (404, &[], 4), (204, &[], 0), (303, &onward, 0)] {
        let (response, _) = pass(&asking(), &filled, answer(status, headers, "body"));
        let response = response.expect("an answer");
        assert_eq!(response.body().size_hint().exact(), Some(length), "{status}");
        assert_eq!(response.headers().contains_key("content-type"), length > 0, "{status}");
    }
}

#[test]
fn one_of_several_sites_that_are_filled_in_is_enough() {
    let texts = SettingValue::Texts(vec!["https://one.example/".into(), "https://two.example/".into()]);
    let several = [Setting { key: "thanks".into(), value: texts }];
    let other = [Setting { key: "other".into(), value: SettingValue::Text("https://two.example/".into()) }];
    let to = |settings: &[Setting], site: &str| {
        pass(&asking(), settings, answer(303, &[("location", site)], "")).0.is_some()
    };
    assert!(to(&several, "https://two.example/a") && to(&several, "https://one.example/b"));
    assert!(!to(&several, "https://three.example/") && !to(&other, "https://two.example/"));
}

#[test]
fn what_is_dropped_is_called_what_it_is() {
    let (_, dropped) = pass(&asking(), &[], answer(200, &[("set-cookie", "a\nb"), ("etag", "a\nb")], ""));
    assert_eq!(dropped, [Dropped::Header("set-cookie".into()), Dropped::Value("etag".into())]);
}
