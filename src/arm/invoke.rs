//! Any call to Azure Resource Manager, for what nothing else here covers.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;
use serde_json::value::RawValue;

use super::client::Client;
use super::operation::{Operation, continues};
use super::paging::Pages;
use super::plan::Plan;
use super::reply::Reply;
use super::request::{Request, Versions};
use crate::base::{Category, Error, Method, Polling, Result, Url, Wait, check_subscription_id};

/// A call as its caller words it.
#[derive(Clone, Debug, Default)]
pub struct Invoke {
    /// The HTTP method, in any casing.
    pub method: String,
    /// The path, with or without a query; or a whole URL of the connection's Resource Manager.
    /// `{subscriptionId}` in it stands for the subscription.
    pub path: String,
    /// The subscription; the connection's when not given.
    pub subscription_id: Option<String>,
    /// The version of the API, where the path does not name it.
    pub api_version: Option<String>,
    /// What to send: JSON, which leaves as it is.
    pub body: Option<String>,
    /// Whether to wait until Azure is done with what the call began.
    pub wait: bool,
}

/// The methods that Azure Resource Manager knows.
const METHODS: [Method; 6] = [
    Method::GET,
    Method::HEAD,
    Method::PUT,
    Method::PATCH,
    Method::POST,
    Method::DELETE,
];

/// What stands for the subscription in a path, as the Azure CLI has it.
const SUBSCRIPTION: &str = "{subscriptionId}";

/// A call whose words are checked.
struct Call {
    method: Method,
    url: Url,
}

/// Makes a call. What Azure answered, as it wrote it, or nothing when it had nothing to say. With
/// `wait`, what is there when the operation that the call began has ended.
///
/// # Errors
/// What breaks a rule, before any request; Azure's own; with `wait` those of the operation.
pub async fn invoke(client: &Client, wanted: &Invoke) -> Result<Option<Box<RawValue>>> {
    let call = wanted.check(client)?;
    let reply = client
        .send(
            Request::new(call.method.clone(), call.url.clone(), call.url.path())
                .body_if(wanted.body.as_ref().map(|body| body as _))
                .versions(Versions::Exact),
        )
        .await?;
    if wanted.wait {
        return call.finish(client, &reply).await;
    }
    call.text(&reply)
}

/// What [`invoke`] would do.
///
/// # Errors
/// What breaks a rule; no request is sent.
pub fn plan_invoke(client: &Client, wanted: &Invoke) -> Result<Plan> {
    let Call { method, url } = wanted.check(client)?;
    let description = format!("Send {method} to '{}'", url.path());
    Ok(Plan {
        details: Vec::new(),
        resource: url.path().to_owned(),
        effects: vec![description.clone()],
        description,
    })
}

/// The items of a list, page by page, each as Azure wrote it.
///
/// # Errors
/// What breaks a rule, before any request.
pub fn invoke_pages(client: &Client, wanted: &Invoke) -> Result<Pages<Box<RawValue>>> {
    let call = wanted.check(client)?;
    if call.method != Method::GET {
        let rule = "-Paginate needs the method GET.";
        return Err(invalid_method(&wanted.method, rule));
    }
    let target = call.url.path().to_owned();
    Ok(Pages::at(client, call.url, &target).exact())
}

impl Invoke {
    fn check(&self, client: &Client) -> Result<Call> {
        let method = self.method()?;
        if let Some(body) = &self.body {
            check_body(&method, body)?;
        }
        let url = self.url(client)?;
        Ok(Call { method, url })
    }

    fn method(&self) -> Result<Method> {
        METHODS
            .into_iter()
            .find(|known| known.as_str().eq_ignore_ascii_case(&self.method))
            .ok_or_else(|| {
                invalid_method(
                    &self.method,
                    "it must be GET, HEAD, PUT, PATCH, POST or DELETE.",
                )
            })
    }

