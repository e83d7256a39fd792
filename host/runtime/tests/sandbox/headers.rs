//! Headers that would make a provider, or somebody on the way to it, read another request than the one that was judged.

use crate::harness::Sandbox;
use crate::provider::{Manner, Provider};

#[tokio::test]
async fn what_smuggles_or_is_the_connections_does_not_leave() {
    let provider = Provider::start(Manner::Answers).await;
    let sandbox = Sandbox::calling(&provider).await;
    for header in [
        "connection close",
        "connection x-token",
        "keep-alive timeout=5",
        "te trailers",
        "trailer x-token",
        "transfer-encoding chunked",
        "transfer_encoding chunked",
        "upgrade h2c",
        "http2-settings AAMAAABkAAQAAP__",
        "expect 100-continue",
        "proxy-authorization Basic eDp5",
        "proxy-connection keep-alive",
        "host evil.example.com",
        "host provider.example.com:8443",
        "content-length 5",
        "content-length -1",
        "content_length 5",
        "x-forwarded-host evil.example.com",
        "x-http-method-override DELETE",
        "range bytes=0-3",
        "x_token mine",
    ] {
        let told = sandbox.outcome(&format!("own-value {header}")).await;
        assert!(told.contains("refused the request"), "{header}: {told}");
    }
    assert!(provider.seen().is_empty());
}

#[tokio::test]
async fn a_header_holds_no_other() {
    let provider = Provider::start(Manner::Answers).await;
    let sandbox = Sandbox::calling(&provider).await;
    for header in
        ["x-a b\r\nx-token: mine", "x-a b\nx-token: mine", "x-a b\rc", "x-a b\0", "x-a:b c", "x-a\r\nx-b c", ":path /"]
    {
        let told = sandbox.outcome(&format!("own-value {header}")).await;
        assert!(told.contains("refused the request"), "{header:?}: {told}");
    }
    assert!(provider.seen().is_empty());
    assert!(sandbox.outcome("own-value x-a b").await.contains("x-a"));
}

#[tokio::test]
async fn a_request_asks_for_no_other_method() {
    let provider = Provider::start(Manner::Answers).await;
    let sandbox = Sandbox::calling(&provider).await;
    for case in [
        "own-query method=delete",
        "own-query _method=POST",
        "post-as application/x-www-form-urlencoded /form a=1&_method=delete",
    ] {
        assert!(sandbox.outcome(case).await.contains("refused the request"), "{case}");
    }
    assert!(provider.seen().is_empty());
}
