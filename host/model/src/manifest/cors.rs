//! Which sites' scripts may post to a route and read what they are answered (WHATWG Fetch, section 3.2).

use serde::{Deserialize, Serialize};

/// `[route.cors]`. Without it a script of another site can post what a plain form could (browsers ask nobody for that), and reads no
/// answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cors {
    /// Key of the setting with the addresses whose origins are let in. Never all: what is not filled in is nobody.
    pub origins: String,
}
