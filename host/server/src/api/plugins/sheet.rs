//! The permission sheet: what a plugin asks for, in words that an admin can decide on. Made from the manifest alone, which is
//! also what is enforced.

mod acting;
mod answers;
mod keeping;
mod verification;

use lockgate_model::manifest::{
    CapturePointer, CredentialField, CredentialUse, Derived, DerivedValue, Effect, EgressRule, JoinPart, Level,
    Manifest, Place, PlaceKind, Polling, Route, SettingField, Verify,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a plugin asks for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub(crate) struct PermissionSheet {
    /// Each host it wants to call. Name these to grant them; what is not granted is denied while it runs.
    pub(crate) egress: Vec<Permission>,
    /// Where providers call it.
    pub(crate) hooks: Vec<HookSheet>,
    /// What an admin is asked to fill in.
    pub(crate) settings: Vec<SettingSheet>,
    /// Which secrets the vault keeps for it. It never sees one.
    pub(crate) credentials: Vec<CredentialSheet>,
    /// What it can do about messages and conversations that exist, one sentence each.
    #[serde(default)]
    pub(crate) actions: Vec<String>,
    /// How often it asks its provider what happened, in one sentence; none where it does not.
    #[serde(default)]
    pub(crate) polling: Option<String>,
    /// Files that it keeps, and limits of a call that differ from the host's defaults, one sentence each.
    pub(crate) limits: Vec<String>,
    /// The whole sheet in a few sentences.
    pub(crate) lines: Vec<String>,
}

/// Some methods and paths of one host.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub(crate) struct Permission {
    /// Hand it in as `grant` to grant it.
    pub(crate) name: String,
    /// The host, always https; `{settings.…}` where it is filled in as a setting, and confirmed for each app or channel.
    pub(crate) host: String,
    /// HTTP methods.
    pub(crate) methods: Vec<String>,
    /// Paths; `*` stands for exactly one segment, `{…}` for a secret that the host writes there.
    pub(crate) paths: Vec<String>,
    /// `read`: changes nothing. `prepare`: an upload, say. `send`: may put something before a contact.
    pub(crate) effect: String,
    /// Which secret the host writes where, one sentence each.
    pub(crate) credentials: Vec<String>,
    /// All of it in one sentence.
    pub(crate) words: String,
}

/// One address that providers call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub(crate) struct HookSheet {
    /// The last part of the address.
    pub(crate) name: String,
    /// `app`: one address for all its channels. `channel`: one for each.
    pub(crate) level: String,
    /// HTTP methods.
    pub(crate) methods: Vec<String>,
    /// Whether somebody vouches for what comes here.
    pub(crate) verified: bool,
    /// The name of the secret to enter beside the address, where the provider tries it with one.
    pub(crate) handshake_secret: Option<String>,
    /// How it is verified, or that nobody vouches for it.
    pub(crate) words: String,
}

/// One field to fill in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub(crate) struct SettingSheet {
    /// How it is named in requests.
    pub(crate) key: String,
    /// `app` or `channel`.
    pub(crate) level: String,
    /// As people are shown it.
    pub(crate) label: String,
    /// `text`, `number`, `boolean` or `texts`.
    pub(crate) kind: String,
    /// Whether it must be filled.
    pub(crate) required: bool,
    /// Taken where nothing is filled in.
    pub(crate) default: Option<String>,
    /// A regular expression that the whole of a text must match.
    pub(crate) pattern: Option<String>,
    /// One sentence beside the field.
    pub(crate) help: Option<String>,
}

/// One secret that the vault keeps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub(crate) struct CredentialSheet {
    /// How it is named in requests.
    pub(crate) name: String,
    /// `app` or `channel`.
    pub(crate) level: String,
    /// As people are shown it.
    pub(crate) label: String,
    /// Whether it must be filled.
    pub(crate) required: bool,
    /// What the host uses it for.
    pub(crate) words: String,
    /// One sentence beside the field.
    pub(crate) help: Option<String>,
}