    fn path(&self, client: &Client) -> Result<String> {
        let path = self.path.trim();
        if !path.contains(SUBSCRIPTION) {
            return Ok(path.to_owned());
        }
        let subscription = client.subscription_or(self.subscription_id.as_deref())?;
        check_subscription_id(&subscription)?;
        Ok(path.replace(SUBSCRIPTION, &subscription))
    }

    fn url(&self, client: &Client) -> Result<Url> {
        let path = self.path(client)?;
        // What is after the question mark may carry a signature: no message repeats it.
        let shown = path.split(['?', '#']).next().unwrap_or_default();
        let invalid = |rule: &str| Error::invalid("InvalidPath", "Path", shown, rule);
        let is_url = path.contains("://");
        if !is_url && !path.starts_with('/') {
            return Err(invalid(
                "it must begin with a slash, such as /subscriptions/…/resourceGroups/….",
            ));
        }
        let mut url = client
            .trusted(&path, "path", shown)
            .map_err(|error| match error.code() {
                "ForeignHost" => Error::invalid(
                    "ForeignHost",
                    "Path",
                    shown,
                    "it must be on the connection's Resource Manager endpoint, the only host that \
                     gets the token.",
                ),
                _ => error,
            })?;
        url.set_fragment(None);
        self.add_version(&mut url)?;
        Ok(url)
    }

    fn add_version(&self, url: &mut Url) -> Result<()> {
        let named = url
            .query_pairs()
            .find(|(name, _)| name.eq_ignore_ascii_case("api-version"))
            .map(|(_, version)| version.into_owned());
        match (named, &self.api_version) {
            (Some(named), Some(given)) if named != *given => {
                let rule = format!("the path contains {named}: specify one of them.");
                Err(Error::invalid(
                    "InvalidApiVersion",
                    "ApiVersion",
                    given,
                    &rule,
                ))
            }
            (Some(_), _) => Ok(()),
            (None, Some(given)) => {
                check_version(given)?;
                url.query_pairs_mut().append_pair("api-version", given);
                Ok(())
            }
            (None, None) => Err(Error::missing(
                "ApiVersion",
                "specify the api-version with -ApiVersion or in the path.",
            )),
        }
    }
}

fn invalid_method(given: &str, rule: &str) -> Error {
    Error::invalid("InvalidMethod", "Method", given, rule)
}

/// Checks that an api-version looks like one.
///
/// # Errors
/// `InvalidApiVersion`.
pub(crate) fn check_version(given: &str) -> Result<()> {
    let valid = (1..=64).contains(&given.len())
        && given
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'));
    match valid {
        true => Ok(()),
        false => Err(Error::invalid(
            "InvalidApiVersion",
            "ApiVersion",
            given,
            "it must be a date, such as 2024-11-30 or 2022-01-31-preview.",
        )),
    }
}

/// A body may hold secrets: no message repeats it.
fn check_body(method: &Method, body: &str) -> Result<()> {
    let invalid = |rule: &str| Error::invalid("InvalidBody", "Body", "(not shown)", rule);
    if matches!(*method, Method::GET | Method::HEAD) {
        return Err(invalid(&format!("{method} takes no body.")));
    }
    match serde_json::from_str::<IgnoredAny>(body) {
        Ok(_) => Ok(()),
        Err(error) => Err(invalid(&format!("it must be JSON: {error}."))),
    }
}

impl Call {
    /// An answer's text without what nobody shall see.
    fn text(&self, reply: &Reply) -> Result<Option<Box<RawValue>>> {
        if reply.is_empty() {
            return Ok(None);
        }
        // Whatever is not JSON is not Azure's.
        Ok(Some(without_secrets(reply.text(self.target())?)))
    }

    fn target(&self) -> &str {
        self.url.path()
    }

    fn activity(&self) -> String {
        format!("{} {}", self.method, self.target())
    }

