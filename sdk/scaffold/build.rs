//! Packs what a project needs of this repository: the SDKs with the contract, as folders that build anywhere, and the versions of
//! crates that the Rust one was tested with.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use toml::{Table, Value};

/// What a project in Rust names itself, beside the SDK.
const DEPENDENCIES: [&str; 2] = ["serde", "serde_json"];

fn main() -> ExitCode {
    match pack() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("cargo::error={error}");
            ExitCode::FAILURE
        }
    }
}

fn pack() -> Result<(), Box<dyn Error>> {
    let root = fs::canonicalize(Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."))?;
    let out = PathBuf::from(std::env::var_os("OUT_DIR").ok_or("OUT_DIR is not set")?);

    let workspace = read(&root.join("Cargo.toml"))?;
    let sdk = alone(read(&root.join("sdk/rust/Cargo.toml"))?, &workspace)?;
    fs::write(out.join("sdk.toml"), toml::to_string(&sdk)?)?;
    fs::write(out.join("sdk.lock"), locked(&sdk, &read(&root.join("Cargo.lock"))?)?)?;

    // The Rust SDK has the contract by a link, which cargo does not follow.
    println!("cargo::rerun-if-changed={}", root.join("wit").display());
    for (list, within) in [
        ("rust_files.rs", &["sdk/rust"][..]),
        (
            "javascript_files.rs",
            &[
                "sdk/js/package.json",
                "sdk/js/package-lock.json",
                "sdk/js/tsconfig.json",
                "sdk/js/build",
                "sdk/js/scripts",
                "sdk/js/src",
                "wit",
            ],
        ),
        ("python_files.rs", &["sdk/python/src/lockgate_sdk"]),
    ] {
        let mut files = Vec::new();
        for path in within {
            println!("cargo::rerun-if-changed={}", root.join(path).display());
            collect(&root.join(path), &mut files)?;
        }
        files.sort();
        let mut written = String::from("&[\n");
        for file in files {
            let name = file.strip_prefix(&root)?.to_str().ok_or("a file's name is no text")?.replace('\\', "/");
            writeln!(written, "    ({name:?}, include_str!({:?})),", file.display().to_string())?;
        }
        written.push(']');
        fs::write(out.join(list), written)?;
    }
    Ok(())
}

fn read(path: &Path) -> Result<Table, Box<dyn Error>> {
    println!("cargo::rerun-if-changed={}", path.display());
    Ok(fs::read_to_string(path)?.parse()?)
}

/// What is no source of an SDK, or is written out anew.
const LEFT_OUT: [&str; 4] = ["__pycache__", "tests", "target", "Cargo.toml"];

/// A file, or all files of a folder that somebody needs who builds with it.
fn collect(path: &Path, files: &mut Vec<PathBuf>) -> Result<(), Box<dyn Error>> {
    if !path.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    for entry in fs::read_dir(path)? {
        let path = entry?.path();
        if !LEFT_OUT.iter().any(|name| path.ends_with(name)) {
            collect(&path, files)?;
        }
    }
    Ok(())
}

/// A package's manifest without its workspace: what it inherits is written out, and what only its tests need is left out.
fn alone(mut manifest: Table, workspace: &Table) -> Result<Table, Box<dyn Error>> {
    let shared = workspace.get("workspace").and_then(Value::as_table).ok_or("there is no workspace")?;
    manifest.remove("lints");
    manifest.remove("dev-dependencies");
    for (section, from) in [("package", "package"), ("dependencies", "dependencies")] {
        let from = shared.get(from).and_then(Value::as_table);
        let Some(entries) = manifest.get_mut(section).and_then(Value::as_table_mut) else { continue };
        for (name, value) in entries.iter_mut() {
            let Some(own) = value.as_table().filter(|own| own.get("workspace") == Some(&Value::Boolean(true))) else {
                continue;
            };
            let inherited = from.and_then(|from| from.get(name)).ok_or_else(|| format!("nobody says {name}"))?;
            let mut own = own.clone();
            own.remove("workspace");
            *value = match inherited {
                _ if own.is_empty() => inherited.clone(),
                Value::Table(inherited) => Value::Table(inherited.clone().into_iter().chain(own).collect()),
                version => Value::Table(std::iter::once(("version".to_owned(), version.clone())).chain(own).collect()),
            };
        }
    }
    Ok(manifest)
}

/// The part of our own lock file that a project needs, with the SDK and without the project's own package. Where several versions
/// of a crate are locked, a dependency says which is meant (`name version`).
fn locked(sdk: &Table, lock: &Table) -> Result<String, Box<dyn Error>> {
    let packages: Vec<&Table> =
        lock.get("package").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_table).collect();
    let text = |package: &Table, key: &str| package.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let find = |wanted: &str| {
        let mut parts = wanted.split(' ');
        let (name, version) = (parts.next().unwrap_or_default(), parts.next());
        let fits = |package: &&&Table| {
            text(package, "name") == name && version.is_none_or(|version| text(package, "version") == version)
        };
        packages.iter().find(fits).copied().ok_or_else(|| format!("{wanted} is not locked"))
    };
    let depends_on = |package: &Table| -> Vec<String> {
        let depends = package.get("dependencies").and_then(Value::as_array).into_iter().flatten();
        depends.filter_map(Value::as_str).map(str::to_owned).collect()
    };
    // The lock file says which of several versions is meant, but also what only tests need.
    let named = sdk.get("dependencies").and_then(Value::as_table).ok_or("the SDK depends on nothing")?;
    let mut own = find("lockgate-sdk")?.clone();
    let direct: Vec<String> = depends_on(&own)
        .into_iter()
        .filter(|depends| named.contains_key(depends.split(' ').next().unwrap_or_default()))
        .collect();
    own.insert("dependencies".to_owned(), Value::from(direct.clone()));
    let mut found = vec![own];
    let mut next: Vec<String> = direct.into_iter().chain(DEPENDENCIES.map(str::to_owned)).collect();
    while let Some(wanted) = next.pop() {
        let package = find(&wanted)?;
        if !found.contains(package) {
            next.extend(depends_on(package));
            found.push(package.clone());
        }
    }
    found.sort_by_key(|package| (text(package, "name"), text(package, "version")));
    let names: Vec<String> = found.iter().map(|package| text(package, "name")).collect();
    let mut written = String::new();
    for package in found {
        writeln!(written, "[[package]]")?;
        for key in ["name", "version", "source", "checksum"] {
            if let Some(value) = package.get(key).and_then(Value::as_str) {
                writeln!(written, "{key} = {value:?}")?;
            }
        }
        let depends = depends_on(&package);
        if !depends.is_empty() {
            writeln!(written, "dependencies = [")?;
            for wanted in depends {
                // Cargo names the version only where there are several, and here there may be fewer.
                let name = wanted.split(' ').next().unwrap_or_default();
                let several = names.iter().filter(|known| *known == name).count() > 1;
                writeln!(written, " {:?},", if several { &wanted } else { name })?;
            }
            writeln!(written, "]")?;
        }
        writeln!(written)?;
    }
    Ok(written)
}
