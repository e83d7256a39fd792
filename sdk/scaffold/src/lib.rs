//! A new plugin's project, as files: what `lockgate plugin new` writes. Pure; it knows no folder and asks nobody.
//!
//! Manifest, cases and README are the same in every language; what differs is a function in the language's own module.

pub mod javascript;
mod manifest;
pub mod python;
pub mod rust;

/// One file of a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Within the project, with `/`.
    pub path: String,
    /// All of it.
    pub text: String,
}

/// What a plugin can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ability {
    /// Says whether a configuration makes sense.
    Connector,
    /// Takes webhooks in.
    Ingress,
    /// Sends answers.
    Sender,
}

impl Ability {
    /// All of them, in the order of a plugin's life.
    pub const ALL: [Self; 3] = [Self::Connector, Self::Ingress, Self::Sender];

    /// As the contract names it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Connector => "connector",
            Self::Ingress => "ingress",
            Self::Sender => "sender",
        }
    }

    /// What it is for, in a few words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Connector => "says whether a configuration makes sense",
            Self::Ingress => "makes events of webhooks",
            Self::Sender => "sends answers",
        }
    }
}

/// What somebody wants.
#[derive(Clone, Debug)]
pub struct Wish {
    /// The plugin's id; see [`id_problem`].
    pub id: String,
    /// In the order of [`Ability::ALL`], each once.
    pub abilities: Vec<Ability>,
    /// Where the SDK is, absolute; none: it comes with the project.
    pub sdk: Option<String>,
}

impl Wish {
    /// The name that people are shown: the id as words.
    #[must_use]
    pub fn title(&self) -> String {
        let words = self.id.replace('-', " ");
        let mut letters = words.chars();
        letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str()).unwrap_or_default()
    }

    fn has(&self, ability: Ability) -> bool {
        self.abilities.contains(&ability)
    }

    /// A template with the names of this plugin in it.
    fn fill(&self, template: &str) -> String {
        template.replace("{{id}}", &self.id).replace("{{name}}", &self.title())
    }

    fn file(&self, path: &str, template: &str) -> File {
        File { path: path.to_owned(), text: self.fill(template) }
    }
}

/// Where an SDK is put within a project. It finds the contract beside it as it does at home.
const VENDOR: &str = "vendor/lockgate";

/// Files of this repository as they come along.
fn vendored(files: &[(&str, &str)]) -> impl Iterator<Item = File> {
    files.iter().map(|(path, text)| File { path: format!("{VENDOR}/{path}"), text: (*text).to_owned() })
}

/// A text within the quotes of TOML and JSON.
fn quoted(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}

/// Why a text cannot be a plugin's id, with what to write instead; none where it can.
#[must_use]
pub fn id_problem(id: &str) -> Option<String> {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if id.len() <= MOST_LETTERS && id.starts_with(|c: char| c.is_ascii_lowercase()) && id.chars().all(allowed) {
        return None;
    }
    let instead = suggestion(id);
    Some(format!(
        "{id:?} cannot be a plugin's id, which begins with a letter and is 1 to {MOST_LETTERS} lower-case letters, digits and hyphens; write for example {instead}"
    ))
}

/// The longest id.
const MOST_LETTERS: usize = 63;

/// The nearest id to what somebody wrote.
fn suggestion(text: &str) -> String {
    let words: Vec<String> = text
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    let joined = words.join("-");
    let id: String = joined.trim_start_matches(|c: char| !c.is_ascii_lowercase()).chars().take(MOST_LETTERS).collect();
    match id.trim_end_matches('-') {
        "" => "my-channel".to_owned(),
        id => id.to_owned(),
    }
}

#[cfg(test)]
mod tests;
