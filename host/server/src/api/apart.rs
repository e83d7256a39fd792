//! The API does not answer under the name of the hooks, where those have a listener of their own.
//!
//! A proxy that leads the hooks' name to the API by mistake, or shares one name out by path, would put what plugins answer and
//! what admins use on one origin again. The listener keeps them apart; this notices where something in front of it does not.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::HOST;
use http::uri::Authority;
use url::Url;

use super::problem::{Kind, Problem};
use crate::config::Config;
use crate::host::Host;

/// Refuses what was asked of the hooks' origin.
pub(crate) async fn enforce(State(host): State<Host>, request: Request, next: Next) -> Response {
    let asked = request.headers().get(HOST).and_then(|value| value.to_str().ok());
    let asked = request.uri().authority().map(Authority::as_str).or(asked);
    match (hooks_name(&host.config), asked) {
        (Some(hooks), Some(asked)) if is(hooks, asked) => {
            let detail =
                "This is the origin of the hooks, which they have for themselves. Call the API by another name.";
            Problem::new(Kind::Misdirected, detail).into_response()
        }
        _ => next.run(request).await,
    }
}

/// The origin that is the hooks' alone; none where they share the API's listener, or nobody named one.
fn hooks_name(config: &Config) -> Option<&Url> {
    config.hooks_listen.and(config.public_url.as_ref())
}

/// Whether a `Host` names this origin. What is no name is not this one.
fn is(origin: &Url, host: &str) -> bool {
    let asked = Url::parse(&format!("{}://{host}", origin.scheme())).ok();
    asked.is_some_and(|asked| {
        let name = |url: &Url| url.host_str().map(|name| name.trim_end_matches('.').to_owned());
        name(&asked) == name(origin) && asked.port_or_known_default() == origin.port_or_known_default()
    })
}

#[cfg(test)]
mod tests {
    use super::is;

    #[test]
    fn a_name_is_known_under_every_spelling() {
        let origin = "https://hooks.example.org".parse().unwrap();
        for same in [
            "hooks.example.org",
            "HOOKS.example.org",
            "hooks.example.org:443",
            "hooks.example.org.",
            "hooks.example.org:",
        ] {
            assert!(is(&origin, same), "{same}");
        }
        for other in ["admin.example.org", "hooks.example.org:8443", "example.org", "127.0.0.1:8080", "", "a b", "/"] {
            assert!(!is(&origin, other), "{other}");
        }
    }
}
