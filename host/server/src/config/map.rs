//! The operator's mapping of one granted host name to a loopback address, as it is written: `HOST=IP:PORT,ca=FILE`.

use std::net::SocketAddr;
use std::path::PathBuf;

/// One mapping. Everything but the address stays as it is: grant, TLS, name check, credential place, scrubbing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostMapSetting {
    /// The host name that a plugin calls.
    pub host: String,
    /// Where it is looked for; a loopback address.
    pub address: SocketAddr,
    /// PEM file of the one CA that is trusted for it.
    pub ca_file: PathBuf,
}

impl std::str::FromStr for HostMapSetting {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        const FORM: &str = "write HOST=IP:PORT,ca=FILE, such as graph.example.com=127.0.0.1:4443,ca=ca.pem";
        let (host, rest) = text.split_once('=').ok_or(FORM)?;
        let (address, ca_file) = rest.split_once(",ca=").ok_or(FORM)?;
        let address: SocketAddr = address.parse().map_err(|_| format!("{address:?} is no IP:PORT; {FORM}"))?;
        if !address.ip().is_loopback() {
            return Err(format!("{address} is not a loopback address; a host can only be mapped to this machine"));
        }
        if host.is_empty() || ca_file.is_empty() {
            return Err(FORM.into());
        }
        Ok(Self { host: host.to_ascii_lowercase(), address, ca_file: ca_file.into() })
    }
}

#[cfg(test)]
mod tests {
    use super::HostMapSetting;

    #[test]
    fn only_a_loopback_address_can_be_mapped_to() {
        assert!("graph.example.com=127.0.0.1:4443,ca=/tmp/ca.pem".parse::<HostMapSetting>().is_ok());
        assert!("graph.example.com=[::1]:4443,ca=/tmp/ca.pem".parse::<HostMapSetting>().is_ok());
        for wrong in [
            "graph.example.com=10.0.0.1:443,ca=x",
            "graph.example.com=127.0.0.1:1",
            "=127.0.0.1:1,ca=x",
            "h=127.0.0.1,ca=x",
        ] {
            assert!(wrong.parse::<HostMapSetting>().is_err(), "{wrong}");
        }
    }
}