    /// Waits for what the call began, and reads what became of it.
    async fn finish(&self, client: &Client, reply: &Reply) -> Result<Option<Box<RawValue>>> {
        let operation = Operation::begun_by(client, reply, self.target(), &self.activity())?;
        let is_told_by_body = operation.is_told_by_body();
        let last = operation.last().await?;
        if matches!(self.method, Method::PUT | Method::PATCH) {
            return self.settle(client).await;
        }
        match last {
            None => self.text(reply),
            Some(last) if !is_told_by_body => self.text(&last),
            Some(_) => match reply.header("location") {
                "" => Ok(None),
                link => {
                    let result = client.trusted(link, "operation's address", self.target())?;
                    self.text(&client.get_url(result, self.target()).await?)
                }
            },
        }
    }

    /// The resource once Azure is done with it: not every service has operations to look at.
    async fn settle(&self, client: &Client) -> Result<Option<Box<RawValue>>> {
        let mut polling = Polling::begin(client.retry());
        loop {
            let reply = client
                .get_url(self.url.clone(), self.target())
                .await
                .map_err(continues)?;
            let state = provisioning_state(&reply, self.target())?;
            match state.to_ascii_lowercase().as_str() {
                "" | "succeeded" => return self.text(&reply),
                "failed" | "canceled" => return Err(self.failed(&state)),
                _ => {}
            }
            let wait = Wait::new(self.activity(), "the end of the operation").because(state);
            polling
                .wait(client.observer(), self.target(), wait, reply.retry_after())
                .await
                .map_err(continues)?;
        }
    }

    fn failed(&self, state: &str) -> Error {
        let message = format!("The last operation on '{}' ended as {state}", self.target());
        Error::new(
            Category::InvalidOperation,
            "ProvisioningFailed",
            self.target(),
            message,
        )
    }
}

/// The state that a resource says it is in; empty when it says none, which is a success.
fn provisioning_state(reply: &Reply, target: &str) -> Result<String> {
    #[derive(Default, Deserialize)]
    #[serde(rename_all = "camelCase", default)]
    struct Properties {
        provisioning_state: Option<String>,
    }
    #[derive(Deserialize)]
    struct Resource {
        properties: Option<Properties>,
    }
    let resource: Resource = reply.json(target)?;
    let properties = resource.properties.unwrap_or_default();
    Ok(properties.provisioning_state.unwrap_or_default())
}

/// The member of a system-assigned identity that holds a signature.
const SECRET_MEMBER: &str = "clientSecretUrl";

/// What Azure wrote, without members that hold a signature. Without any it is the very text.
fn without_secrets(text: Box<RawValue>) -> Box<RawValue> {
    if !text
        .get()
        .to_lowercase()
        .contains(&SECRET_MEMBER.to_lowercase())
    {
        return text;
    }
    let cleaned = serde_json::from_str(text.get()).and_then(|mut value| {
        strip(&mut value);
        serde_json::value::to_raw_value(&value)
    });
    // What can't be read can't be cleaned.
    cleaned.unwrap_or_else(|_| RawValue::NULL.to_owned())
}

