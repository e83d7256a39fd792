//! What is taken in as a plugin, and why other files are not.

use std::sync::Arc;

use lockgate_guests::{
    ACTIONS_ONLY, CONNECTOR_AND_SENDER, CONNECTOR_ONLY, HOSTILE, NEWSAGENT, OTHER_CONTRACT, REGISTRAR,
};
use lockgate_model::manifest::{CONTRACT, SECTION};
use lockgate_runtime::{Abilities, CallFailure, InstallRefusal, MAX_FILE, Runtime, inspect};
use wasm_encoder::{
    BlockType, CodeSection, ComponentBuilder, ComponentExportKind, ComponentSection as _, ComponentTypeRef,
    CustomSection, EntityType, ExportKind, ExportSection, Function, FunctionSection, HeapType, ImportSection,
    MemorySection, MemoryType, ModuleArg, RefType, StartSection, TableSection, TableType, TypeSection, ValType,
};

use crate::harness::{Sandbox, config, draft, request};

/// The same bytes with one text in place of another of the same length.
fn patched(bytes: &[u8], from: &str, to: &str) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let at = bytes.windows(from.len()).position(|window| window == from.as_bytes()).unwrap();
    let mut patched = bytes.to_vec();
    patched[at..at + to.len()].copy_from_slice(to.as_bytes());
    patched
}

#[tokio::test]
async fn any_subset_of_abilities_loads_and_is_found_by_reflection() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = Runtime::start(config(&folder)).unwrap();
    let none = Abilities::default();
    for (bytes, abilities) in [
        (CONNECTOR_ONLY, Abilities { connector: true, ..none }),
        (CONNECTOR_AND_SENDER, Abilities { connector: true, sender: true, ..none }),
        (HOSTILE, Abilities { connector: true, ingress: true, sender: true, actions: true, ..none }),
        (ACTIONS_ONLY, Abilities { actions: true, ..none }),
        (NEWSAGENT, Abilities { ingress: true, background: true, poller: true, ..none }),
        (REGISTRAR, Abilities { ingress: true, sender: true, directory: true, ..none }),
    ] {
        let plugin = runtime.install(Arc::from(bytes)).await.unwrap();
        assert_eq!(plugin.abilities(), abilities);
        assert_eq!(plugin.inspection().contract, CONTRACT);
        assert_eq!(plugin.inspection().size, bytes.len() as u64);
    }
    let sandbox = Sandbox::hostile().await;
    let one = runtime.install(Arc::from(CONNECTOR_ONLY)).await.unwrap();
    assert!(one.check(sandbox.call(), Vec::new()).await.result.is_ok());
    assert_eq!(one.receive(sandbox.call(), request("", b"")).await.result, Err(CallFailure::NotExported));
    assert_eq!(one.send(sandbox.call(), draft("x")).await.result, Err(CallFailure::NotExported));
}

#[test]
fn what_is_no_component_is_refused() {
    for bytes in [b"".as_slice(), b"no wasm", &HOSTILE[..HOSTILE.len() / 2], &HOSTILE[..9]] {
        assert!(matches!(inspect(bytes), Err(InstallRefusal::NotAComponent(_))), "{} bytes", bytes.len());
    }
    assert_eq!(inspect(&wasm_encoder::Module::new().finish()).unwrap_err(), InstallRefusal::CoreModule);
    let nothing = inspect(&wasm_encoder::Component::new().finish()).unwrap_err();
    assert_eq!(nothing.to_string(), format!("built for contract none, this host speaks {CONTRACT}"));
}

#[test]
fn another_version_of_the_contract_is_refused_by_name() {
    let refusal = inspect(OTHER_CONTRACT).unwrap_err();
    assert_eq!(
        refusal.to_string(),
        format!("built for contract lockgate:channel@0.2.0-dev.9, this host speaks {CONTRACT}")
    );
}

