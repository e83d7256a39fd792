//! The manifest's reference, made of the code that parses manifests: its records with their comments, kinds and defaults.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use syn::{
    Attribute, Expr, ExprLit, Fields, GenericArgument, Item, ItemEnum, ItemStruct, Lit, Meta, PathArguments, Type,
};

use crate::{links, page, root, same_or_written};

const PAGE: &str = "docs/reference/manifest.md";

/// What the code knows.
#[derive(Default)]
struct Code {
    structs: BTreeMap<String, ItemStruct>,
    enums: BTreeMap<String, ItemEnum>,
    /// Lists of constants, as they are shown.
    constants: BTreeMap<String, String>,
    /// What a function for a default comes to, as a manifest would say it.
    defaults: BTreeMap<String, String>,
}

impl Code {
    fn read() -> Self {
        let mut code = Self::default();
        let folder = root().join("host/model/src/manifest");
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "rs") {
                let file = syn::parse_file(&std::fs::read_to_string(&path).unwrap()).unwrap();
                file.items.into_iter().for_each(|item| code.take(item));
            }
        }
        code
    }

    fn take(&mut self, item: Item) {
        match item {
            Item::Struct(item) => drop(self.structs.insert(item.ident.to_string(), item)),
            Item::Enum(item) => drop(self.enums.insert(item.ident.to_string(), item)),
            Item::Const(item) => {
                if let Expr::Array(list) = &*item.expr {
                    let shown: Vec<String> = list.elems.iter().map(|value| format!("`{}`", shown(value))).collect();
                    self.constants.insert(item.ident.to_string(), shown.join(", "));
                } else {
                    self.constants.insert(item.ident.to_string(), format!("`{}`", shown(&item.expr)));
                }
            }
            Item::Fn(item) => {
                if let [syn::Stmt::Expr(value, None)] = item.block.stmts.as_slice() {
                    self.defaults.insert(item.sig.ident.to_string(), shown(value));
                }
            }
            _ => {}
        }
    }

    /// The comments of something, with what they refer to put in.
    fn words(&self, attributes: &[Attribute]) -> String {
        let lines = attributes.iter().filter_map(|attribute| match &attribute.meta {
            Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
                Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value().trim().to_owned()),
                _ => None,
            },
            _ => None,
        });
        // A break of a line is none of a sentence.
        let text = lines.map(|line| if line.is_empty() { "\n\n".to_owned() } else { line + " " }).collect::<String>();
        let text = text.replace(" \n\n", "\n\n").trim().to_owned();
        // Where in the code to look is of no use to who writes a manifest.
        let text = text.split(" See [`Manifest::").next().unwrap_or_default();
        let (mut out, mut rest) = (String::new(), text);
        while let Some((before, behind)) = rest.split_once("[`") {
            let Some((name, behind)) = behind.split_once("`]") else { break };
            out.push_str(before);
            let behind =
                behind.strip_prefix('(').and_then(|more| more.split_once(')')).map_or(behind, |(_, more)| more);
            let (of, field) = name.split_once("::").unwrap_or((name, ""));
            out.push_str(&match self.constants.get(name) {
                Some(list) => list.clone(),
                None if self.is_here(of) && field.is_empty() => link(of),
                None if self.is_here(of) => format!("`{}` of {}", kebab(field), link(of)),
                None => format!("`{name}`"),
            });
            rest = behind;
        }
        out + rest
    }

    fn is_here(&self, name: &str) -> bool {
        self.structs.contains_key(name) || self.enums.contains_key(name)
    }

    /// A kind as people read it; what it is made of is noted.
    fn kind(&self, ty: &Type, seen: &mut Vec<String>) -> String {
        let Type::Path(path) = ty else { panic!("a kind without a name") };
        let last = path.path.segments.last().unwrap();
        let inner: Vec<&Type> = match &last.arguments {
            PathArguments::AngleBracketed(list) => {
                let types = list.args.iter().filter_map(|argument| match argument {
                    GenericArgument::Type(ty) => Some(ty),
                    _ => None,
                });
                types.collect()
            }
            _ => Vec::new(),
        };
        match (last.ident.to_string().as_str(), inner.as_slice()) {
            ("String", []) => "text".into(),
            ("char", []) => "one character".into(),
            ("bool", []) => "`true` or `false`".into(),
            ("u16" | "u32" | "u64", []) => "number".into(),
            ("Option", [inner]) => self.kind(inner, seen),
            ("Vec", [inner]) => format!("list of {}", self.kind(inner, seen)),
            ("BTreeMap", [_, value]) => format!("table of {}", self.kind(value, seen)),
            (name, []) if self.is_here(name) => {
                seen.push(name.to_owned());
                link(name)
            }
            (name, _) => panic!("the reference has no words for the kind {name}"),
        }
    }

    /// What a choice is where nothing is said.
    fn usual(&self, ty: &Type) -> Option<String> {
        let Type::Path(path) = ty else { return None };
        let choice = self.enums.get(&path.path.segments.last()?.ident.to_string())?;
        let usual =
            |variant: &&syn::Variant| variant.attrs.iter().any(|attribute| attribute.path().is_ident("default"));
        choice.variants.iter().find(usual).map(|variant| kebab(&variant.ident.to_string()))
    }

    /// The section of a record or choice, and behind it those of what it is made of.
    fn section(&self, name: &str, done: &mut BTreeSet<String>, out: &mut String) {
        if !done.insert(name.to_owned()) {
            return;
        }
        writeln!(out, "\n## {}\n", heading(name)).unwrap();
        let mut seen = Vec::new();
        if let Some(item) = self.structs.get(name) {
            writeln!(out, "{}\n", self.words(&item.attrs)).unwrap();
            match &item.fields {
                Fields::Named(fields) => {
                    let open = serde(&item.attrs).contains_key("default");
                    out.push_str("| key | is | may be left out | |\n| --- | --- | --- | --- |\n");
                    for field in &fields.named {
                        let said = serde(&field.attrs);
                        let own = field.ident.as_ref().unwrap().to_string();
                        let key = said.get("rename").cloned().flatten().unwrap_or(own);
                        let kind = self.kind(&field.ty, &mut seen);
                        let left_out = match said.get("default") {
                            Some(Some(function)) => format!("yes: `{}`", self.defaults[function]),
                            Some(None) => {
                                self.usual(&field.ty).map_or_else(|| "yes".into(), |usual| format!("yes: `{usual}`"))
                            }
                            None if open || is_option(&field.ty) => "yes".into(),
                            None => "no".into(),
                        };
                        let words = self.words(&field.attrs).replace("\n\n", " ");
                        writeln!(out, "| `{key}` | {kind} | {left_out} | {} |", words.replace('|', "\\|")).unwrap();
                    }
                }
                Fields::Unnamed(_) => out.push_str("A text.\n"),
                Fields::Unit => panic!("{name} holds nothing"),
            }
        } else {
            let item = &self.enums[name];
            writeln!(out, "{}\n\n| one of | |\n| --- | --- |", self.words(&item.attrs)).unwrap();
            let style = serde(&item.attrs).get("rename_all").cloned().flatten();
            assert!(style.is_none() || style.as_deref() == Some("kebab-case"), "{name}: {style:?}");
            for variant in &item.variants {
                let own = variant.ident.to_string();
                let own = if style.is_some() { kebab(&own) } else { own };
                let key = serde(&variant.attrs).get("rename").cloned().flatten().unwrap_or(own);
                let shape = match &variant.fields {
                    Fields::Unit => format!("`\"{key}\"`"),
                    Fields::Unnamed(fields) => {
                        let kind = self.kind(&fields.unnamed.first().unwrap().ty, &mut seen);
                        format!("`{key}` = {kind}")
                    }
                    Fields::Named(_) => panic!("{name}: a variant with fields"),
                };
                writeln!(out, "| {shape} | {} |", self.words(&variant.attrs).replace("\n\n", " ")).unwrap();
            }
        }
        for name in seen {
            self.section(&name, done, out);
        }
    }
}