fn strip(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|name, _| !name.eq_ignore_ascii_case(SECRET_MEMBER));
            members.values_mut().for_each(strip);
        }
        Value::Array(items) => items.iter_mut().for_each(strip),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::arm::Settings;
    use crate::auth::{Credential, StaticTokens};
    use crate::base::{Cloud, Http, Proxy, RetryPolicy};

    fn client() -> Client {
        Client::new(Settings {
            cloud: Cloud::at("http://127.0.0.1:9").unwrap(),
            credential: Credential::AccessToken(
                StaticTokens::new(&"t".to_owned().into(), None).unwrap(),
            ),
            first: None,
            subscription_id: None,
            http: Arc::new(Http::new(Proxy::System)),
            retry: RetryPolicy::default(),
        })
    }

    fn get(path: &str) -> Invoke {
        Invoke {
            method: "get".to_owned(),
            path: path.to_owned(),
            api_version: Some("2024-11-30".to_owned()),
            ..Invoke::default()
        }
    }

    fn url(invoke: &Invoke) -> Result<String> {
        Ok(invoke.check(&client())?.url.as_str().to_owned())
    }

    fn code(invoke: &Invoke) -> String {
        url(invoke).unwrap_err().code().to_owned()
    }

    #[test]
    fn a_path_keeps_its_query_and_gets_the_version() {
        let base = "http://127.0.0.1:9/subscriptions/s";
        assert_eq!(
            url(&get("/subscriptions/s?$filter=a%20eq%20%27b%27")).unwrap(),
            format!("{base}?$filter=a%20eq%20%27b%27&api-version=2024-11-30")
        );
        let same = get("/subscriptions/s?Api-Version=2024-11-30#x");
        assert_eq!(
            url(&same).unwrap(),
            format!("{base}?Api-Version=2024-11-30")
        );
        assert_eq!(code(&get("/x?api-version=2020-01-01")), "InvalidApiVersion");
        let mut none = get("/x");
        none.api_version = None;
        assert_eq!(code(&none), "MissingParameter");
        none.api_version = Some("2020&x=1".to_owned());
        assert_eq!(code(&none), "InvalidApiVersion");
    }

    #[test]
    fn the_subscription_has_a_place_in_the_path() {
        let mut invoke = get("/subscriptions/{subscriptionId}/resourceGroups");
        assert_eq!(code(&invoke), "MissingParameter");
        invoke.subscription_id = Some("aaaa0a0a-bb1b-cc2c-dd3d-eeeeee4e4e4e".to_owned());
        let expected = "http://127.0.0.1:9/subscriptions/aaaa0a0a-bb1b-cc2c-dd3d-eeeeee4e4e4e/";
        assert!(url(&invoke).unwrap().starts_with(expected));
        invoke.subscription_id = Some("../x".to_owned());
        assert_eq!(code(&invoke), "InvalidSubscriptionId");
    }

    #[test]
    fn a_token_goes_to_the_connections_host_alone() {
        for foreign in [
            "https://management.azure.com/x",
            "http://127.0.0.1:8/x",
            "//evil.example/x",
            "/\\evil.example/x",
            "http://user@evil.example/x",
        ] {
            let error = url(&get(foreign)).unwrap_err();
            assert_eq!(error.code(), "ForeignHost", "{foreign}");
        }
        assert!(url(&get("http://127.0.0.1:9/x")).is_ok());
        assert_eq!(code(&get("subscriptions/s")), "InvalidPath");
        let signed = url(&get("https://evil.example/x?sig=marked")).unwrap_err();
        assert!(!signed.to_string().contains("marked"));
    }

    #[test]
    fn methods_and_bodies_are_checked() {
        let mut call = get("/x");
        call.method = "FETCH".to_owned();
        assert_eq!(code(&call), "InvalidMethod");
        call.method = "Put".to_owned();
        call.body = Some("{\"a\": marked}".to_owned());
        let error = url(&call).unwrap_err();
        assert_eq!(error.code(), "InvalidBody");
        assert!(!error.to_string().contains("marked"));
        call.body = Some("{\"a\": [1]}".to_owned());
        assert!(url(&call).is_ok());
        call.method = "GET".to_owned();
        assert_eq!(code(&call), "InvalidBody");
    }

    #[test]
    fn what_holds_a_signature_is_taken_out() {
        let cleaned = |text: &str| {
            let text = RawValue::from_string(text.to_owned()).unwrap();
            without_secrets(text).get().to_owned()
        };
        let exact = r#"{ "big": 123456789012345678901234567890 }"#;
        assert_eq!(cleaned(exact), exact);
        let secret = r#"{"a":[{"ClientSecretURL":"https://x?sig=1","b":1}]}"#;
        assert_eq!(cleaned(secret), r#"{"a":[{"b":1}]}"#);
    }
}
