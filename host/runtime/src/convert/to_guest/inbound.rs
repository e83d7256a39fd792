//! What came in, for a guest.

use lockgate_model::contract as m;

use crate::bindings::lockgate::channel as b;

impl From<m::inbound::FormFile> for b::inbound::FormFile {
    fn from(v: m::inbound::FormFile) -> Self {
        Self { field: v.field, file_name: v.file_name, content_type: v.content_type, size: v.size, stored: v.stored }
    }
}

impl From<m::inbound::Request> for b::inbound::Request {
    fn from(v: m::inbound::Request) -> Self {
        Self {
            account: v.account,
            route: v.route,
            method: v.method,
            path: v.path,
            query: v.query.into_iter().map(Into::into).collect(),
            headers: v.headers.into_iter().map(Into::into).collect(),
            body: v.body,
            files: v.files.into_iter().map(Into::into).collect(),
            verification: v.verification.map(Into::into),
            remote_address: v.remote_address,
            received_at: v.received_at,
            url: v.url,
        }
    }
}

impl From<m::inbound::Verification> for b::inbound::Verification {
    fn from(v: m::inbound::Verification) -> Self {
        Self { recipe: v.recipe, key: v.key, claims: v.claims.into_iter().map(Into::into).collect() }
    }
}