/// What serde is told: words, and what stands behind their `=`.
fn serde(attributes: &[Attribute]) -> BTreeMap<String, Option<String>> {
    let mut said = BTreeMap::new();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("serde")) {
        let known = ["deny_unknown_fields", "transparent", "default", "rename", "rename_all"];
        attribute
            .parse_nested_meta(|meta| {
                let word = meta.path.get_ident().unwrap().to_string();
                // Another word could make keys of which this page would say nothing.
                assert!(known.contains(&word.as_str()), "the reference does not know #[serde({word})]");
                let value = if meta.input.peek(syn::Token![=]) {
                    Some(meta.value()?.parse::<syn::LitStr>()?.value())
                } else {
                    None
                };
                said.insert(word, value);
                Ok(())
            })
            .unwrap();
    }
    said
}

fn is_option(ty: &Type) -> bool {
    matches!(ty, Type::Path(path) if path.path.segments.last().unwrap().ident == "Option")
}

/// A value as a manifest would say it.
fn shown(value: &Expr) -> String {
    match value {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => text.value(),
        Expr::Lit(ExprLit { lit: Lit::Int(number), .. }) => number.base10_digits().to_owned(),
        Expr::MethodCall(call) => shown(&call.receiver),
        Expr::Binary(binary) => {
            let [left, right] =
                [&binary.left, &binary.right].map(|side| shown(side).parse::<u64>().unwrap_or_default());
            match binary.op {
                syn::BinOp::Mul(_) => (left * right).to_string(),
                syn::BinOp::Shl(_) => (left << right).to_string(),
                _ => String::new(),
            }
        }
        Expr::Macro(list) => {
            let path: syn::Result<syn::Path> = list.mac.parse_body();
            path.map(|path| format!("[\"{}\"]", kebab(&path.segments.last().unwrap().ident.to_string())))
                .unwrap_or_default()
        }
        _ => String::new(),
    }
}