#[test]
fn a_manifest_is_refused_with_its_line() {
    let unknown = inspect(&patched(HOSTILE, "description = \"Mis", "descriptiom = \"Mis")).unwrap_err();
    assert!(unknown.to_string().contains("line 6"), "{unknown}");
    assert!(unknown.to_string().contains("descriptiom"), "{unknown}");
    let wildcard = inspect(&patched(HOSTILE, "\"other.example.com\"", "\"oth*r.example.com\"")).unwrap_err();
    assert!(wildcard.to_string().contains("line ") && wildcard.to_string().contains("oth*r.example.com"), "{wildcard}");
    let missing = inspect(&patched(CONNECTOR_ONLY, SECTION, "lockgate:channel.tomm")).unwrap_err();
    assert_eq!(missing, InstallRefusal::NoManifest);
}

#[test]
fn what_the_manifest_promises_of_actions_the_component_must_have() {
    let without = |bytes: &[u8]| patched(bytes, SECTION, "lockgate:channel.tomm");
    let promising = |bytes: &[u8]| inspect(bytes).unwrap().manifest_text + "\n[capabilities]\ntyping = true\n";
    let line = promising(CONNECTOR_ONLY).lines().count();
    let refusal = inspect(&with_another(&without(CONNECTOR_ONLY), &promising(CONNECTOR_ONLY))).unwrap_err().to_string();
    assert!(refusal.contains(&format!("line {line}")), "{refusal}");
    assert!(refusal.contains("capabilities.typing") && refusal.contains("\"actions\""), "{refusal}");
    assert!(inspect(&with_another(&without(ACTIONS_ONLY), &promising(ACTIONS_ONLY))).is_ok());
}

/// The same file with one more custom section that is a manifest.
fn with_another(bytes: &[u8], manifest: &str) -> Vec<u8> {
    let mut file = bytes.to_vec();
    CustomSection { name: SECTION.into(), data: manifest.as_bytes().into() }.append_to_component(&mut file);
    file
}

/// Each of what names the contract does so by itself.
#[test]
fn names_and_manifest_are_of_one_contract_that_is_ours() {
    let without = |bytes: &[u8]| patched(bytes, SECTION, "lockgate:channel.tomm");
    let ours = inspect(CONNECTOR_ONLY).unwrap().manifest_text;
    assert!(inspect(&with_another(&without(CONNECTOR_ONLY), &ours)).is_ok());
    let theirs = ours.replacen(CONTRACT, "lockgate:channel@9.0.0", 1);
    for (file, built_for) in [
        (with_another(&without(CONNECTOR_ONLY), &theirs), "lockgate:channel@9.0.0"),
        (with_another(&without(OTHER_CONTRACT), &ours), "lockgate:channel@"),
    ] {
        let Err(InstallRefusal::Contract { built_for: named, .. }) = inspect(&file) else { panic!("taken") };
        assert!(named.starts_with(built_for) && named != CONTRACT, "{named}");
    }
    let twice = inspect(&with_another(CONNECTOR_ONLY, &ours)).unwrap_err();
    assert!(twice.to_string().contains("holds 2 of them"), "{twice}");
}

#[test]
fn a_component_has_an_ability_and_a_size() {
    let text = inspect(CONNECTOR_ONLY).unwrap().manifest_text;
    let mut nothing = ComponentBuilder::default();
    let log = nothing.type_instance(None, &wasm_encoder::InstanceType::new());
    let (package, version) = CONTRACT.split_once('@').unwrap();
    nothing.import(format!("{package}/log@{version}").as_str(), ComponentTypeRef::Instance(log));
    assert_eq!(inspect(&with_another(&nothing.finish(), &text)).unwrap_err(), InstallRefusal::NoAbility);
    let refusal = |bytes: usize| inspect(&vec![0; bytes]).unwrap_err().to_string();
    assert!(refusal(MAX_FILE + 1).contains("are taken"));
    assert!(!refusal(MAX_FILE).contains("are taken"));
}

