//! A token goes to the host that it was issued for, and to no other: whatever a service answers, a
//! second server hears nothing.

use std::sync::atomic::Ordering;

use emulator::Options;
use managed_identity::access::{self, FindReferences, Source};
use managed_identity::arm::Scope;
use managed_identity::base::Result;
use managed_identity::compute;
use managed_identity::identity::{self, Create};
use serde_json::{Value, json};

use crate::support::{Local, VM, merge, on, other_server, target};

/// Links that lead to the other server, or would if they were read carelessly.
fn foreign(local: &Local, other: &str) -> Vec<String> {
    let own = local.emulator.endpoint().trim_start_matches("http://");
    let host = other.trim_start_matches("http://");
    vec![
        format!("{other}/next?api-version=1"),
        format!("//{host}/next"),
        format!("HTTP://{host}/next"),
        format!("http://{own}@{host}/next"),
        format!("http:\\\\{host}\\next"),
        format!("\t{other}/next"),
        format!("https://{own}/next"),
        format!("http://localhost:{}/next", host.rsplit(':').next().unwrap()),
        "file:///etc/passwd".to_owned(),
    ]
}

/// An answer in place of the real one.
fn instead(status: u16, body: Value, headers: Value) -> Value {
    json!({"status": status, "body": body.to_string(), "contentType": "application/json",
        "headers": headers})
}

fn code<T>(result: Result<T>) -> String {
    match result {
        Ok(_) => "it succeeded".to_owned(),
        Err(error) => {
            assert!(!error.to_string().contains("/next"), "{error}");
            error.code().to_owned()
        }
    }
}

#[tokio::test]
async fn next_links_that_lead_away_are_refused() {
    let (other, count) = other_server(String::new()).await;
    let local = Local::start().await;
    for link in foreign(&local, &other) {
        let page = json!({"value": [], "nextLink": link});
        let action = instead(200, page.clone(), json!({}));
        local
            .fault(on("GET", "userAssignedIdentities", action))
            .await;
        let mut pages = identity::list(&local.client, &Scope::default()).unwrap();
        assert_eq!(code(pages.next().await), "ForeignHost", "{link}");

        let action = instead(200, page, json!({}));
        local
            .fault(on("POST", "listAssociatedResources", action))
            .await;
        let wanted = FindReferences {
            identity: Some(target("id1")),
            source: Source::Provider,
            ..FindReferences::default()
        };
        let found = access::references(&local.client, &wanted).await;
        assert_eq!(code(found), "ForeignHost", "{link}");
    }
    assert_eq!(count.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn operations_that_are_kept_elsewhere_are_refused() {
    let (other, count) = other_server(String::new()).await;
    let local = Local::with(Options::default()).await;
    let wanted = Create {
        target: target("id1"),
        ..Create::default()
    };
    identity::create(&local.client, &wanted).await.unwrap();
    let change = merge(&["id1"], &[], None);
    for link in foreign(&local, &other) {
        // A header can't carry a tab.
        let link = link.trim_start();
        for (status, header) in [
            (200, "Azure-AsyncOperation"),
            (202, "Azure-AsyncOperation"),
            (202, "Location"),
        ] {
            let action = instead(status, json!({}), json!({header: link}));
            local.fault(on("PATCH", VM, action)).await;
            let ended = compute::update(&local.client, &change).await;
            assert_eq!(code(ended), "ForeignHost", "{header}: {link}");
        }
    }
    assert_eq!(count.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let (other, count) = other_server(String::new()).await;
    let local = Local::start().await;
    for status in [301, 302, 303, 307, 308] {
        let action = instead(
            status,
            json!({}),
            json!({"Location": format!("{other}/next")}),
        );
        local.fault(on("GET", "id1", action)).await;
        let ended = identity::get(&local.client, &target("id1")).await;
        assert_eq!(code(ended), format!("HttpStatus{status}"));
    }
    assert_eq!(count.load(Ordering::SeqCst), 0);
}