/// The sheet of a manifest.
pub(crate) fn sheet(manifest: &Manifest) -> PermissionSheet {
    let egress: Vec<Permission> = manifest.egress.iter().map(|rule| permission(rule, manifest)).collect();
    let hooks: Vec<HookSheet> = manifest.routes.iter().map(|route| hook(route, manifest)).collect();
    let limits: Vec<String> = keeping::words(manifest).into_iter().chain(limits(manifest)).collect();
    let mut lines: Vec<String> = egress.iter().map(|permission| permission.words.clone()).collect();
    if egress.is_empty() {
        lines.push("It calls nobody.".into());
    }
    lines.extend(hooks.iter().map(|hook| hook.words.clone()));
    let actions = acting::words(&manifest.capabilities);
    let polling = manifest.polling.as_ref().map(polling_words);
    lines.extend(polling.iter().chain(&actions).chain(&limits).cloned());
    if manifest.capabilities.templates {
        let when = manifest.window.as_ref().is_some_and(|window| window.templates);
        let when = if when { ", also long after the contact wrote last" } else { "" };
        lines.push(format!("It sends templates that its provider approved{when}."));
    }
    lines.push(keeping::nothing_else(manifest));
    PermissionSheet {
        egress,
        hooks,
        settings: manifest.settings.iter().map(setting).collect(),
        credentials: manifest.credentials.iter().map(credential).collect(),
        actions,
        polling,
        limits,
        lines,
    }
}

fn polling_words(polling: &Polling) -> String {
    let whose = match polling.level {
        Level::App => "each app",
        Level::Channel => "each channel",
    };
    format!("It asks its provider every {} seconds what happened, for {whose}.", polling.interval_seconds)
}

fn permission(rule: &EgressRule, manifest: &Manifest) -> Permission {
    let (effect, does) = match rule.effect {
        Effect::Read => ("read", "reads from"),
        Effect::Prepare => ("prepare", "prepares messages (uploads) at"),
        Effect::Send => ("send", "sends messages through"),
    };
    let host = rule.host.as_str().to_owned();
    let paths: Vec<String> = rule.paths.iter().map(|path| path.as_str().to_owned()).collect();
    let credentials: Vec<String> = rule.places.iter().map(|place| place_words(place, manifest)).collect();
    let everything_below = if host.starts_with("*.") { " (every name below it)" } else { "" };
    let with = if credentials.is_empty() {
        "; no secret goes there".to_owned()
    } else {
        format!("; {}", credentials.join("; "))
    };
    let kept = kept_words(rule);
    let whom = match rule.host.setting() {
        Some(key) => {
            let label = manifest.settings.iter().find(|field| field.key == key).map_or(key, |field| &field.label);
            format!("the host that is filled in as \"{label}\" ({key}), once you confirm it")
        }
        None => format!("{host}{everything_below}"),
    };
    let words = format!("It {does} {whom}: {} {}{with}{kept}.", rule.methods.join(", "), paths.join(", "));
    Permission {
        name: rule.name.clone(),
        host,
        methods: rule.methods.clone(),
        paths,
        effect: effect.into(),
        credentials,
        words,
    }
}

fn kept_words(rule: &EgressRule) -> String {
    let pointers: Vec<&str> = rule.capture.iter().map(CapturePointer::as_str).collect();
    if pointers.is_empty() {
        return String::new();
    }
    format!(
        "; the host keeps what it answers at {} as a secret, and the plugin sees a handle only",
        pointers.join(", ")
    )
}

fn place_words(place: &Place, manifest: &Manifest) -> String {
    let what = match manifest.derived(&place.credential) {
        Some(derived) => derived_words(derived, manifest),
        None => label(&place.credential, manifest),
    };
    let into = match place.kind() {
        Some(PlaceKind::Header(header)) if place.prefix.is_empty() => format!("into the header {header}"),
        Some(PlaceKind::Header(header)) => format!("into the header {header}, after \"{}\"", place.prefix),
        Some(PlaceKind::Query(key)) => format!("into the query parameter {key}"),
        Some(PlaceKind::Path) => format!("into the path, where it shows {{{}}}", place.credential),
        Some(PlaceKind::Form(key)) => format!("into the form field {key}"),
        Some(PlaceKind::Json(pointer)) => format!("into the JSON field {pointer}"),
        None => "nowhere".to_owned(),
    };
    format!("the host writes {what} {into}")
}

fn derived_words(derived: &Derived, manifest: &Manifest) -> String {
    match &derived.value {
        DerivedValue::Join(parts) => {
            let parts: Vec<String> = parts
                .iter()
                .map(|part| match part {
                    JoinPart::Literal(text) => format!("{text:?}"),
                    JoinPart::Setting(key) => format!("the setting {key}"),
                    JoinPart::Credential(name) => label(name, manifest),
                })
                .collect();
            format!("{} joined to one", parts.join(" and "))
        }
        DerivedValue::HmacSha256(hash) => format!(
            "the HMAC SHA-256 of {} keyed with {}",
            label(&hash.credential, manifest),
            label(&hash.key, manifest)
        ),
    }
}

fn label(credential: &str, manifest: &Manifest) -> String {
    manifest
        .credential(credential)
        .map_or_else(|| credential.to_owned(), |field| format!("\"{}\" ({credential})", field.label))
}

