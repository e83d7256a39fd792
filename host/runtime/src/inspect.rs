//! Looks at a plugin's file without compiling or running any of it: what it is, what it asks for, which abilities it has.
//!
//! The file is untrusted. The names of its imports and exports tell the contract it was built for, and only if that is ours is
//! its manifest read. Whether it is valid WebAssembly is found out where it is compiled, away from this process.

use lockgate_model::manifest::{CONTRACT, Manifest, ManifestProblem, SECTION};
use sha2::{Digest as _, Sha256};
use wasmparser::{Encoding, Parser, Payload};

/// Bytes of the largest file that is looked at.
pub const MAX_FILE: usize = 64 << 20;

/// Contracts that a refusal names: a file can claim to be built for thousands.
const MOST_TOLD: usize = 3;

/// What a plugin's file says about itself.
#[derive(Clone, Debug)]
pub struct Inspection {
    /// Read and checked.
    pub manifest: Manifest,
    /// As it stands in the file.
    pub manifest_text: String,
    /// `sha256:` and the hexadecimal digest of the whole file.
    pub digest: String,
    /// Bytes of the file.
    pub size: u64,
    /// The contract that its imports and exports name, `package@version`.
    pub contract: String,
    /// What it exports of the contract.
    pub abilities: Abilities,
}

/// The optional abilities of a plugin, found by looking at its exports. Exports that are not the contract's are ignored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Abilities {
    /// Says whether a configuration makes sense.
    pub connector: bool,
    /// Takes webhooks in.
    pub ingress: bool,
    /// Does afterwards what an event asked for.
    pub background: bool,
    /// Asks the provider what happened.
    pub poller: bool,
    /// Brings the files that messages name.
    pub media_fetcher: bool,
    /// Sends answers.
    pub sender: bool,
    /// Does things to messages and threads that exist.
    pub actions: bool,
    /// Looks things up at the provider.
    pub directory: bool,
}

impl Abilities {
    /// The names of those it has, as in the contract.
    pub fn names(self) -> Vec<&'static str> {
        [
            ("connector", self.connector),
            ("ingress", self.ingress),
            ("background", self.background),
            ("poller", self.poller),
            ("media-fetcher", self.media_fetcher),
            ("sender", self.sender),
            ("actions", self.actions),
            ("directory", self.directory),
        ]
        .into_iter()
        .filter_map(|(name, has)| has.then_some(name))
        .collect()
    }
}

/// Why a file is not installed. `Display` is for an admin or the plugin's author.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InstallRefusal {
    /// Not WebAssembly, damaged, or larger than a plugin may be.
    #[error("this is no WebAssembly component: {0}")]
    NotAComponent(String),
    /// A module of WebAssembly's core, not yet made into a component.
    #[error("this is a core WebAssembly module, not a component; build it with the SDK's build command")]
    CoreModule,
    /// Built for another contract, or for none.
    #[error("built for contract {built_for}, this host speaks {speaks}")]
    Contract {
        /// What the component's names or its manifest say.
        built_for: String,
        /// What this host speaks.
        speaks: String,
    },
    /// There is no manifest in it.
    #[error("the component holds no manifest (custom section {SECTION:?}); build it with the SDK's build command")]
    NoManifest,
    /// Its manifest is not accepted; every problem with its line where there is one.
    #[error("the manifest is not accepted: {}", list(.0))]
    Manifest(Vec<ManifestProblem>),
    /// It exports nothing that the contract knows.
    #[error(
        "the component exports no ability of the contract (connector, ingress, background, poller, media-fetcher, sender, actions, directory)"
    )]
    NoAbility,
    /// It cannot be compiled or linked, or an export has another shape than the contract's.
    #[error("the component does not fit the contract: {0}")]
    Shape(String),
    /// It could not be instantiated within its limits.
    #[error("the component could not be started: {0}")]
    Start(crate::CallFailure),
    /// The host could not compile or keep it; nothing is wrong with the file.
    #[error("the host could not prepare the plugin: {0}")]
    Host(String),
}

