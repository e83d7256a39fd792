//! Components with another manifest than the one they were built with.

/// The custom section that holds the manifest.
const SECTION: &str = "lockgate:channel.toml";

/// The component with these manifests in place of its own; a good one has exactly one.
pub fn with_manifests(component: &[u8], manifests: &[&str]) -> Vec<u8> {
    // A component is a header and sections, each with a number, a length and its bytes.
    let mut file = component[..8].to_vec();
    let mut rest = &component[8..];
    while !rest.is_empty() {
        let (length, behind) = leb128(&rest[1..]);
        let whole = rest.len() - behind.len() + length;
        let name = leb128(behind);
        let own = rest[0] == 0 && name.1.starts_with(SECTION.as_bytes());
        if !own {
            file.extend_from_slice(&rest[..whole]);
        }
        rest = &rest[whole..];
    }
    for manifest in manifests {
        let section = wasm_encoder::CustomSection { name: SECTION.into(), data: manifest.as_bytes().into() };
        wasm_encoder::ComponentSection::append_to_component(&section, &mut file);
    }
    file
}

/// The component with this manifest in place of its own.
pub fn with_manifest(component: &[u8], manifest: &str) -> Vec<u8> {
    with_manifests(component, &[manifest])
}

/// An unsigned LEB128 number and what follows it.
fn leb128(bytes: &[u8]) -> (usize, &[u8]) {
    let mut number = 0;
    for (place, byte) in bytes.iter().enumerate() {
        number |= usize::from(byte & 0x7f) << (7 * place);
        if byte & 0x80 == 0 {
            return (number, &bytes[place + 1..]);
        }
    }
    (number, &[])
}
