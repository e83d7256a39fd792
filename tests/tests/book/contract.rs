//! The contract's reference, made of `wit/`: its interfaces with their functions, records and choices, and the comments there.

use std::fmt::Write as _;
use std::path::PathBuf;

use wit_parser::{
    Docs, Function, Handle, Interface, InterfaceId, PackageId, Resolve, SourceMap, Type, TypeDef, TypeDefKind,
    WorldItem,
};

use crate::{links, root, same_or_written};

const PAGE: &str = "docs/reference/contract.md";

/// In the order in which one reads them.
const FIRST: [&str; 7] = ["connector", "ingress", "sender", "actions", "inbound", "outbound", "common"];

/// The packages of WASI that are named, each behind those that it names itself.
const NAMED: [&str; 7] = ["io", "clocks", "random", "filesystem", "sockets", "cli", "http"];

/// Reads the files of one package.
fn parsed(resolve: &mut Resolve, files: &[PathBuf]) -> PackageId {
    let mut sources = SourceMap::new();
    for file in files {
        sources.push_str(&file.display().to_string(), std::fs::read_to_string(file).unwrap());
    }
    let group = sources.parse().unwrap_or_else(|(_, error)| panic!("{files:?}: {error:?}"));
    resolve.push_group(group).unwrap()
}

struct Contract {
    resolve: Resolve,
    interfaces: Vec<(String, InterfaceId)>,
}

impl Contract {
    fn read() -> Self {
        let mut resolve = Resolve::default();
        for package in NAMED {
            parsed(&mut resolve, &[root().join("wit/deps").join(package).with_extension("wit")]);
        }
        let own = std::fs::read_dir(root().join("wit")).unwrap().map(|entry| entry.unwrap().path());
        let mut own: Vec<PathBuf> = own.filter(|path| path.extension().is_some_and(|end| end == "wit")).collect();
        own.sort();
        let package = parsed(&mut resolve, &own);
        let named = resolve.packages[package].interfaces.iter().map(|(name, id)| (name.clone(), *id));
        let mut interfaces: Vec<(String, InterfaceId)> = named.collect();
        let rank = |name: &str| FIRST.iter().position(|first| *first == name).unwrap_or(FIRST.len());
        interfaces.sort_by_key(|(name, _)| (rank(name), name.clone()));
        Self { resolve, interfaces }
    }

    /// A kind as people read it.
    fn kind(&self, ty: &Type) -> String {
        match ty {
            Type::Id(id) => {
                let of = &self.resolve.types[*id];
                match &of.name {
                    Some(name) => self.named(name, of),
                    None => self.made(&of.kind),
                }
            }
            Type::Bool => "bool".into(),
            Type::String => "string".into(),
            Type::U8 => "u8".into(),
            Type::U16 => "u16".into(),
            Type::U32 => "u32".into(),
            Type::U64 => "u64".into(),
            Type::S32 => "s32".into(),
            Type::S64 => "s64".into(),
            Type::F64 => "f64".into(),
            other => panic!("the reference has no words for {other:?}"),
        }
    }

    fn named(&self, name: &str, of: &TypeDef) -> String {
        // A name that an interface takes from another is a link to the other's.
        if let TypeDefKind::Type(inner @ Type::Id(id)) = &of.kind
            && self.resolve.types[*id].name.is_some()
        {
            return self.kind(inner);
        }
        format!("[{name}](#{})", links::anchor(&heading(name, of)))
    }

    fn made(&self, kind: &TypeDefKind) -> String {
        match kind {
            TypeDefKind::List(inner) => format!("list of {}", self.kind(inner)),
            TypeDefKind::Option(inner) => format!("{} or none", self.kind(inner)),
            TypeDefKind::Tuple(tuple) => tuple.types.iter().map(|ty| self.kind(ty)).collect::<Vec<_>>().join(" and "),
            TypeDefKind::Result(result) => {
                let part = |ty: &Option<Type>| ty.as_ref().map_or("nothing".to_owned(), |ty| self.kind(ty));
                format!("{}, or the error {}", part(&result.ok), part(&result.err))
            }
            TypeDefKind::Handle(Handle::Own(id) | Handle::Borrow(id)) => self.kind(&Type::Id(*id)),
            other => panic!("the reference has no words for {other:?}"),
        }
    }