fn list(problems: &[ManifestProblem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

/// Reads what a plugin's file says about itself.
///
/// # Errors
///
/// The reason why it could not be installed. Only names and the manifest are read, nothing is compiled or validated: a file that
/// passes here may still be refused by [`crate::Runtime::install`].
pub fn inspect(bytes: &[u8]) -> Result<Inspection, InstallRefusal> {
    if bytes.len() > MAX_FILE {
        return Err(InstallRefusal::NotAComponent(format!(
            "it has {} bytes, at most {MAX_FILE} are taken",
            bytes.len()
        )));
    }
    let found = Found::read(bytes)?;
    let contract = found.contract()?;
    let text = match found.manifests.as_slice() {
        [] => return Err(InstallRefusal::NoManifest),
        [one] => std::str::from_utf8(one)
            .map_err(|error| problem(format!("it is not UTF-8 after byte {}", error.valid_up_to())))?
            .to_owned(),
        _ => return Err(problem(format!("the component holds {} of them", found.manifests.len()))),
    };
    let manifest = Manifest::parse(&text).map_err(InstallRefusal::Manifest)?;
    if manifest.plugin.contract != CONTRACT {
        return Err(InstallRefusal::Contract { built_for: manifest.plugin.contract, speaks: CONTRACT.into() });
    }
    let abilities = found.abilities();
    if abilities == Abilities::default() {
        return Err(InstallRefusal::NoAbility);
    }
    if !abilities.actions {
        let unable = manifest.capabilities.without_actions(&text);
        if !unable.is_empty() {
            return Err(InstallRefusal::Manifest(unable));
        }
    }
    let polling = manifest.polling_unmet(&text, abilities.poller);
    if !polling.is_empty() {
        return Err(InstallRefusal::Manifest(polling));
    }
    Ok(Inspection {
        manifest,
        manifest_text: text,
        digest: digest_of(bytes),
        size: bytes.len() as u64,
        contract,
        abilities,
    })
}

/// How a plugin's file is known: `sha256:` and its digest.
pub(crate) fn digest_of(bytes: &[u8]) -> String {
    format!("sha256:{}", hex::encode(Sha256::digest(bytes)))
}

fn problem(words: String) -> InstallRefusal {
    InstallRefusal::Manifest(vec![ManifestProblem { line: None, column: None, words }])
}

/// What stands at the top level of a component.
#[derive(Default)]
struct Found<'a> {
    names: Vec<&'a str>,
    exports: Vec<&'a str>,
    manifests: Vec<&'a [u8]>,
}

impl<'a> Found<'a> {
    fn read(bytes: &'a [u8]) -> Result<Self, InstallRefusal> {
        let broken = |error: wasmparser::BinaryReaderError| {
            InstallRefusal::NotAComponent(format!("{} (at byte {})", error.message(), error.offset()))
        };
        let mut found = Self::default();
        let mut depth = 0_usize;
        for payload in Parser::new(0).parse_all(bytes) {
            let payload = payload.map_err(broken)?;
            if let Payload::Version { encoding: Encoding::Module, .. } = payload
                && depth == 0
            {
                return Err(InstallRefusal::CoreModule);
            }
            match &payload {
                Payload::Version { .. } => depth += 1,
                Payload::End(_) => depth = depth.saturating_sub(1),
                Payload::ComponentImportSection(section) if depth == 1 => {
                    for import in section.clone() {
                        found.names.push(import.map_err(broken)?.name.name);
                    }
                }
                Payload::ComponentExportSection(section) if depth == 1 => {
                    for export in section.clone() {
                        let name = export.map_err(broken)?.name.name;
                        found.names.push(name);
                        found.exports.push(name);
                    }
                }
                Payload::CustomSection(section) if depth == 1 && section.name() == SECTION => {
                    found.manifests.push(section.data());
                }
                _ => {}
            }
        }
        Ok(found)
    }

    /// The one contract that all names of ours agree on.
    fn contract(&self) -> Result<String, InstallRefusal> {
        let (package, _) = CONTRACT.split_once('@').unwrap_or((CONTRACT, ""));
        let mut versions: Vec<&str> = self
            .names
            .iter()
            .filter_map(|name| {
                name.strip_prefix(package)?.strip_prefix('/')?.split_once('@').map(|(_, version)| version)
            })
            .collect();
        versions.sort_unstable();
        versions.dedup();
        let spoken: Vec<String> = versions.iter().map(|version| format!("{package}@{version}")).collect();
        match spoken.as_slice() {
            [one] if one == CONTRACT => Ok(one.clone()),
            [] => Err(InstallRefusal::Contract { built_for: "none".into(), speaks: CONTRACT.into() }),
            several => {
                let told = several.iter().take(MOST_TOLD).map(|version| version.chars().take(100).collect::<String>());
                let more = if several.len() > MOST_TOLD { " and others" } else { "" };
                let built_for = told.collect::<Vec<_>>().join(" and ") + more;
                Err(InstallRefusal::Contract { built_for, speaks: CONTRACT.into() })
            }
        }
    }

    fn abilities(&self) -> Abilities {
        let exported = |ability: &str| self.exports.contains(&interface(ability).as_str());
        Abilities {
            connector: exported("connector"),
            ingress: exported("ingress"),
            background: exported("background"),
            poller: exported("poller"),
            media_fetcher: exported("media-fetcher"),
            sender: exported("sender"),
            actions: exported("actions"),
            directory: exported("directory"),
        }
    }
}

/// The full name of an interface of the contract.
pub(crate) fn interface(name: &str) -> String {
    let (package, version) = CONTRACT.split_once('@').unwrap_or((CONTRACT, ""));
    format!("{package}/{name}@{version}")
}

#[cfg(test)]
mod fuzz;