fn hook(route: &Route, manifest: &Manifest) -> HookSheet {
    let whose = match route.level {
        Level::App => "each app",
        Level::Channel => "each channel",
    };
    let methods = route.methods.join(", ");
    let how = verification::words(&route.verify, manifest);
    let handshake = route.challenge.as_ref().map_or(String::new(), |challenge| {
        let with = verification::handshake(challenge, manifest);
        format!("; the provider's handshake ({}) is answered with {with}", challenge.method)
    });
    HookSheet {
        name: route.name.clone(),
        level: route.level.as_str().into(),
        methods: route.methods.clone(),
        verified: route.verify != Verify::None,
        handshake_secret: route.challenge.as_ref().and_then(|challenge| challenge.credential.clone()),
        words: format!(
            "Providers call {whose} at /hooks/…/{} ({methods}): {how}{handshake}{}{}.",
            route.name,
            answers::own(route, manifest),
            answers::cors(route, manifest)
        ),
    }
}

fn setting(field: &SettingField) -> SettingSheet {
    SettingSheet {
        key: field.key.clone(),
        level: field.level.as_str().into(),
        label: field.label.clone(),
        kind: super::super::settings::kind_name(field.kind).into(),
        required: field.required && field.default.is_none(),
        default: field.default.clone(),
        pattern: field.pattern.clone(),
        help: field.help.clone(),
    }
}

fn credential(field: &CredentialField) -> CredentialSheet {
    let uses: Vec<&str> = field
        .uses
        .iter()
        .map(|usage| match usage {
            CredentialUse::Verify => "checks what comes in",
            CredentialUse::Egress => "is written into requests at the places named above",
            CredentialUse::Derive => "is part of what the host makes for such places",
        })
        .collect();
    CredentialSheet {
        name: field.name.clone(),
        level: field.level.as_str().into(),
        label: field.label.clone(),
        required: field.required,
        words: if uses.is_empty() { "is kept and used for nothing".into() } else { uses.join(" and ") },
        help: field.help.clone(),
    }
}

