//! What a Resource Manager says of its cloud: `/metadata/endpoints`.

use std::fmt;

use serde_json::Value;

use super::http::{Http, causes, read_body};
use super::{Category, Cloud, Error, Obstacle, Result, Url, parse_endpoint};

/// Asks a Resource Manager where its tokens are issued and what for, and where Microsoft Graph is.
/// Newer versions answer with a list of clouds, older ones with a single object. Source: the
/// Azure Resource Manager metadata endpoint, as the Azure CLI and Az read it.
///
/// # Errors
/// `DiscoveryFailed` when it does not say.
pub(crate) async fn discover(cloud: &Cloud, http: &Http) -> Result<Cloud> {
    let mut url = cloud.resource_manager.clone();
    url.set_path("/metadata/endpoints");
    url.set_query(Some("api-version=2023-11-01"));
    let host = url.host_str().unwrap_or_default().to_owned();
    let failure = |why: &dyn fmt::Display| {
        let message = format!("{host} does not say what cloud it is in: {why}");
        Error::new(Category::ConnectionError, "DiscoveryFailed", &host, message)
            .advise("Check -Endpoint.")
    };
    let answer = match http.toward(&url)?.get(url.clone()).send().await {
        Ok(answer) => answer,
        Err(error) if error.is_connect() => {
            let obstacle = Obstacle::find(http, &url, &error).await;
            return Err(obstacle.error("DiscoveryFailed", &host));
        }
        Err(error) => return Err(failure(&causes(&error))),
    };
    let body = read_body(answer)
        .await
        .map_err(|error| failure(&causes(&error)))?;
    let metadata: Value = serde_json::from_slice(&body)
        .map_err(|_| failure(&"its answer is not the metadata of a cloud"))?;
    let entry = cloud_entry(&metadata, &cloud.resource_manager)
        .ok_or_else(|| failure(&"its metadata does not name it"))?;
    read(cloud, entry).ok_or_else(|| failure(&"its metadata has no usable sign-in address"))
}

/// The cloud that an entry describes; none without a place to sign in.
fn read(cloud: &Cloud, entry: &Value) -> Option<Cloud> {
    let text = |value: &Value| {
        value
            .as_str()
            .map(|text| text.trim_end_matches('/').to_owned())
    };
    let url = |value: &Value| parse_endpoint("Endpoint", value.as_str()?).ok();
    let authentication = &entry["authentication"];
    Some(Cloud {
        name: text(&entry["name"]).unwrap_or_else(|| cloud.name.clone()),
        resource_manager: cloud.resource_manager.clone(),
        authority: Some(url(&authentication["loginEndpoint"])?),
        audience: text(&authentication["audiences"][0]).unwrap_or_else(|| cloud.audience.clone()),
        graph: url(&entry["microsoftGraphResourceId"]),
    })
}

fn cloud_entry<'a>(metadata: &'a Value, resource_manager: &Url) -> Option<&'a Value> {
    let Value::Array(clouds) = metadata else {
        return Some(metadata);
    };
    let is_ours = |cloud: &&Value| {
        cloud["resourceManager"]
            .as_str()
            .and_then(|text| Url::parse(text).ok())
            .is_some_and(|url| url.origin() == resource_manager.origin())
    };
    clouds.iter().find(is_ours)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn both_forms_of_metadata_are_read() {
        let url = Url::parse("https://arm.local:30005").unwrap();
        let single = json!({"authentication": {"loginEndpoint": "https://login.local/"}});
        assert_eq!(cloud_entry(&single, &url), Some(&single));
        let many = json!([
            {"name": "Other", "resourceManager": "https://management.azure.com/"},
            {"name": "Ours", "resourceManager": "https://arm.local:30005/"},
        ]);
        assert_eq!(cloud_entry(&many, &url).unwrap()["name"], "Ours");
        assert_eq!(cloud_entry(&json!([]), &url), None);
    }

    #[test]
    fn a_cloud_is_made_of_what_its_metadata_says() {
        let named = Cloud::at("https://arm.local").unwrap();
        let cloud = read(
            &named,
            &json!({
                "name": "Stack",
                "authentication": {
                    "loginEndpoint": "https://login.local/",
                    "audiences": ["https://arm.stack/guid/"],
                },
                "microsoftGraphResourceId": "https://graph.local/",
            }),
        );
        let cloud = cloud.unwrap();
        assert_eq!(cloud.name, "Stack");
        assert_eq!(cloud.audience, "https://arm.stack/guid");
        assert_eq!(cloud.authority.unwrap().as_str(), "https://login.local/");
        assert_eq!(cloud.graph.unwrap().as_str(), "https://graph.local/");
        let silent = json!({"authentication": {"loginEndpoint": "http://login.local/"}});
        assert_eq!(read(&named, &silent), None);
    }
}
