//! Which addresses a plugin's requests may reach: public ones only, under any spelling.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Whether an address is one of the public internet. What is not known to be public is refused: the tables are the IANA
/// special-purpose address registries for IPv4 and IPv6 (RFC 6890 and its updates), beside multicast and what is not assigned.
/// What a registry calls globally reachable but nobody serves an API at (anycast of AS112, relays, address discovery) is refused
/// with the rest, and so is an IPv6 address that carries an IPv4 address (mapped, compatible, 6to4, Teredo, NAT64 of a network's own)
/// whatever it carries: where it ends, a relay decides that the host cannot see. Only the well-known NAT64 prefix is judged by
/// what it carries (RFC 6052 section 3.1), because in a network without IPv4 every name has such an address.
pub(crate) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !matches!(
        (a, b, c),
        // This network, private use, loopback, link-local, multicast, reserved and broadcast.
        (0 | 10 | 127, _, _) | (169, 254, _) | (172, 16..=31, _) | (192, 168, _) | (224.., _, _)
            // Shared address space of carriers (RFC 6598), benchmarking (RFC 2544).
            | (100, 64..=127, _) | (198, 18..=19, _)
            // Protocol assignments, documentation, 6to4 relays, AS112, AMT.
            | (192, 0, 0 | 2) | (198, 51, 100) | (203, 0, 113) | (192, 88, 99) | (192, 31, 196) | (192, 52, 193) | (192, 175, 48)
    )
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, c, d, e, f, g, h] = address.segments();
    let ([w, x], [y, z]) = (g.to_be_bytes(), h.to_be_bytes());
    match (a, b, c) {
        (0x64, 0xff9b, 0) if (d, e, f) == (0, 0, 0) => is_public_v4(Ipv4Addr::new(w, x, y, z)),
        // Of global unicast 2000::/3 all but the protocol assignments (2001::/23, Teredo, benchmarking and ORCHID among them),
        // documentation (2001:db8::/32, 3fff::/20), 6to4 (2002::/16) and AS112 (2620:4f:8000::/48). Everything else that is
        // special lies outside: unspecified, loopback, mapped and compatible IPv4 (::/96), NAT64 (64:ff9b:1::/48),
        // discard-only (100::/64), segment routing (5f00::/16), unique local, link-local, site-local,
        // multicast.
        (0x2001, 0..=0x1ff | 0xdb8, _) | (0x3fff, 0..=0xfff, _) | (0x2002, ..) | (0x2620, 0x4f, 0x8000) => false,
        _ => (0x2000..=0x3fff).contains(&a),
    }
}

#[cfg(test)]
mod tests {
    use super::is_public;

    #[test]
    fn nothing_but_the_public_internet_is_reached() {
        for address in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "100.127.255.255",
            "0.1.2.3",
            "127.0.0.1",
            "127.1.2.3",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.0.170",
            "192.0.2.1",
            "192.31.196.1",
            "192.52.193.1",
            "192.88.99.1",
            "192.175.48.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.7",
            "203.0.113.9",
            "224.0.0.1",
            "239.1.1.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::127.0.0.1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::ffff:8.8.8.8",
            "::ffff:0:127.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b::a9fe:a9fe",
            "64:ff9b::a00:1",
            "64:ff9b:1::808:808",
            "64:ff9b::1:808:808",
            "100::1",
            "100:0:0:1::1",
            "2001::1",
            "2001:2::1",
            "2001:4:112::1",
            "2001:10::1",
            "2001:20::1",
            "2001:1ff:ffff::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "2002:a00:1::1",
            "2002:c0a8:101::",
            "2002:808:808::1",
            "2620:4f:8000::1",
            "3fff::1",
            "3fff:fff::1",
            "5f00::1",
            "fc00::1",
            "fd12:3456::1",
            "fe80::1",
            "febf::1",
            "fec0::1",
            "ff02::1",
            "4000::1",
        ] {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn the_public_internet_is_reached() {
        for address in [
            "1.1.1.1",
            "8.8.8.8",
            "31.13.71.36",
            "100.63.0.1",
            "172.32.0.1",
            "192.0.1.1",
            "198.20.0.1",
            "223.255.255.255",
            "2606:4700::1111",
            "2a03:2880:f12f::1",
            "2001:200::1",
            "64:ff9b::808:808",
            "2620:fe::fe",
            "3fff:1000::1",
        ] {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
    }
}