fn limits(manifest: &Manifest) -> Vec<String> {
    let asked = &manifest.limits;
    let mut words = Vec::new();
    let mut note = |asked: Option<u32>, what: &str, unit: &str| {
        if let Some(asked) = asked {
            words.push(format!("It asks for {asked} {unit} of {what} in each call."));
        }
    };
    note(asked.memory_mib, "memory", "MiB");
    note(asked.cpu_ms, "CPU time", "ms");
    note(asked.wall_ms, "time", "ms");
    note(asked.output_kib, "output", "KiB");
    note(asked.log_kib, "log", "KiB");
    note(asked.state_kib, "state to write", "KiB");
    note(asked.requests, "calls to providers", "outgoing requests");
    if let Some(asked) = asked.requests_per_minute {
        words.push(format!("It asks for {asked} outgoing requests a minute for each channel."));
    }
    if let Some(calls) = asked.calls {
        words.push(format!("It asks for {calls} calls of one channel at once."));
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = r#"
        [plugin]
        id = "pigeon"
        name = "Pigeon post"
        version = "1.0.0"
        contract = "lockgate:channel@0.1.0-dev.1"
        description = "Carries notes."

        [[credential]]
        name = "ring"
        level = "channel"
        label = "Ring number"
        use = ["egress"]
        required = true

        [[credential]]
        name = "seal"
        level = "app"
        label = "Wax seal"
        use = ["verify"]
        required = true

        [[route]]
        name = "landed"
        level = "app"
        methods = ["POST"]
        [route.verify.hmac]
        header = "x-seal"
        digest = "sha256"
        credential = "seal"

        [[route]]
        name = "guestbook"
        level = "channel"
        methods = ["POST"]
        verify = "none"

        [[egress]]
        name = "fly"
        host = "loft.example.org"
        methods = ["POST"]
        paths = ["/*/notes"]
        effect = "send"
        [[egress.place]]
        credential = "ring"
        header = "authorization"
        prefix = "Bearer "

        [limits]
        memory_mib = 96
    "#;

    #[test]
    fn the_sheet_says_who_is_called_with_which_secret_and_who_vouches() {
        let sheet = sheet(&Manifest::parse(MANIFEST).unwrap());
        assert_eq!(
            sheet.lines,
            [
                "It sends messages through loft.example.org: POST /*/notes; the host writes \"Ring number\" (ring) into the header authorization, after \"Bearer \".",
                "Providers call each app at /hooks/…/landed (POST): only what is signed with \"Wax seal\" (seal) is let in (HMAC SHA-256 over the body, hexadecimal, in x-seal).",
                "Providers call each channel at /hooks/…/guestbook (POST): nobody vouches for what comes there: whoever knows the address can write.",
                "It asks for 96 MiB of memory in each call.",
                "It reads no files, opens no other connection, and never sees a secret.",
            ]
        );
        assert_eq!(sheet.egress[0].name, "fly");
        assert_eq!(sheet.hooks.iter().map(|hook| hook.verified).collect::<Vec<_>>(), [true, false]);
    }

    #[test]
    fn the_sheet_says_which_answers_are_kept() {
        let capture = "effect = \"send\"\n        capture = [\"/data/*/access_token\", \"/token\"]";
        let text = MANIFEST.replacen("effect = \"send\"", capture, 1);
        let sheet = sheet(&Manifest::parse(&text).unwrap());
        let kept = "; the host keeps what it answers at /data/*/access_token, /token as a secret, and the plugin sees a handle only.";
        assert!(sheet.egress[0].words.ends_with(kept), "{}", sheet.egress[0].words);
    }

    #[test]
    fn the_sheet_says_that_a_host_is_filled_in_and_confirmed() {
        let setting = "[[setting]]\nkey = \"loft\"\nlevel = \"channel\"\nlabel = \"Your loft\"\nrequired = true\n";
        let text = MANIFEST.replacen("loft.example.org", "{settings.loft}", 1) + "\n" + setting;
        let sheet = sheet(&Manifest::parse(&text).unwrap());
        let whom =
            "It sends messages through the host that is filled in as \"Your loft\" (loft), once you confirm it: POST";
        assert!(sheet.egress[0].words.starts_with(whom), "{}", sheet.egress[0].words);
        assert_eq!(sheet.egress[0].host, "{settings.loft}");
    }

    #[test]
    fn the_sheet_says_what_a_plugin_may_answer_beyond_plain_data() {
        let own = r#"verify = "none"
        own_answer = { headers = ["etag"], content_types = ["text/html"], redirect = "thanks" }

        [[setting]]
        key = "thanks"
        level = "channel"
        label = "Thank-you page"
        "#;
        let sheet = sheet(&Manifest::parse(&MANIFEST.replacen("verify = \"none\"", own, 1)).unwrap());
        let words = &sheet.hooks[1].words;
        assert!(
            words.ends_with("; it may answer with text/html and with the headers etag and by sending who calls on to the site that is filled in as \"Thank-you page\"."),
            "{words}"
        );
    }

    #[test]
    fn the_sheet_says_whose_scripts_may_call() {
        let cors = r#"verify = "none"
        cors = { origins = "sites" }

        [[setting]]
        key = "sites"
        level = "channel"
        label = "Your sites"
        kind = "texts"
        "#;
        let sheet = sheet(&Manifest::parse(&MANIFEST.replacen("verify = \"none\"", cors, 1)).unwrap());
        let words = "; scripts of the sites that are filled in as \"Your sites\" may call it too.";
        assert!(sheet.hooks[1].words.ends_with(words), "{}", sheet.hooks[1].words);
    }

    #[test]
    fn the_sheet_names_every_kind_of_place_and_what_is_derived() {
        let text = MANIFEST.replacen(r#"paths = ["/*/notes"]"#, r#"paths = ["/loft{ring}/notes"]"#, 1).replacen(
            "[[egress.place]]\n        credential = \"ring\"\n        header = \"authorization\"\n        prefix = \"Bearer \"",
            r#"place = [
              { credential = "ring", path = true },
              { credential = "ring", form = "ring" },
              { credential = "pair", form = "pair" },
              { credential = "proof", query = "proof" },
            ]

            [[setting]]
            key = "loft"
            level = "app"
            label = "Loft"

            [[derived]]
            name = "pair"
            value = { join = [{ setting = "loft" }, { literal = "|" }, { credential = "seal" }] }

            [[derived]]
            name = "proof"
            value = { hmac-sha256 = { key = "seal", credential = "seal" } }
            "#,
            1,
        );
        let text = text.replacen(r#"use = ["verify"]"#, r#"use = ["verify", "derive"]"#, 1);
        let sheet = sheet(&Manifest::parse(&text).unwrap());
        assert_eq!(
            sheet.egress[0].credentials,
            [
                "the host writes \"Ring number\" (ring) into the path, where it shows {ring}",
                "the host writes \"Ring number\" (ring) into the form field ring",
                "the host writes the setting loft and \"|\" and \"Wax seal\" (seal) joined to one into the form field pair",
                "the host writes the HMAC SHA-256 of \"Wax seal\" (seal) keyed with \"Wax seal\" (seal) into the query parameter proof",
            ]
        );
        assert_eq!(
            sheet.credentials[1].words,
            "checks what comes in and is part of what the host makes for such places"
        );
    }
}
