//! Bodies that nobody wants.

use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use http_body_util::BodyExt as _;

/// For how long such a body is read.
const WITHIN: Duration = Duration::from_secs(3);

/// Reads what is not wanted, `most` bytes of it and keeping nothing: who is still writing when the connection closes never sees why.
pub(crate) async fn discard(mut body: Body, most: usize) {
    let rest = async {
        let mut left = most;
        while let Some(Ok(frame)) = body.frame().await {
            match left.checked_sub(frame.data_ref().map_or(0, Bytes::len)) {
                Some(less) => left = less,
                None => return,
            }
        }
    };
    // Out of time is as good an end as any.
    drop(tokio::time::timeout(WITHIN, rest).await);
}
