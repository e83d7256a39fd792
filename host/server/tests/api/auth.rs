//! Every operation of the document, asked without a token and with one that lacks the scope.

use lockgate_model::config::Scope;
use reqwest::{Method, RequestBuilder};
use serde_json::Value;

use crate::world::{Answer, World, answer};

/// What everybody may ask.
const PUBLIC: [&str; 3] = ["/healthz", "/readyz", "/api/openapi.json"];

/// An operation as the document tells of it.
struct Operation {
    method: Method,
    path: String,
    media_type: Option<String>,
    security: Value,
}

fn operations() -> Vec<Operation> {
    let document = serde_json::to_value(lockgate::api::document()).unwrap();
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let media_type =
                operation["requestBody"]["content"].as_object().and_then(|content| content.keys().next().cloned());
            operations.push(Operation {
                method: method.to_uppercase().parse().unwrap(),
                path: path.clone(),
                media_type,
                security: operation["security"].clone(),
            });
        }
    }
    operations
}

impl Operation {
    fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// The one scope that opens it; none where it is open to everybody.
    fn scope(&self) -> Option<Scope> {
        let requirements =
            self.security.as_array().unwrap_or_else(|| panic!("{} does not say who may call it", self.name()));
        assert_eq!(requirements.len(), 1, "{} has several requirements", self.name());
        if requirements[0].as_object().is_some_and(serde_json::Map::is_empty) {
            assert!(PUBLIC.contains(&self.path.as_str()), "{} is open to everybody", self.name());
            return None;
        }
        let scopes =
            requirements[0]["token"].as_array().unwrap_or_else(|| panic!("{} does not take a token", self.name()));
        assert_eq!(scopes.len(), 1, "{} has several scopes", self.name());
        Some(scopes[0].as_str().unwrap().parse().unwrap())
    }

    async fn ask(&self, world: &World, token: Option<&str>) -> Answer {
        answer(self.request(world, token)).await
    }

    fn request(&self, world: &World, token: Option<&str>) -> RequestBuilder {
        let path = self.path.replace("{id}", "0198c1f2-6f0a-7d31-9c55-3b1a0e6f7a21");
        let mut request = world.request(self.method.clone(), &path);
        if let Some(media_type) = &self.media_type {
            request = request.header("content-type", media_type).body("{}");
        }
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        request
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_refuses_who_has_no_token_and_who_lacks_the_scope() {
    let world = World::start().await;
    let mut walked = 0;
    for operation in operations() {
        let Some(scope) = operation.scope() else {
            assert!(operation.ask(&world, None).await.status.is_success(), "{}", operation.name());
            continue;
        };
        for stranger in [None, Some("lg_wrong"), Some("")] {
            let answer = operation.ask(&world, stranger).await;
            answer.is_problem(401, "unauthenticated");
            assert!(answer.headers["www-authenticate"].to_str().unwrap().starts_with("Bearer"), "{}", operation.name());
        }
        let others = Scope::ALL.into_iter().filter(|other| !scope.is_given_by(&[*other].into()));
        let answer = operation.ask(&world, Some(&world.token(others).await)).await;
        answer.is_problem(403, "forbidden");
        assert!(answer.headers["www-authenticate"].to_str().unwrap().contains(scope.as_str()), "{}", operation.name());

        // The body is left unread: the live stream's has no end.
        let status = operation.request(&world, Some(&world.token([scope]).await)).send().await.unwrap().status();
        assert!(![401, 403].contains(&status.as_u16()), "{} refuses its own scope: {status}", operation.name());
        walked += 1;
    }
    assert!(walked > 30, "only {walked} operations were walked");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_token_is_worth_nothing_from_the_next_request_on() {
    let world = World::start().await;
    let made = world.post("/api/v1/tokens", &serde_json::json!({"name": "reader", "scopes": ["inbox:read"]})).await;
    assert_eq!(made.status, 201, "{made:?}");
    assert_eq!(made.headers["cache-control"], "no-store");
    let (id, secret) = (made.text("/id").to_owned(), made.text("/secret").to_owned());
    let read = || answer(world.request(Method::GET, "/api/v1/conversations").bearer_auth(&secret));
    assert_eq!(read().await.status, 200);
    assert_eq!(world.delete(&format!("/api/v1/tokens/{id}")).await.status, 204);
    read().await.is_problem(401, "unauthenticated");
    let listed = world.get("/api/v1/tokens").await;
    let token = listed.body["items"].as_array().unwrap().iter().find(|token| token["id"] == id.as_str()).unwrap();
    assert!(token["revoked_at"].is_string() && token.get("secret").is_none(), "{token}");
    assert!(!listed.body.to_string().contains(&secret));
    world.stop().await;
}
