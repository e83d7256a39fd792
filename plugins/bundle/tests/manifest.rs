//! What a bundled component carries inside is a manifest that the host accepts.
#![allow(clippy::expect_used, clippy::panic, reason = "a test may end by a panic")]

use lockgate_bundle::BUNDLED;
use lockgate_model::manifest::{Effect, Level, Manifest, SECTION, SettingHosts, Verify};

/// The text of the last custom section: all that follows its name.
fn manifest_of(component: &[u8]) -> Manifest {
    let name = SECTION.as_bytes();
    let at = component.windows(name.len()).rposition(|window| window == name).expect("the section");
    let text = component.get(at + name.len()..).expect("its content");
    let text = std::str::from_utf8(text).expect("UTF-8");
    Manifest::parse(text).unwrap_or_else(|problems| panic!("{problems:#?}"))
}

#[test]
fn every_bundled_plugin_has_a_manifest_that_holds() {
    for plugin in BUNDLED {
        let manifest = manifest_of(plugin.component);
        assert_eq!(manifest.plugin.id, plugin.id);
        assert_eq!(manifest.plugin.contract, lockgate_model::manifest::CONTRACT);
    }
}

#[test]
fn a_form_is_sent_on_and_read_by_scripts_only_where_the_admin_said() {
    let manifest = manifest_of(lockgate_bundle::FORM);
    let route = manifest.route("submit").expect("the route");
    assert_eq!((route.level, &route.verify), (Level::Channel, &Verify::None));
    assert_eq!(route.own_answer.redirect.as_deref(), Some("origins"));
    assert_eq!(route.cors.as_ref().map(|cors| cors.origins.as_str()), Some("origins"));
    assert!(manifest.egress.is_empty() && manifest.credentials.is_empty(), "it reaches nothing and holds nothing");
}

#[test]
fn messenger_is_verified_for_the_app_and_sends_with_the_pages_token_only() {
    let manifest = manifest_of(lockgate_bundle::MESSENGER);
    let route = manifest.route("events").expect("the route");
    assert_eq!(route.level, Level::App);
    let Verify::Hmac(recipe) = &route.verify else { panic!("{route:?}") };
    assert_eq!((recipe.header.as_str(), recipe.credential.as_str()), ("x-hub-signature-256", "app_secret"));
    let rule = manifest.egress.first().expect("a rule");
    assert_eq!(rule.effect, Effect::Send);
    assert!(manifest.egress.iter().skip(1).all(|rule| rule.effect == Effect::Read && rule.methods == ["GET"]));
    assert!(rule.covers(&SettingHosts::new(), "POST", "graph.facebook.com", "/v25.0/1234/messages"));
    assert!(!rule.covers(&SettingHosts::new(), "POST", "graph.facebook.com", "/v25.0/1234/subscribed_apps"));
    assert_eq!(rule.places.first().map(|place| place.credential.as_str()), Some("page_token"));
}
