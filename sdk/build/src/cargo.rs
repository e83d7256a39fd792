//! Running cargo for a plugin: away from the build that asks for it, and with no folder of this machine in what comes out.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::{BuildError, Care, TARGET, Words};

/// Memory that an instance begins with, in bytes: the stack, the data and room for an ordinary call, which then need not ask for
/// more. Every call is a new instance, and growing its memory costs the host two system calls; what is not touched costs nothing.
const INITIAL_MEMORY: u32 = 2 << 20;

/// The profile that plugins are shipped with; each package, or its workspace, says itself what it is.
const SHIPPED: &str = "plugin";

/// The profile of a quick build, which no package need know: each unit of code is compiled by itself, and only where it changed.
const QUICK: &str = "plugin-quick";
const QUICKLY: [&str; 6] = [
    "profile.plugin-quick.inherits=\"plugin\"",
    "profile.plugin-quick.opt-level=1",
    "profile.plugin-quick.lto=\"off\"",
    "profile.plugin-quick.codegen-units=64",
    "profile.plugin-quick.incremental=true",
    "profile.plugin-quick.strip=true",
];

/// The cargo and compiler that run this build.
pub(crate) struct Cargo {
    program: OsString,
    sysroot: PathBuf,
}

/// What a build left behind.
pub(crate) struct Built {
    /// The component, without its manifest.
    pub(crate) wasm: PathBuf,
    /// cargo's list of the sources that it was made of.
    pub(crate) dep_info: PathBuf,
    /// What the component's file is called.
    pub(crate) file_name: String,
    /// The folder of the workspace that the crate is a member of.
    pub(crate) workspace: PathBuf,
}

impl Cargo {
    /// Finds the toolchain that builds in this folder and makes sure that it has the wasm target.
    pub(crate) fn find(crate_dir: &Path) -> Result<Self, BuildError> {
        let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
        let mut sysroot = Command::new(rustc);
        sysroot.args(["--print", "sysroot"]).current_dir(crate_dir);
        let sysroot = PathBuf::from(said("rustc", &mut sysroot)?);
        has_target(&sysroot)?;
        Ok(Self { program: std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()), sysroot })
    }

    /// The folder of the workspace that the package in `crate_dir` is a member of.
    pub(crate) fn workspace(&self, crate_dir: &Path) -> Result<PathBuf, BuildError> {
        let mut locate = self.command(crate_dir);
        locate
            .args(["locate-project", "--workspace", "--message-format", "plain", "--manifest-path"])
            .arg(crate_dir.join("Cargo.toml"));
        let root_manifest = PathBuf::from(said("cargo", &mut locate)?);
        Ok(root_manifest.parent().unwrap_or(Path::new("/")).to_owned())
    }

    /// Compiles the package in `crate_dir`.
    pub(crate) fn build(
        &self,
        crate_dir: &Path,
        target_dir: &Path,
        words: Words,
        care: Care,
    ) -> Result<Built, BuildError> {
        let manifest_path = crate_dir.join("Cargo.toml");
        let workspace = self.workspace(crate_dir)?;

        let profile = match care {
            Care::Shipped => SHIPPED,
            Care::Quick => QUICK,
        };
        let mut build = self.command(crate_dir);
        build.args(["build", "--lib", "--target", TARGET, "--profile", profile, "--manifest-path"]).arg(&manifest_path);
        if care == Care::Quick {
            for setting in QUICKLY {
                build.args(["--config", setting]);
            }
        }
        build.arg("--target-dir").arg(target_dir);
        build.env("CARGO_ENCODED_RUSTFLAGS", self.flags(&workspace, target_dir));
        match words {
            Words::Kept => drop(said("cargo", &mut build)?),
            Words::Shown => shown("cargo", &mut build)?,
        }

        let (name, library) = names(&manifest_path)?;
        let folder = target_dir.join(TARGET).join(profile);
        Ok(Built {
            wasm: folder.join(format!("{library}.wasm")),
            dep_info: folder.join(format!("{library}.d")),
            file_name: format!("{name}.wasm"),
            workspace,
        })
    }

    /// cargo without what an outer cargo left in the environment for its own build. How to reach registries stays.
    fn command(&self, crate_dir: &Path) -> Command {
        let mut command = Command::new(&self.program);
        // What a folder says of its toolchain and of cargo's configuration holds for who stands in it.
        command.current_dir(crate_dir);
        for (name, _) in std::env::vars_os() {
            let Some(text) = name.to_str() else { continue };
            let reaches_registries =
                ["CARGO_HOME", "CARGO_NET_", "CARGO_HTTP_", "CARGO_REGISTR", "CARGO_SOURCE_", "CARGO_MAKEFLAGS"];
            let of_cargo = text.starts_with("CARGO_") && !reaches_registries.iter().any(|kept| text.starts_with(kept));
            let of_the_compiler = matches!(
                text,
                "RUSTFLAGS" | "RUSTC_WRAPPER" | "RUSTC_WORKSPACE_WRAPPER" | "RUSTDOCFLAGS" | "RUSTC_LINKER"
            );
            if of_cargo || of_the_compiler {
                command.env_remove(&name);
            }
        }
        command
    }

    /// The memory that an instance begins with, and flags that make the bytes the same wherever sources and caches lie. Of several prefixes that fit, the last one counts.
    fn flags(&self, workspace: &Path, target_dir: &Path) -> OsString {
        let mut prefixes = vec![
            (workspace.to_owned(), "/plugin"),
            (target_dir.to_owned(), "/target"),
            (self.sysroot.clone(), "/toolchain"),
        ];
        let home = std::env::var_os("HOME").map(PathBuf::from);
        if let Some(cargo_home) =
            std::env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| Some(home?.join(".cargo")))
        {
            prefixes.push((cargo_home, "/cargo"));
        }
        let mut flags = OsString::new();
        for (prefix, name) in prefixes {
            if !flags.is_empty() {
                flags.push("\u{1f}");
            }
            flags.push("--remap-path-prefix=");
            flags.push(prefix);
            flags.push("=");
            flags.push(name);
        }
        flags.push("\u{1f}-Clink-arg=--initial-memory=");
        flags.push(INITIAL_MEMORY.to_string());
        flags
    }
}

