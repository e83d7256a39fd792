//! Answers whoever calls as the request asks: `{"do": "answer", "answer": {"status", "headers": [[name, value]], "body"}}`.

use lockgate_sdk::{Pair, Reception, Refusal, Request, Response};
use serde::Deserialize;

#[derive(Deserialize)]
struct Asked {
    answer: Answer,
}

#[derive(Deserialize)]
struct Answer {
    status: u16,
    #[serde(default)]
    headers: Vec<(String, String)>,
    #[serde(default)]
    body: String,
}

/// None where the case is not of this kind.
pub(crate) fn receive(case: &str, request: &Request) -> Option<Result<Reception, Refusal>> {
    if case != "answer" {
        return None;
    }
    let Asked { answer } = serde_json::from_slice(&request.body).ok()?;
    let headers = answer.headers.into_iter().map(|(name, value)| Pair { name, value }).collect();
    let response = Response { status: answer.status, headers, body: answer.body.into_bytes() };
    Some(Ok(Reception { response: Some(response), events: Vec::new() }))
}