/// `SharedSecret` as `shared-secret`; digits stay with the word before them, as serde has it.
fn kebab(name: &str) -> String {
    let mut out = String::new();
    for (at, letter) in name.char_indices() {
        if letter.is_uppercase() && at > 0 {
            out.push('-');
        }
        out.extend(letter.to_lowercase());
    }
    out
}

/// A type's name in words: `HmacRecipe` as `Hmac recipe`.
fn heading(name: &str) -> String {
    let words = kebab(name).replace('-', " ");
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().collect::<String>() + letters.as_str()).unwrap_or_default()
}

fn link(name: &str) -> String {
    let heading = heading(name);
    format!("[{}](#{})", heading.to_lowercase(), links::anchor(&heading))
}

fn reference() -> String {
    let code = Code::read();
    let mut out = String::from(
        "# The manifest\n\n\
         <!-- Made of host/model/src/manifest by tests/tests/book/manifest.rs; change the comments there. -->\n\n\
         Every key of `channel.toml`, made of the code that reads it. A key that does not stand here is refused, with its line. The \
         first table is the file itself; each link leads to what may stand there.\n",
    );
    code.section("Manifest", &mut BTreeSet::new(), &mut out);
    out
}

#[test]
fn the_reference_of_the_manifest_is_what_the_parser_reads() {
    same_or_written(PAGE, &reference());
}

/// A second look that knows nothing of the code: every key of a manifest that has all of them.
#[test]
fn the_reference_of_the_manifest_has_every_key() {
    fn keys(value: &toml::Value, found: &mut BTreeSet<String>) {
        match value {
            toml::Value::Table(table) => table.iter().for_each(|(key, value)| {
                found.insert(key.clone());
                keys(value, found);
            }),
            toml::Value::Array(list) => list.iter().for_each(|value| keys(value, found)),
            _ => {}
        }
    }
    // Names of a provider's, which tables of the manifest have for keys.
    const FOREIGN: [&str; 7] =
        ["hub.mode", "/type", "/event", "serviceurl", "plainToken", "encryptedToken", "response_token"];
    let mut found = BTreeSet::new();
    keys(
        &page::of_repository("host/model/tests/manifest/full.toml").parse::<toml::Table>().unwrap().into(),
        &mut found,
    );
    let reference = reference();
    let missing: Vec<&String> = found
        .iter()
        .filter(|key| !FOREIGN.contains(&key.as_str()) && !reference.contains(&format!("| `{key}`")))
        .collect();
    assert!(found.len() > 80 && missing.is_empty(), "{missing:?} of {}", found.len());
}
