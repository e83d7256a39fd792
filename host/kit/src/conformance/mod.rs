//! The conformance suite: what every plugin must hold, tried from outside with its manifest and its cases alone.
//!
//! `docs/conformance.md` is its specification; each of its numbers is a [`Check`] here. A check takes what the plugin's own cases show
//! (webhooks that give events, drafts that are sent), changes one thing, and looks whether what must stay stays. What it needs and
//! does not find makes it *skipped*, with the reason.

mod acting;
mod answers;
mod batches;
mod component;
mod connector;
mod content;
mod damage;
mod drafts;
mod files;
mod follow_ups;
mod keys;
mod look_ups;
mod payload;
mod polls;
mod preview;
mod provider;
mod subject;
mod work;

use std::future::Future;
use std::pin::Pin;

use futures_util::StreamExt as _;
use futures_util::stream;
use lockgate_runtime::{Abilities, CallFailure};
use serde::Serialize;

pub(crate) use subject::Subject;

/// How much a rule binds, by RFC 2119.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Binding {
    /// A plugin that fails it loses, doubles or betrays messages.
    Must,
    /// It works, but worse than it could.
    Should,
}

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// It holds wherever it was tried.
    Passed,
    /// It does not; where, at most [`MOST`] times.
    Failed(Vec<String>),
    /// There was nothing to try it on, and why.
    Skipped(String),
    /// It holds without a trial: the component does not export the ability that it is about, so that nobody calls it.
    Without(&'static str),
}

/// How many places of one failure are told.
pub const MOST: usize = 5;

/// One rule of the specification and how it is tried.
pub struct Check {
    /// Its number there: `R06`.
    pub id: &'static str,
    /// How much it binds.
    pub binding: Binding,
    /// What a plugin does that holds it.
    pub title: &'static str,
    run: for<'a, 'b> fn(&'a Subject<'b>) -> Trying<'a>,
}

type Trying<'a> = Pin<Box<dyn Future<Output = Finding> + Send + 'a>>;

macro_rules! checks {
    ($($binding:ident $id:literal $function:path: $title:literal;)*) => {
        &[$(Check { id: $id, binding: Binding::$binding, title: $title, run: |subject| Box::pin($function(subject)) }),*]
    };
}