/// Makes sure that the toolchain can compile for the wasm target.
fn has_target(sysroot: &Path) -> Result<(), BuildError> {
    if sysroot.join("lib/rustlib").join(TARGET).join("lib").is_dir() { Ok(()) } else { Err(BuildError::TargetMissing) }
}

/// The names of the package and of its library, as its `Cargo.toml` has them.
fn names(manifest_path: &Path) -> Result<(String, String), BuildError> {
    let text = std::fs::read_to_string(manifest_path).map_err(BuildError::reading(manifest_path))?;
    let package = name_in(&text, "[package]")
        .ok_or_else(|| BuildError::Failed("cargo", format!("{} names no package", manifest_path.display())))?;
    let library = name_in(&text, "[lib]").unwrap_or_else(|| package.replace('-', "_"));
    Ok((package, library))
}

/// What `name` is in a table of a TOML file. cargo has read the file before, so there is no mistake in it.
fn name_in(text: &str, table: &str) -> Option<String> {
    let lines = text.lines().map(str::trim);
    let heads = |line: &str| line.split('#').next().unwrap_or_default().trim() == table;
    let mut within = lines.skip_while(|line| !heads(line)).skip(1).take_while(|line| !line.starts_with('['));
    within.find_map(|line| {
        let value = line.strip_prefix("name")?.trim_start().strip_prefix('=')?.trim_start();
        let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
        value.get(1..)?.split(quote).next().map(str::to_owned)
    })
}

/// Runs a program and returns what it said, without the last line break.
fn said(program: &'static str, command: &mut Command) -> Result<String, BuildError> {
    let output = command.output().map_err(|error| BuildError::NotStarted(program, error))?;
    if !output.status.success() {
        return Err(BuildError::Failed(program, String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned())
}

/// Runs a program that speaks for itself.
fn shown(program: &'static str, command: &mut Command) -> Result<(), BuildError> {
    let status = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .status()
        .map_err(|error| BuildError::NotStarted(program, error))?;
    if status.success() { Ok(()) } else { Err(BuildError::Failed(program, String::new())) }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    #[test]
    fn names_are_those_of_the_tables_that_cargo_reads() {
        let text = "[workspace]\nname = \"no\"\n[package] # ours\nname = \"pigeon\" # mine\n[lib]\n name='loft'\n";
        assert_eq!(super::name_in(text, "[package]").as_deref(), Some("pigeon"));
        assert_eq!(super::name_in(text, "[lib]").as_deref(), Some("loft"));
        assert_eq!(super::name_in("[package]\n[lib]\nname = \"x\"", "[package]"), None);
    }

    #[test]
    fn without_the_target_the_one_command_is_named() {
        let error = super::has_target(Path::new("/nowhere")).expect_err("no target");
        assert!(error.to_string().ends_with("run: rustup target add wasm32-wasip2"), "{error}");
    }
}