#[tokio::test]
async fn an_export_of_another_shape_is_refused_at_install() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = Runtime::start(config(&folder)).unwrap();
    let refusal = runtime.install(Arc::from(misshapen())).await.unwrap_err();
    assert!(matches!(&refusal, InstallRefusal::Shape(words) if words.contains("connector")), "{refusal:?}");
    let acting: Vec<u8> = exporting("actions", &ACTIONS);
    let refusal = runtime.install(Arc::from(acting)).await.unwrap_err();
    assert!(matches!(&refusal, InstallRefusal::Shape(words) if words.contains("actions")), "{refusal:?}");
}

#[tokio::test]
async fn the_tables_of_a_call_are_bounded_together() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = Runtime::start(config(&folder)).unwrap();
    for (tables, grows) in [([30_000, 30_000], true), ([40_000, 40_000], false), ([65_537, 0], false)] {
        let refusal = runtime
            .install(Arc::from(misshapen_of(&tables.map(|elements| module(0, Some(elements))))))
            .await
            .unwrap_err();
        assert_eq!(matches!(refusal, InstallRefusal::Shape(_)), grows, "{tables:?}: {refusal:?}");
    }
}

#[tokio::test]
async fn a_component_has_so_many_instances_memories_and_tables_and_no_more() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = Runtime::start(config(&folder)).unwrap();
    let (plain, table) = (|| module(0, None), || module(0, Some(0)));
    for (what, most, make) in [
        ("instances", 16, &plain as &dyn Fn() -> wasm_encoder::Module),
        ("memories", 2, &|| module(1, None)),
        ("tables", 4, &table),
    ] {
        for (count, fits) in [(most, true), (most + 1, false)] {
            let modules: Vec<_> = (0..count).map(|_| make()).collect();
            let refusal = runtime.install(Arc::from(misshapen_of(&modules))).await.unwrap_err();
            assert_eq!(matches!(refusal, InstallRefusal::Shape(_)), fits, "{count} {what}: {refusal:?}");
        }
    }
}

/// Handles to resources of its own, which the host keeps for it.
#[tokio::test]
async fn a_call_holds_so_many_handles_of_its_own_and_no_more() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = Runtime::start(config(&folder)).unwrap();
    for (count, fits) in [(4000, true), (4200, false)] {
        let refusal = runtime.install(Arc::from(hoarding(count))).await.unwrap_err();
        assert_eq!(matches!(refusal, InstallRefusal::Shape(_)), fits, "{count}: {refusal:?}");
    }
}

/// A component whose start makes so many resources of its own, and whose shape is wrong beside.
fn hoarding(count: i32) -> Vec<u8> {
    let mut module = wasm_encoder::Module::new();
    let (mut types, mut imports, mut functions, mut code) =
        (TypeSection::new(), ImportSection::new(), FunctionSection::new(), CodeSection::new());
    types.ty().function([], []);
    types.ty().function([ValType::I32], [ValType::I32]);
    imports.import("own", "new", EntityType::Function(1));
    functions.function(0);
    let mut start = Function::new([(1, ValType::I32)]);
    let mut body = start.instructions();
    body.loop_(BlockType::Empty).local_get(0).call(0).drop();
    body.local_get(0).i32_const(1).i32_add().local_tee(0).i32_const(count).i32_lt_s().br_if(0).end().end();
    code.function(&start);
    module.section(&types).section(&imports).section(&functions);
    module.section(&StartSection { function_index: 1 }).section(&code);

    let mut component = ComponentBuilder::default();
    let own = component.type_resource(None, ValType::I32, None);
    let new = component.resource_new(own);
    let makes = component.core_instantiate_exports(None, [("new", ExportKind::Func, new)]);
    let module = component.core_module(None, &module);
    component.core_instantiate(None, module, [("own", ModuleArg::Instance(makes))]);
    let checks = component.core_module(None, &self::module(0, None));
    let instance = component.core_instantiate(None, checks, std::iter::empty::<(&str, ModuleArg)>());
    exporting_check(component, instance)
}