/// Every check, in the order of the specification.
pub const CHECKS: &[Check] = checks! {
    Must "C01" component::fits_its_manifest: "has the abilities that its manifest has data for, and no others";
    Must "C02" component::has_cases: "has a case for each of its abilities";
    Must "K01" connector::takes_its_own: "finds nothing wrong with the settings of its own cases";
    Must "K02" connector::survives: "says of any settings what is wrong, and does not stop";
    Must "K03" connector::knows_its_keys: "names only settings of its manifest";
    Must "R01" keys::given: "names what lasts by a key of at most 512 bytes";
    Must "R02" keys::stable: "gives the same keys at another time, with another seed";
    Must "R03" keys::distinct: "gives two things two keys";
    Must "R04" keys::redelivered: "gives no new keys where the same request comes again";
    Must "R05" keys::same_again: "gives the same events for the same request, state and clock";
    Must "R06" batches::whole: "takes every item of a batch";
    Must "R07" batches::repeated: "takes an item that comes twice in a batch as one";
    Must "R08" batches::any_order: "takes the items of a batch in any order";
    Must "R09" batches::bad_item: "keeps the good items beside a bad one, and the bad one too";
    Must "R10" damage::unknown_kept: "loses nothing that it does not know";
    Must "R11" damage::missing: "goes on where a field is missing";
    Must "R12" damage::wrong_types: "goes on where a value is of another type";
    Must "R13" damage::unreadable: "refuses a body that it cannot read";
    Must "R14" damage::huge: "stays within its limits with a huge or deep body";
    Must "R15" damage::mutations: "does not stop, whatever is changed in its own cases";
    Must "R16" content::ids_opaque: "passes ids on as they are, however long and odd";
    Must "R17" content::text_whole: "passes text on as it is, in any script and spelling";
    Must "R18" content::times: "tells times in milliseconds, as the provider gave them";
    Must "R19" content::accounts: "names the account of each event on a route of the app";
    Must "R20" content::actors: "names who said what it calls a message";
    Must "R21" content::pure: "asks for no request while it receives";
    Must "R22" content::log_silent: "writes nothing that people said into its log";
    Must "R23" content::foreign_state: "goes on where its state holds what it did not write";
    Must "S01" drafts::every_part: "tells one outcome for each part that is open";
    Must "S02" drafts::settled: "sends no part again that is settled";
    Must "S03" provider::server_errors: "takes an unreadable 5xx for unknown";
    Must "S04" provider::no_answer: "takes a missing answer for unknown";
    Must "S05" provider::unreachable: "has a message sent again that did not leave";
    Must "S06" provider::limit_with_time: "waits as long as a 429 says";
    Must "S07" provider::limit_without_time: "has a message sent again after a 429 that says no time";
    Must "S08" provider::sign_in: "takes a 401 for the end of the sign-in or of a permission";
    Must "S09" provider::refused: "takes an unreadable 400 for final";
    Must "S10" provider::taken: "does not have a message sent again that the provider took";
    Must "S11" provider::answers_with_more: "reads answers that have more in them than it knows";
    Must "S12" provider::message_ids: "passes the provider's id of a message on as it is";
    Must "S13" provider::window: "tells a closed window from a refusal";
    Must "S14" drafts::recipients: "sends to the recipient as named";
    Must "S15" drafts::text_whole: "sends text as it is, in any script";
    Must "S16" drafts::same_again: "asks the same for the same draft, also at a later attempt";
    Must "S17" drafts::odd_drafts: "answers any draft, and does not stop";
    Must "S18" drafts::log_silent: "writes nothing that people wrote into its log";
    Must "P01" preview::sendable: "finds no error in what it sends";
    Must "P02" preview::pure: "asks for no request during a preview";
    Must "P03" preview::too_long: "finds an error in a text that is longer than it declares";
    Must "P04" preview::undeclared: "finds an error in what it does not declare";
    Must "P05" preview::declared: "sends what it declares, to the limits it declares";
    Must "D01" look_ups::same_again: "finds the same for the same question";
    Must "D02" look_ups::limited_so_long: "waits as long as a 429 says where something is looked up";
    Must "D03" look_ups::ambiguous: "takes an unreadable 5xx or a missing answer for passing where something is looked up";
    Must "D04" look_ups::sign_in: "takes a 401 for the end of the sign-in or of a permission where something is looked up";
    Must "D05" look_ups::unreadable: "finds nothing in an answer that it cannot read, and says so";
    Must "D06" look_ups::answers_with_more: "finds the same in answers that have more in them than it knows";
    Must "D07" look_ups::text_whole: "passes ids and names that it finds on as they are, in any script";
    Must "D08" look_ups::as_asked: "tells of whom and what it was asked about";
    Must "A01" acting::undeclared: "answers that it is unsupported to every action that it does not declare, and asks for nothing";
    Must "A02" acting::declared: "does each action that it declares, in every way in which it may be asked for";
    Must "A03" acting::server_errors: "takes an unreadable 5xx to an action for unknown, or asks again where that does no harm";
    Must "A04" acting::no_answer: "takes a missing answer to an action for unknown, or asks again where that does no harm";
    Must "A05" acting::unreachable: "has an action asked for again that did not leave";
    Must "A06" acting::limit_with_time: "waits with an action as long as a 429 says";
    Must "A07" acting::limit_without_time: "has an action asked for again after a 429 that says no time";
    Must "A08" acting::sign_in: "takes a 401 to an action for the end of the sign-in or of a permission";
    Must "A09" acting::refused: "takes an unreadable 400 to an action for final";
    Must "A10" acting::taken: "does not take for refused what the provider did";
    Must "A11" acting::same_again: "asks the same for the same action, also at a later attempt";
    Must "A12" acting::odd: "answers any target, symbol and part, and does not stop";
    Must "A13" acting::targets: "does it to the message and the thread as named";
    Must "A14" acting::changed_answers: "does not stop, whatever the provider answers to an action";
    Must "L01" polls::same_again: "gives the same page from the same cursor and answers, also after a fault";
    Must "L02" polls::named: "names what lasts by a key of at most 512 bytes, and its account where the app is polled";
    Must "L03" polls::no_new_keys: "gives no new keys where a page comes again";
    Must "L04" polls::repeated: "takes an item that comes twice on a page as one";
    Must "L05" polls::bad_item: "keeps the good items of a page beside a bad one, and the bad one too";
    Must "L06" polls::unreadable: "tells an answer that it cannot read from an empty page";
    Must "L07" polls::moves_on: "moves its cursor on where there is more";
    Must "L08" polls::odd_cursors: "goes on wherever its cursor stands";
    Must "L09" polls::ids_opaque: "passes ids on as they are, however long and odd, where it polls";
    Must "L10" polls::text_whole: "passes text on as it is, in any script, where it polls";
    Must "L11" polls::limit_with_time: "polls no sooner than a 429 says";
    Must "L12" polls::passing: "polls again after what passes";
    Must "L13" polls::sign_in: "takes a 401 to a poll for the end of the sign-in or of a permission";
    Must "L14" polls::changed_answers: "does not stop, whatever the provider answers to a poll";
    Must "F01" follow_ups::same_again: "gives the same events for the same follow-up and answers, also after a fault";
    Must "F02" follow_ups::named: "names what lasts in a follow-up by a key of at most 512 bytes";
    Must "F03" follow_ups::no_new_keys: "gives no new keys where a follow-up runs twice";
    Must "F04" follow_ups::unreadable: "tells an answer that it cannot read from one that gives nothing";
    Must "F05" follow_ups::limit_with_time: "follows up no sooner than a 429 says";
    Must "F06" follow_ups::passing: "follows up again after what passes";
    Must "F07" follow_ups::sign_in: "takes a 401 to a follow-up for the end of the sign-in or of a permission";
    Must "F08" follow_ups::unknown: "says of what it does not know that it comes to nothing";
    Must "F09" follow_ups::changed_answers: "does not stop, whatever the provider answers to a follow-up";
    Must "M01" files::same_again: "keeps the same file for the same name, also after a fault";
    Must "M02" files::limit_with_time: "fetches a file no sooner than a 429 says";
    Must "M03" files::passing: "fetches a file again after what passes";
    Must "M04" files::sign_in: "takes a 401 for a file for the end of the sign-in or of a permission";
    Must "M05" files::gone: "says of a file that is gone that it comes no more";
    Must "M06" files::bytes_whole: "keeps a file byte for byte";
    Must "M07" files::too_large: "says that a file is larger than may be kept";
    Must "M08" files::unknown: "says of a name that it does not know that there is no file";
    Must "M09" files::changed_answers: "does not stop, whatever the provider answers for a file";
    Must "C03" component::asks_as_declared: "asks only for what its manifest names";
    Should "C04" component::covers_its_manifest: "has a case for each route, each egress rule and each kind that it declares";
    Should "S19" provider::limit_with_date: "waits until the moment that a 429 names";
    Should "A15" acting::window: "tells a closed window from a refusal in an action too";
};

