//! A client for Microsoft Graph.

use emulator::Options;
use hyper::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Azure};

/// An emulator, and a token for Graph in place of the one for Resource Manager.
pub struct Graph {
    pub azure: Azure,
    pub token: String,
}

impl Graph {
    pub async fn start() -> Self {
        Self::with(Options::default()).await
    }

    pub async fn with(options: Options) -> Self {
        let azure = Azure::with(options).await;
        let token = azure.sign_in("https://graph.microsoft.com/.default").await;
        Graph { azure, token }
    }

    pub async fn send(&self, method: Method, path: &str, body: Value) -> Answer {
        let bearer = format!("Bearer {}", self.token);
        let headers = [
            ("authorization", bearer.as_str()),
            ("content-type", "application/json"),
            ("consistencylevel", "eventual"),
        ];
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let path = if path.starts_with("http") {
            path.to_owned()
        } else {
            format!("/v1.0{path}")
        };
        self.azure.raw(method, &path, &headers, body).await.unwrap()
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, Value::Null).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, body).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, Value::Null).await
    }

    pub async fn add(&self, group: &str, member: &str) -> Answer {
        let url = format!("https://graph.microsoft.com/v1.0/directoryObjects/{member}");
        self.post(
            &format!("/groups/{group}/members/$ref"),
            json!({"@odata.id": url}),
        )
        .await
    }

    /// The ids in a list, over all pages.
    pub async fn ids(&self, path: &str) -> Vec<String> {
        let (mut ids, mut url) = (Vec::new(), path.to_owned());
        loop {
            let page = self.get(&url).await.is(200).json();
            for item in page["value"].as_array().unwrap() {
                ids.push(
                    item["id"]
                        .as_str()
                        .unwrap_or_else(|| item.as_str().unwrap())
                        .to_owned(),
                );
            }
            match page["@odata.nextLink"].as_str() {
                Some(next) => next.clone_into(&mut url),
                None => return ids,
            }
        }
    }

    pub async fn group(&self, name: &str) -> String {
        let body = json!({"displayName": name, "mailNickname": name, "mailEnabled": false, "securityEnabled": true});
        let made = self.post("/groups", body).await.is(201).json();
        made["id"].as_str().unwrap().to_owned()
    }

    /// The principal of a new identity.
    pub async fn identity(&self, name: &str) -> String {
        let made = self.azure.identity(name).await;
        made["properties"]["principalId"]
            .as_str()
            .unwrap()
            .to_owned()
    }
}

pub fn encoded(filter: &str) -> String {
    filter.replace(' ', "%20").replace('\'', "%27")
}
