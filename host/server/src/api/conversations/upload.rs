//! `POST /api/v1/conversations/{id}/media`

use std::time::Duration;

use axum::Json;
use axum::body::Body;
use axum::extract::{Request, State};
use futures_util::StreamExt as _;
use lockgate_model::id::{ConversationId, Owner};
use lockgate_runtime::MediaError;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::extract::{PathId, Query};
use crate::api::problem::{Kind, Problem};
use crate::discard::discard;
use crate::host::Host;
use crate::media::{Named, Rule};

/// How long the sender of a file may be silent, and how long all of it may take.
const SILENT: Duration = Duration::from_secs(30);
const WITHIN: Duration = Duration::from_secs(600);
/// How much of a refused file is read, so that its sender gets to see the answer.
const MOST_DISCARDED: usize = 16 << 20;

/// What is said of a file beside its bytes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct UploadQuery {
    file_name: Option<String>,
}

/// A file that is kept.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct MediumView {
    /// The name by which a message of this conversation's channel can send it: `{"type": "stored", "value": handle}` as a medium's
    /// `source`. What no message names within a day is dropped.
    handle: String,
    /// In bytes.
    size: u64,
    /// What the bytes are, as the host found.
    content_type: String,
    /// Without folders.
    file_name: Option<String>,
    /// Of the bytes, in hexadecimal.
    sha256: String,
}

/// Keep a file to send
///
/// The body is the file itself. How large it may be the operator says; what it is the host looks at.
#[utoipa::path(
    post,
    path = "/api/v1/conversations/{id}/media",
    tag = "conversations",
    params(
        ("id" = ConversationId, Path, description = "The conversation"),
        ("file_name" = Option<String>, Query, description = "What it is called"),
    ),
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "The file"),
    security(("token" = ["inbox:write"])),
    responses((status = 200, description = "It is kept. Sent again, it gets another name", body = MediumView))
)]
pub(crate) async fn upload_medium(
    State(host): State<Host>,
    PathId(id): PathId<ConversationId>,
    Query(query): Query<UploadQuery>,
    request: Request,
) -> Result<Json<MediumView>, Problem> {
    let conversation = host.store.conversation(id).await?.ok_or_else(|| Problem::not_found("conversation"))?;
    let too_slow = |_| Problem::new(Kind::TooSlow, "The file did not arrive in time.");
    let mut body = request.into_body().into_data_stream();
    let taking = async {
        let mut incoming = host.media.begin(Rule { max_bytes: u64::MAX, kinds: Vec::new() }).await.map_err(refused)?;
        while let Some(piece) = tokio::time::timeout(SILENT, body.next()).await.map_err(too_slow)? {
            let piece = piece.map_err(|_| Problem::new(Kind::MalformedBody, "The file did not arrive whole."))?;
            incoming.write(&piece).await.map_err(refused)?;
        }
        Ok::<_, Problem>(incoming)
    };
    let incoming = match tokio::time::timeout(WITHIN, taking).await.map_err(too_slow)? {
        Ok(incoming) => incoming,
        Err(problem) => {
            discard(Body::from_stream(body), MOST_DISCARDED).await;
            return Err(problem);
        }
    };
    let mut random = [0; 16];
    host.seams.entropy.fill(&mut random);
    let owner = Owner::Channel(conversation.channel);
    let named = Named { handle: hex::encode(random), owner, file_name: query.file_name };
    let kept = host.media.keep(incoming, named).await.map_err(refused)?;
    let view = MediumView {
        handle: kept.handle,
        size: kept.size,
        content_type: kept.content_type,
        file_name: kept.file_name,
        sha256: kept.sha256,
    };
    Ok(Json(view))
}

fn refused(error: MediaError) -> Problem {
    match error {
        MediaError::TooLarge(most) => {
            Problem::new(Kind::TooLarge, format!("At most {most} bytes are taken of a file."))
        }
        MediaError::Full => Problem::new(
            Kind::Conflict,
            "This channel keeps as many bytes as it may; an operator can let it keep more.",
        ),
        error => Problem::unavailable(&error),
    }
}
