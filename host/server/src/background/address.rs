//! Files that the host fetches itself, by an address that an event named. No plugin runs; what may be fetched from where is decided
//! by the egress gate, and what is kept by the plugin's manifest.

use std::time::Duration;

use lockgate_model::contract::common::{Fault, Passing, Rejected};
use lockgate_runtime::{Denial, Effects, MediaError, NotFetched, Patience};
use lockgate_store::{Broke, ClaimedFetch};

use super::call::{self, Found};
use crate::call::call;
use crate::host::Host;
use crate::media::OwnMedia;

/// How long one file may take.
const WHOLE: Duration = Duration::from_secs(300);
/// How much longer a claim holds.
const BEYOND: Duration = Duration::from_secs(60);
/// How long a channel waits that made its minute's requests.
const PACED: Duration = Duration::from_secs(10);

/// How long a claim of a file holds, in milliseconds: longer than fetching one takes.
pub(super) fn lease(host: &Host) -> u64 {
    super::lease(host).max(u64::try_from((WHOLE + BEYOND).as_millis()).unwrap_or(u64::MAX))
}

/// Fetches one file, to its end.
pub(super) async fn run(host: &Host, claimed: &ClaimedFetch, address: &str) {
    let mounted = match call::mounted(host, claimed.owner).await {
        Ok(mounted) => mounted,
        Err(until) => return call::put_off(host, claimed, until).await,
    };
    let Some(loaded) = &mounted.plugin else { return };
    let (name, now) = (claimed.id.to_string(), host.seams.clock.now_ms());
    let patience = Patience { piece: loaded.plugin.limits().wall, whole: WHOLE };
    let fetched = match OwnMedia::new(host, &mounted, &name).fetched(claimed.file_name.clone()).await {
        Ok(writer) => loaded.plugin.get(&call(host, &mounted, now, &name, None), address, patience, writer).await,
        Err(error) => Err(NotFetched::Refused(error)),
    };
    let denied = |denial: Denial| {
        tracing::warn!(owner = %claimed.owner, what = denial.what, "a file is not fetched");
        host.denials.note(&mounted, &Effects { denials: vec![denial], ..Effects::default() }, now);
        Broke::Never("not-permitted".into())
    };
    let broke = match fetched {
        Ok(handle) => {
            let found = Found::of_the_host(host, now, handle);
            // It reads no state, so none can have changed.
            let _ = call::commit(host, &mounted, claimed, found).await;
            return;
        }
        Err(NotFetched::Paced) => {
            let until = call::after(host.seams.clock.now_ms(), PACED);
            return call::put_off(host, claimed, until).await;
        }
        Err(NotFetched::Denied(denial)) => denied(denial),
        Err(why) => Broke::Fault(fault(why), Vec::new()),
    };
    call::fail(host, claimed, broke).await;
}

/// What is tried again, and what is final.
fn fault(why: NotFetched) -> Fault {
    let passing = |why: &str, seconds: Option<u64>| {
        let retry_after = seconds.map(|seconds| seconds.saturating_mul(1000));
        Fault::Passing(Passing { why: why.to_owned(), retry_after })
    };
    let rejected = |code: &str, words: String| Fault::Rejected(Rejected { code: Some(code.to_owned()), words });
    match why {
        NotFetched::Status(404 | 410, _) => Fault::Gone(String::new()),
        NotFetched::Status(status @ (408 | 425 | 429 | 500..=599), wait) => {
            passing(&format!("its server answers {status}"), wait)
        }
        NotFetched::Status(status @ 300..=399, _) => rejected(&status.to_string(), "its server leads elsewhere".into()),
        NotFetched::Status(status, _) => rejected(&status.to_string(), "its server does not give it".into()),
        NotFetched::Unreachable => passing("its server cannot be reached", None),
        NotFetched::Answer | NotFetched::Paced => passing("its server does not answer as it should", None),
        NotFetched::Denied(denial) => Fault::Unsupported(denial.what),
        NotFetched::Refused(error) => match error {
            MediaError::TooLarge(most) => Fault::TooLarge(Some(most)),
            MediaError::TypeRefused(kind) => rejected("type-refused", kind),
            MediaError::Full => rejected("full", error.to_string()),
            MediaError::Broken(why) => passing(&why, None),
            MediaError::NotPermitted | MediaError::NotFound => Fault::Unsupported("not-permitted".into()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passes_is_told_from_what_is_final() {
        let passes = |why: NotFetched| match fault(why) {
            Fault::Passing(passing) => Some(passing.retry_after),
            _ => None,
        };
        assert_eq!(passes(NotFetched::Status(429, Some(7))), Some(Some(7_000)));
        for why in [NotFetched::Status(503, None), NotFetched::Unreachable, NotFetched::Answer] {
            assert_eq!(passes(why.clone()), Some(None), "{why:?}");
        }
        for why in [
            NotFetched::Status(404, None),
            NotFetched::Status(403, None),
            NotFetched::Status(302, None),
            NotFetched::Status(204, None),
            NotFetched::Refused(MediaError::TooLarge(3)),
            NotFetched::Refused(MediaError::Full),
        ] {
            assert_eq!(passes(why.clone()), None, "{why:?}");
        }
    }
}