/// The ability that the checks of a letter are about, and whether it is there; none for those of the component as a whole.
fn ability(id: &str, abilities: Abilities) -> Option<(&'static str, bool)> {
    Some(match id.chars().next()? {
        'K' => ("connector", abilities.connector),
        'R' => ("ingress", abilities.ingress),
        'S' | 'P' => ("sender", abilities.sender),
        'A' => ("actions", abilities.actions),
        'L' => ("poller", abilities.poller),
        'F' => ("background", abilities.background),
        'D' => ("directory", abilities.directory),
        'M' => ("media-fetcher", abilities.media_fetcher),
        _ => return None,
    })
}

/// What became of a check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tried {
    /// Its number.
    pub id: &'static str,
    /// How much it binds.
    pub binding: Binding,
    /// Its rule.
    pub title: &'static str,
    /// What it found.
    pub finding: Finding,
}

/// Tries every check, side by side; those about what was seen in all others last.
pub(crate) async fn try_all(subject: &Subject<'_>) -> Vec<Tried> {
    let (last, first): (Vec<&Check>, Vec<&Check>) = CHECKS.iter().partition(|check| check.id == "C03");
    let run = |check: &'static Check| async move {
        let Check { id, binding, title, run } = check;
        let finding = match ability(id, subject.abilities) {
            Some((name, false)) => Finding::Without(name),
            _ => run(subject).await,
        };
        Tried { id, binding: *binding, title, finding }
    };
    let mut tried: Vec<Tried> = stream::iter(first).map(run).buffer_unordered(subject.benches.count()).collect().await;
    for check in last {
        tried.push(run(check).await);
    }
    let place = |id: &str| CHECKS.iter().position(|check| check.id == id);
    tried.sort_by_key(|tried| place(tried.id));
    tried
}

