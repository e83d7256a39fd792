//! `lockgate plugin new`

use std::fs;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use lockgate_scaffold::{Ability, File, Wish, id_problem};

use super::language::{self, LANGUAGES, Language};
use crate::cli::client::{CliError, print};
use crate::cli::fields::ask;

/// What to make.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  lockgate plugin new pigeon                                asks for what is left open\n  lockgate plugin new pigeon --abilities connector,ingress  receives only\n  lockgate plugin new pigeon --dir work/pigeon --sdk ~/lockgate\n\nThen, in the new folder: lockgate plugin build"
)]
pub(crate) struct NewArgs {
    /// The plugin's id: lower-case letters, digits and hyphens
    name: Option<String>,
    /// The language to write it in (rust, javascript, python) [default: rust]
    #[arg(long, value_name = "NAME")]
    language: Option<String>,
    /// What it can do, separated by commas: connector (checks a configuration), ingress (receives), sender (sends) [default: all]
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    abilities: Vec<String>,
    /// The folder to make it in [default: one called as the plugin]
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// Take the SDK from here, a checkout of Lockgate or the SDK's folder in it, instead of a copy of this version's
    #[arg(long, value_name = "PATH")]
    sdk: Option<PathBuf>,
}

pub(super) fn run(args: NewArgs) -> Result<(), CliError> {
    let id = match args.name {
        Some(name) => name,
        None if asks() => ask("What is the plugin called? ")?,
        None => return Err(CliError::Usage("name the plugin: lockgate plugin new NAME".into())),
    };
    if let Some(problem) = id_problem(&id) {
        return Err(CliError::Usage(problem));
    }
    let folder = args.dir.unwrap_or_else(|| PathBuf::from(&id));
    free(&folder)?;
    let language = choose_language(args.language)?;
    let abilities = choose_abilities(args.abilities)?;
    let sdk = args.sdk.map(|path| sdk(language, &path)).transpose()?;
    let files = (language.project)(&Wish { id: id.clone(), abilities: abilities.clone(), sdk });
    write(&folder, &files)?;

    let names: Vec<&str> = abilities.iter().map(|ability| ability.name()).collect();
    print(format_args!("Made {}: a plugin in {} with {}.\n", folder.display(), language.title, names.join(", ")));
    for (path, words) in [
        ("channel.toml", "what it is and what it asks for"),
        ("src", "the code"),
        ("plugin", "the code"),
        ("cases", "what it is to do, as data"),
        ("README.md", "the way from here to a message in the inbox"),
    ] {
        if files.iter().any(|file| file.path.split('/').next() == Some(path)) {
            print(format_args!("  {path:<14}{words}"));
        }
    }
    let mut next = vec![format!("cd {}", folder.display())];
    next.extend(language.first.map(str::to_owned));
    next.extend(["lockgate plugin build".into(), "lockgate plugin test".into()]);
    next.push(
        "lockgate serve --data-dir ./data --admin-token-file admin-token    # a host, in a second terminal".into(),
    );
    next.push(format!("LOCKGATE_TOKEN_FILE=admin-token lockgate plugin install dist/{id}.wasm"));
    print(format_args!("\nNext:\n  {}", next.join("\n  ")));
    Ok(())
}

/// Whether there is somebody to ask.
fn asks() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Makes sure that nothing is in the way: a folder that is not there, or one with nothing in it.
fn free(folder: &Path) -> Result<(), CliError> {
    let taken = |what: &str| {
        Err(CliError::Usage(format!(
            "{} {what}, and nothing is written over: name another folder with --dir",
            folder.display()
        )))
    };
    match fs::read_dir(folder).map(Iterator::count) {
        Ok(0) => Ok(()),
        Ok(_) => taken("is there already and is not empty"),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => taken("is a file or lies below one"),
        Err(source) => Err(CliError::Io { what: folder.display().to_string(), source }),
    }
}

fn choose_language(given: Option<String>) -> Result<&'static Language, CliError> {
    let names = LANGUAGES.map(|language| language.name).join(", ");
    let [first, ..] = LANGUAGES;
    let given = match given {
        Some(given) => given,
        None if LANGUAGES.len() > 1 && asks() => ask(&format!("In which language ({names})? [{}] ", first.name))?,
        None => String::new(),
    };
    if given.is_empty() {
        return Ok(first);
    }
    language::named(&given).ok_or_else(|| {
        CliError::Usage(format!("{given:?} is no language that plugins are made in here; there is {names}"))
    })
}

fn choose_abilities(mut given: Vec<String>) -> Result<Vec<Ability>, CliError> {
    if given.is_empty() && asks() {
        for ability in Ability::ALL {
            eprintln!("  {:<11}{}", ability.name(), ability.words());
        }
        let answer = ask("Which of these, separated by commas? [all] ")?;
        given = answer.split(',').map(str::to_owned).collect();
    }
    let given: Vec<&str> = given.iter().map(|name| name.trim()).filter(|name| !name.is_empty()).collect();
    if given.is_empty() || given == ["all"] {
        return Ok(Ability::ALL.to_vec());
    }
    if let Some(unknown) = given.iter().find(|name| Ability::ALL.iter().all(|ability| ability.name() != **name)) {
        let known = Ability::ALL.map(Ability::name).join(", ");
        return Err(CliError::Usage(format!(
            "{unknown:?} is no ability that a project can begin with; there are {known}. Others are added by hand, as the guide of each says"
        )));
    }
    Ok(Ability::ALL.into_iter().filter(|ability| given.contains(&ability.name())).collect())
}

/// The SDK's folder as an absolute path, so that it is found from wherever the project is.
fn sdk(language: &Language, path: &Path) -> Result<String, CliError> {
    let found = (language.sdk)(path).and_then(|folder| fs::canonicalize(folder).ok());
    let text = found.as_deref().and_then(Path::to_str).map(str::to_owned);
    text.ok_or_else(|| {
        CliError::Usage(format!(
            "there is no SDK for {} at {}: name a checkout of Lockgate, or leave --sdk out for the copy that comes along",
            language.title,
            path.display()
        ))
    })
}

fn write(folder: &Path, files: &[File]) -> Result<(), CliError> {
    for file in files {
        let path = folder.join(&file.path);
        let written = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| {
            // Not over anything, also where somebody else writes there at the same time.
            let mut new = fs::File::options().write(true).create_new(true).open(&path)?;
            new.write_all(file.text.as_bytes())
        });
        written.map_err(|source| CliError::Io { what: path.display().to_string(), source })?;
    }
    Ok(())
}