    fn function(&self, function: &Function, out: &mut String) {
        let parameters =
            function.params.iter().map(|parameter| format!("{}: {}", parameter.name, self.kind(&parameter.ty)));
        let parameters: Vec<String> = parameters.collect();
        let result = function.result.as_ref().map_or("nothing".into(), |ty| self.kind(ty));
        writeln!(
            out,
            "\n### `{}`\n\nTakes {}. Gives {result}.",
            function.name,
            match parameters.as_slice() {
                [] => "nothing".to_owned(),
                some => some.join("; "),
            }
        )
        .unwrap();
        words(&function.docs, out);
    }

    fn definition(&self, name: &str, of: &TypeDef, out: &mut String) {
        let rows = |out: &mut String, rows: Vec<(String, String, &Docs)>| {
            out.push_str("\n| | | |\n| --- | --- | --- |\n");
            for (name, kind, docs) in rows {
                let words = docs.contents.as_deref().unwrap_or_default().trim().replace('\n', " ").replace('|', "\\|");
                writeln!(out, "| `{name}` | {kind} | {words} |").unwrap();
            }
        };
        if let TypeDefKind::Type(Type::Id(id)) = &of.kind
            && self.resolve.types[*id].name.is_some()
        {
            return;
        }
        writeln!(out, "\n### {}", heading(name, of)).unwrap();
        words(&of.docs, out);
        match &of.kind {
            TypeDefKind::Record(record) => {
                let fields = record.fields.iter().map(|field| (field.name.clone(), self.kind(&field.ty), &field.docs));
                rows(out, fields.collect());
            }
            TypeDefKind::Enum(choice) => {
                rows(out, choice.cases.iter().map(|case| (case.name.clone(), String::new(), &case.docs)).collect());
            }
            TypeDefKind::Variant(choice) => {
                let cases = choice.cases.iter().map(|case| {
                    (case.name.clone(), case.ty.as_ref().map_or_else(String::new, |ty| self.kind(ty)), &case.docs)
                });
                rows(out, cases.collect());
            }
            TypeDefKind::Type(inner) => writeln!(out, "\nA {}.", self.kind(inner)).unwrap(),
            TypeDefKind::Resource => {}
            other => writeln!(out, "\nA {}.", self.made(other)).unwrap(),
        }
    }

    fn interface(&self, name: &str, interface: &Interface, out: &mut String) {
        writeln!(out, "\n## The interface `{name}`").unwrap();
        words(&interface.docs, out);
        interface.functions.values().for_each(|function| self.function(function, out));
        for (name, id) in &interface.types {
            self.definition(name, &self.resolve.types[*id], out);
        }
    }

    fn reference(&self) -> String {
        let mut out = String::from(
            "# The contract\n\n\
             <!-- Made of wit/ by tests/tests/book/contract.rs; change the comments there. -->\n\n\
             What a plugin and the host promise each other, made of the WIT files that both sides are generated from. Names are spelt \
             as there; Rust and Python write `_` for `-`, JavaScript writes `camelCase`. In cases and in the API a record is an object \
             with `_` for `-`, and a choice with a value is `{\"type\": …, \"value\": …}`.\n",
        );
        let exported: Vec<&str> = self
            .resolve
            .worlds
            .iter()
            .filter(|(_, world)| world.name == "plugin")
            .flat_map(|(_, world)| world.exports.values())
            .filter_map(|item| match item {
                WorldItem::Interface { id, .. } => self.resolve.interfaces[*id].name.as_deref(),
                _ => None,
            })
            .collect();
        let shown: Vec<String> = exported
            .iter()
            .map(|name| format!("[`{name}`](#{})", links::anchor(&format!("The interface {name}"))))
            .collect();
        writeln!(
            out,
            "\nA plugin exports any of {}. The rest is what these speak of, and what the host offers.",
            shown.join(", ")
        )
        .unwrap();
        for (name, id) in &self.interfaces {
            self.interface(name, &self.resolve.interfaces[*id], &mut out);
        }
        out
    }
}

fn heading(name: &str, of: &TypeDef) -> String {
    let what = match &of.kind {
        TypeDefKind::Record(_) => "record",
        TypeDefKind::Enum(_) | TypeDefKind::Variant(_) => "choice",
        TypeDefKind::Resource => "resource",
        _ => "kind",
    };
    format!("`{name}` ({what})")
}

fn words(docs: &Docs, out: &mut String) {
    if let Some(text) = &docs.contents {
        writeln!(out, "\n{}", text.trim()).unwrap();
    }
}

#[test]
fn the_reference_of_the_contract_is_what_is_promised() {
    same_or_written(PAGE, &Contract::read().reference());
}