/// Trials of one check, as they are counted.
#[derive(Debug, Default)]
struct Trials {
    tried: usize,
    wrong: Vec<String>,
}

impl Trials {
    /// One trial: what is wrong, if anything.
    fn add(&mut self, wrong: Option<String>) {
        self.tried += 1;
        if self.wrong.len() < MOST {
            self.wrong.extend(wrong);
        }
    }

    /// One trial that called the plugin: a call that failed is wrong, and of what it gave `wrong` says whether that is.
    fn judged<T>(
        &mut self,
        name: &str,
        what: &str,
        came: Result<T, CallFailure>,
        wrong: impl FnOnce(&T) -> Option<String>,
    ) {
        let wrong = match came {
            Ok(came) => wrong(&came),
            Err(failure) => Some(failure.to_string()),
        };
        self.add(wrong.map(|words| format!("{name}: {what}: {words}")));
    }

    /// One trial that holds or not.
    fn holds(&mut self, holds: bool, words: impl FnOnce() -> String) {
        self.add((!holds).then(words));
    }

    /// Whether enough is wrong to stop.
    fn enough(&self) -> bool {
        self.wrong.len() >= MOST
    }

    /// What was found; `nothing` says why there was nothing to try.
    fn finding(self, nothing: &str) -> Finding {
        if !self.wrong.is_empty() {
            Finding::Failed(self.wrong)
        } else if self.tried == 0 {
            Finding::Skipped(nothing.to_owned())
        } else {
            Finding::Passed
        }
    }
}

/// Why checks of `receive` are skipped.
const NO_EVENTS: &str = "no case shows a webhook that gives events";
/// Why checks of changed bodies are skipped.
const NO_DATA: &str = "no case shows a webhook with JSON or a form in its body that gives events";
/// Why checks of `directory` are skipped.
const NO_FINDING: &str = "no case shows something that is looked up and found";
/// Why checks of `send` are skipped.
const NO_SENDING: &str = "no case shows a draft that is sent";

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn numbers_are_given_once_and_enough_of_them_bind() {
        let ids: BTreeSet<&str> = CHECKS.iter().map(|check| check.id).collect();
        assert_eq!(ids.len(), CHECKS.len());
        assert!(CHECKS.iter().filter(|check| check.binding == Binding::Must).count() >= 30);
    }

    #[test]
    fn what_was_not_tried_did_not_pass() {
        assert_eq!(Trials::default().finding("nothing"), Finding::Skipped("nothing".into()));
        let mut trials = Trials::default();
        trials.holds(true, String::new);
        assert_eq!(trials.finding("nothing"), Finding::Passed);
        let mut trials = Trials::default();
        (0..9).for_each(|at| trials.holds(false, || at.to_string()));
        let Finding::Failed(words) = trials.finding("nothing") else { panic!("it failed") };
        assert_eq!(words.len(), MOST);
    }
}
