//! Hooks on an origin of their own: nothing that a plugin answers comes from where admins work.

use lockgate_tests::{Database, HostPlan, TestHost, on_both};
use serde_json::json;

use crate::answers::runs_nothing;
use crate::hostile::{Channel, call};

async fn hooks_on_an_origin_of_their_own_share_nothing_with_the_api(database: Database) {
    const NAME: &str = "hooks.example.org";
    let origin = format!("https://{NAME}");
    let host = HostPlan::on(database).with_hooks_at(&origin).start().await;
    let api = host.api();
    let hostile = Channel::connect(api).await;
    // Shown under that origin, served at the listener that a proxy leads it to.
    let path = hostile.channel_hook.strip_prefix(&origin).expect("the hooks' origin");
    let event = json!({ "events": [{ "id": "1", "text": "Hello", "from": "eve" }] });
    let hook = format!("http://{}{path}", host.hooks_address());
    let answer = call(&hook, &event).await;
    assert_eq!(answer.status(), 200);
    runs_nothing(&answer);
    assert_eq!(call(&format!("{}{path}", api.origin()), &event).await.status(), 404, "not on the API's listener");

    let client = lockgate_tests::client().build().unwrap();
    for path in ["/api/v1/plugins", "/api/openapi.json", "/readyz", "/", "/hooks"] {
        let request = client.get(format!("http://{}{path}", host.hooks_address())).bearer_auth(api.token());
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 404, "{path} on the hooks' listener");
        runs_nothing(&answer);
    }
    // Whoever leads the hooks' name to the API's listener all the same gets no API there.
    for (name, status) in [(NAME, 421), ("HOOKS.example.org:443", 421), ("admin.example.org", 200)] {
        let request = client.get(format!("{}/api/v1/plugins", api.origin())).bearer_auth(api.token());
        assert_eq!(request.header("host", name).send().await.unwrap().status(), status, "{name}");
    }
}

async fn what_shares_a_listener_answers_under_every_name(database: Database) {
    let host = TestHost::start_on(database).await;
    let client = lockgate_tests::client().build().unwrap();
    let request = client.get(format!("{}/api/v1/plugins", host.api().origin())).bearer_auth(host.api().token());
    assert_eq!(request.header("host", "hooks.example.org").send().await.unwrap().status(), 200);
}

on_both![hooks_on_an_origin_of_their_own_share_nothing_with_the_api, what_shares_a_listener_answers_under_every_name,];
