//! Checks of the component as a whole.

use std::collections::BTreeSet;

use lockgate_model::contract::common::Content;
use lockgate_model::manifest::{Capabilities, Effect};

use super::subject::Subject;
use super::{Finding, Trials};
use crate::case::{Case, CaseCall};
use crate::judge::judge;

/// C01
pub(super) async fn fits_its_manifest(subject: &Subject<'_>) -> Finding {
    let (manifest, abilities) = (subject.manifest, subject.abilities);
    let mut trials = Trials::default();
    let mut both = |data: bool, ability: bool, without_ability: &str, without_data: &str| {
        trials.add((data && !ability).then(|| without_ability.to_owned()));
        trials.add((ability && !data).then(|| without_data.to_owned()));
    };
    both(
        !manifest.routes.is_empty(),
        abilities.ingress,
        "the manifest has a [[route]], and the component does not export ingress",
        "the component exports ingress, and the manifest has no [[route]] on which it would be called",
    );
    both(
        manifest.egress.iter().any(|rule| rule.effect == Effect::Send),
        abilities.sender,
        "the manifest has an [[egress]] rule with effect \"send\", and the component does not export sender",
        "the component exports sender, and the manifest has no [[egress]] rule with effect \"send\"",
    );
    let of_messages = Capabilities {
        react: None,
        edit: false,
        delete: false,
        mark_read: false,
        typing: false,
        take_over: false,
        ended: false,
        ..manifest.capabilities.clone()
    };
    both(
        of_messages != Capabilities::default(),
        abilities.sender,
        "the manifest declares in [capabilities] what can be sent, and the component does not export sender",
        "the component exports sender, and the manifest declares nothing that can be sent in [capabilities]",
    );
    both(
        !manifest.capabilities.actions().is_empty(),
        abilities.actions,
        "the manifest declares actions in [capabilities], and the component does not export actions",
        "the component exports actions, and the manifest declares none in [capabilities]",
    );
    both(
        manifest.polling.is_some(),
        abilities.poller,
        "the manifest has [polling], and the component does not export poller",
        "the component exports poller, and the manifest has no [polling]",
    );
    trials.add((abilities.media_fetcher && manifest.media.is_none()).then(|| {
        "the component exports media-fetcher, and the manifest has no [media] by which it could keep what it fetches".into()
    }));
    trials.finding("")
}

/// C02
pub(super) async fn has_cases(subject: &Subject<'_>) -> Finding {
    let mut trials = Trials::default();
    let any = |is: fn(&CaseCall) -> bool| subject.cases.iter().any(|case| is(&case.call));
    if subject.abilities.ingress {
        trials.holds(any(|call| matches!(call, CaseCall::Receive(_))), || "no case has a \"receive\"".into());
    }
    if subject.abilities.background {
        trials.holds(any(|call| matches!(call, CaseCall::FollowUp(_))), || "no case has a \"follow_up\"".into());
    }
    if subject.abilities.poller {
        trials.holds(any(|call| matches!(call, CaseCall::Poll(_))), || "no case has a \"poll\"".into());
    }
    if subject.abilities.media_fetcher {
        trials.holds(any(|call| matches!(call, CaseCall::Fetch(_))), || "no case has a \"fetch\"".into());
    }
    if subject.abilities.sender {
        trials.holds(any(|call| matches!(call, CaseCall::Send(_))), || "no case has a \"send\"".into());
        trials.holds(any(|call| matches!(call, CaseCall::Preview(_))), || "no case has a \"preview\"".into());
    }
    if subject.abilities.directory {
        trials.holds(any(|call| matches!(call, CaseCall::LookUp(_))), || "no case has a \"look_up\"".into());
    }
    if subject.abilities.actions {
        trials.holds(any(|call| matches!(call, CaseCall::Act(_))), || "no case has an \"act\"".into());
    }
    trials.finding("it exports none of ingress, background, poller, sender, directory, media-fetcher and actions")
}

/// C03
pub(super) async fn asks_as_declared(subject: &Subject<'_>) -> Finding {
    let mut trials = Trials::default();
    for case in subject.cases {
        // What a case itself shows belongs to it too.
        let judged = judge(&mut *subject.benches.one().await, case, subject.manifest).await;
        let refused = judged.differences.into_iter().find(|words| words.starts_with("a request was refused"));
        trials.add(refused.map(|words| format!("{}: {words}", case.name)));
    }
    for denial in subject.denials() {
        trials.add(Some(format!("the host refused a request: {denial}")));
    }
    trials.finding("it has no case")
}

/// C04
pub(super) async fn covers_its_manifest(subject: &Subject<'_>) -> Finding {
    let manifest = subject.manifest;
    let mut trials = Trials::default();
    let webhooks = subject.cases.iter().filter_map(|case| match &case.call {
        CaseCall::Receive(webhook) => Some(webhook.route.as_str()),
        _ => None,
    });
    let routes: BTreeSet<&str> = webhooks.collect();
    for route in &manifest.routes {
        trials.holds(routes.contains(route.name.as_str()), || format!("no case has the route {}", route.name));
    }
    for rule in &manifest.egress {
        let asked = |case: &Case| {
            let hosts = manifest.setting_hosts(
                &crate::world::World::of(case, manifest, lockgate_model::manifest::Level::Channel).settings,
            );
            case.provider.iter().any(|exchange| {
                let address = exchange.request.url.strip_prefix("https://").unwrap_or_default();
                let host = address.split(['/', '?']).next().unwrap_or_default();
                let path = address.strip_prefix(host).unwrap_or_default().split('?').next().unwrap_or_default();
                // The path of a case holds what the host wrote into it.
                let written = rule.paths.iter().any(|pattern| pattern.written().is_some());
                let covered = rule.covers(&hosts, &exchange.request.method, host, path);
                covered || (written && rule.host.covers(host) && rule.methods.contains(&exchange.request.method))
            })
        };
        trials.holds(subject.cases.iter().any(asked), || format!("no case asks what the rule {} allows", rule.name));
    }
    let sent: Vec<&Content> = subject
        .cases
        .iter()
        .filter_map(|case| match &case.call {
            CaseCall::Send(draft) => Some(draft.parts.iter().map(|part| &part.part.content)),
            _ => None,
        })
        .flatten()
        .collect();
    let capabilities = &manifest.capabilities;
    if capabilities.text.is_some() {
        let is = |content: &&Content| matches!(content, Content::Text(_));
        trials.holds(sent.iter().any(is), || "no case sends a text".into());
    }
    if capabilities.templates {
        let is = |content: &&Content| matches!(content, Content::Template(_));
        trials.holds(sent.iter().any(is), || "no case sends a template".into());
    }
    for media in &capabilities.media {
        let is = |content: &&Content| matches!(content, Content::Media(sent) if super::preview::word(&sent.kind) == media.kind);
        trials.holds(sent.iter().any(is), || format!("no case sends media of the kind {}", media.kind));
    }
    for choices in &capabilities.choices {
        let is = |content: &&Content| matches!(content, Content::Choices(sent) if super::preview::word(&sent.style) == choices.style);
        trials.holds(sent.iter().any(is), || format!("no case sends choices of the style {}", choices.style));
    }
    for action in capabilities.actions() {
        let does = |case: &Case| matches!(&case.call, CaseCall::Act(acting) if acting.action.name().replace('-', "_") == action);
        trials.holds(subject.cases.iter().any(does), || format!("no case does the action {action}"));
    }
    trials.finding("its manifest has neither routes nor rules nor capabilities")
}
