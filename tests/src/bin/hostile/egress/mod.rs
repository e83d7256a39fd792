//! What leaves: where to, by what way, with what in it, and what an answer may do.

mod addresses;
mod answers;
mod credentials;
mod headers;
mod knock;
mod lookups;
mod names;
mod paths;
mod redirects;

use crate::case::Case;

/// All cases of the group.
pub(crate) fn cases() -> Vec<Case> {
    let mut cases = addresses::cases();
    cases.extend(names::cases());
    cases.extend(lookups::cases());
    cases.extend(paths::cases());
    cases.extend(headers::cases());
    cases.extend(credentials::cases());
    cases.extend(redirects::cases());
    cases.extend(answers::cases());
    cases
}
