//! Forms: what is filled in, kept and refused.

use serde_json::json;

use super::*;

const MANIFEST: &str = r#"
    [plugin]
    id = "pigeon"
    name = "Pigeon post"
    version = "1.0.0"
    contract = "lockgate:channel@0.1.0-dev.1"
    description = "Carries notes."

    [[setting]]
    key = "version"
    level = "app"
    label = "Version"
    default = "v1.0"
    pattern = 'v[0-9]+\.[0-9]+'

    [[setting]]
    key = "loft"
    level = "app"
    label = "Loft"
    required = true

    [[setting]]
    key = "birds"
    level = "app"
    label = "Birds"
    kind = "number"

    [[setting]]
    key = "names"
    level = "app"
    label = "Names"
    kind = "texts"

    [[credential]]
    name = "seal"
    level = "app"
    label = "Wax seal"
    use = ["verify"]
    required = true
"#;

fn form(settings: Value, secrets: Value, kept: &[CredentialInfo]) -> Result<Filled, Vec<FieldError>> {
    let manifest = Manifest::parse(MANIFEST).unwrap();
    let settings = serde_json::from_value(settings).unwrap();
    let secrets = serde_json::from_value(secrets).unwrap();
    fill(&manifest, Level::App, &settings, secrets, kept)
}

fn pointers(outcome: Result<Filled, Vec<FieldError>>) -> Vec<String> {
    outcome.err().unwrap_or_default().into_iter().map(|error| error.pointer).collect()
}

fn kept() -> Vec<CredentialInfo> {
    vec![CredentialInfo { name: "seal".into(), set_at: 5, generation: 1, expires: None }]
}

#[test]
fn a_complete_form_takes_defaults() {
    let filled = form(json!({"loft": " north "}), json!({"seal": "wax"}), &[]).unwrap();
    assert_eq!(filled.settings["version"], SettingValue::Text("v1.0".into()));
    assert_eq!(filled.settings["loft"], SettingValue::Text("north".into()));
    assert_eq!(filled.secrets["seal"].expose(), b"wax");
}

#[test]
fn every_wrong_field_is_named_at_once() {
    let wrong = form(
        json!({"version": "latest", "birds": "many", "names": [1], "colour": "blue"}),
        json!({"seal": "", "key": "x"}),
        &[],
    );
    let mut wrong = pointers(wrong);
    wrong.sort();
    assert_eq!(
        wrong,
        [
            "/secrets/key",
            "/secrets/seal",
            "/settings/birds",
            "/settings/colour",
            "/settings/loft",
            "/settings/names",
            "/settings/version"
        ]
    );
}

#[test]
fn a_pattern_holds_for_the_whole_text() {
    for bad in ["v1.0 ; v2", "xv1.0", "v1.0/../x"] {
        assert_eq!(
            pointers(form(json!({"loft": "n", "version": bad}), json!({"seal": "x"}), &[])),
            ["/settings/version"],
            "{bad}"
        );
    }
}

#[test]
fn a_mask_never_overwrites_and_never_counts_as_a_value() {
    let mask = json!({"seal": {"set": true, "since": "2026-01-31T09:30:00.000Z"}});
    let filled = form(json!({"loft": "n"}), mask.clone(), &kept()).unwrap();
    assert!(filled.secrets.is_empty());
    assert_eq!(pointers(form(json!({"loft": "n"}), mask, &[])), ["/secrets/seal"]);
}

#[test]
fn a_secret_that_cannot_stand_in_a_header_is_refused_without_repeating_it() {
    let errors = form(json!({"loft": "n"}), json!({"seal": "hunter2\n"}), &[]).err().unwrap();
    assert!(errors.iter().all(|error| !error.detail.contains("hunter2")), "{errors:?}");
    assert!(serde_json::from_value::<SecretsBody>(json!({"seal": 5})).is_err());
}

#[test]
fn what_is_kept_is_shown_as_a_mask() {
    let manifest = Manifest::parse(MANIFEST).unwrap();
    let shown = serde_json::to_value(masks(Some(&manifest), Level::App, &kept())).unwrap();
    assert_eq!(shown, json!({"seal": {"set": true, "since": "1970-01-01T00:00:00.005Z"}}));
    let shown = serde_json::to_value(masks(Some(&manifest), Level::App, &[])).unwrap();
    assert_eq!(shown, json!({"seal": {"set": false, "since": null}}));
}