/// The functions of `actions`.
const ACTIONS: [&str; 7] = ["edit", "delete", "react", "mark-read", "typing", "take-over", "ended"];

/// A component with all of an ability's functions, each of which takes nothing and gives nothing.
fn exporting(ability: &str, functions: &[&str]) -> Vec<u8> {
    let mut component = ComponentBuilder::default();
    let module = component.core_module(None, &module(0, None));
    let instance = component.core_instantiate(None, module, std::iter::empty::<(&str, ModuleArg)>());
    exporting_of(component, instance, ability, functions)
}

/// A component whose `connector.check` takes nothing and gives nothing.
fn misshapen() -> Vec<u8> {
    misshapen_of(&[module(0, None)])
}

/// A module with so many memories; one with a table starts by making it so large, and traps where it is not let.
fn module(memories: u32, table: Option<i32>) -> wasm_encoder::Module {
    let mut module = wasm_encoder::Module::new();
    let (mut types, mut functions, mut tables, mut memory, mut exports, mut code) = (
        TypeSection::new(),
        FunctionSection::new(),
        TableSection::new(),
        MemorySection::new(),
        ExportSection::new(),
        CodeSection::new(),
    );
    types.ty().function([], []);
    functions.function(0).function(0);
    exports.export("check", ExportKind::Func, 0);
    let mut check = Function::new([]);
    check.instructions().end();
    let mut start = Function::new([]);
    let mut body = start.instructions();
    if let Some(elements) = table {
        tables.table(TableType {
            element_type: RefType::FUNCREF,
            table64: false,
            minimum: 0,
            maximum: None,
            shared: false,
        });
        body.ref_null(HeapType::FUNC).i32_const(elements).table_grow(0).i32_const(-1).i32_eq();
        body.if_(BlockType::Empty).unreachable().end();
    }
    body.end();
    for _ in 0..memories {
        memory.memory(MemoryType { minimum: 1, maximum: None, memory64: false, shared: false, page_size_log2: None });
    }
    code.function(&check).function(&start);
    module.section(&types).section(&functions).section(&tables).section(&memory).section(&exports);
    module.section(&StartSection { function_index: 1 }).section(&code);
    module
}

/// The same of these modules.
fn misshapen_of(modules: &[wasm_encoder::Module]) -> Vec<u8> {
    let mut component = ComponentBuilder::default();
    let mut instance = 0;
    for module in modules {
        let module = component.core_module(None, module);
        instance = component.core_instantiate(None, module, std::iter::empty::<(&str, ModuleArg)>());
    }
    exporting_check(component, instance)
}

/// Its `connector.check` is the function `check` of this core instance, which takes nothing and gives nothing.
fn exporting_check(component: ComponentBuilder, instance: u32) -> Vec<u8> {
    exporting_of(component, instance, "connector", &["check"])
}

/// The functions of its one ability are all the function `check` of this core instance.
fn exporting_of(mut component: ComponentBuilder, instance: u32, ability: &str, functions: &[&str]) -> Vec<u8> {
    let core = component.core_alias_export(None, instance, "check", ExportKind::Func);
    let (shape, mut encoder) = component.type_function(None);
    encoder.params(std::iter::empty::<(&str, wasm_encoder::ComponentValType)>()).result(None);
    let check = component.lift_func(None, core, shape, std::iter::empty());
    let functions = functions.iter().map(|name| (*name, ComponentExportKind::Func, check));
    let interface = component.instantiate_exports(None, functions);
    let (package, version) = CONTRACT.split_once('@').unwrap();
    component.export(format!("{package}/{ability}@{version}"), ComponentExportKind::Instance, interface, None);
    let text = inspect(CONNECTOR_ONLY).unwrap().manifest_text;
    component.custom_section(&CustomSection { name: SECTION.into(), data: text.as_bytes().into() });
    component.finish()
}
