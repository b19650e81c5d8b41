//! What the fuzzers call of the library's insides: each reader of what a stranger writes; and what
//! the benches call: the parts that send no request. Compiled for them alone.

use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde::de::DeserializeOwned;

pub use crate::auth::fuzzing as auth;
pub use crate::connect::fuzzing as connect;
pub use crate::deployment::fuzzing as deployment;
pub use crate::export::fuzzing as export;
pub use crate::resource::fuzzing as resource;

use crate::arm::kql;
use crate::base::{self, Answer, Cloud, Description, Error, json};

/// A header with a value, where the value can be one.
pub fn header(name: &str, value: &str) -> HeaderMap {
    let pair = HeaderName::try_from(name)
        .ok()
        .zip(HeaderValue::from_str(value).ok());
    pair.into_iter().collect()
}

/// What `Retry-After` and its like say: how long to wait, or that it is too long.
pub fn retry_after(headers: &HeaderMap) -> Result<Option<Duration>, Duration> {
    base::retry_after(headers)
}

/// The same in milliseconds.
pub fn retry_after_ms(headers: &HeaderMap) -> Option<Duration> {
    base::retry_after_ms(headers)
}

/// When the quota of Resource Graph is full again.
pub fn quota_renewal(headers: &HeaderMap) -> Option<Duration> {
    base::quota_renewal(headers)
}

/// The error of an answer, as the host is given it, when `sent` was a secret of its request.
pub fn error(status: u16, server: &str, body: &[u8], sent: &str) -> Error {
    let body = base::without_sent(body.to_vec(), &[sent]);
    let answer = Answer {
        status,
        host: "management.azure.com",
        server,
        is_identified: false,
        body: &body,
    };
    Error::from_answer("id1", &answer).plain()
}

/// What remains of a body that reflects a secret.
pub fn without_sent(body: &[u8], sent: &str) -> Vec<u8> {
    base::without_sent(body.to_vec(), &[sent])
}

/// Whether a console would carry the character out.
pub fn is_command(c: char) -> bool {
    base::is_command(c)
}

/// A text for a console.
pub fn plain(text: &str) -> String {
    base::plain(text.to_owned())
}

/// A body as a type of the library, nulls counting as absent.
pub fn read<T: DeserializeOwned>(body: &[u8]) -> Option<T> {
    json::from_slice(body).ok()
}

/// What the metadata of a cloud say of its sign-in address, its audience and Microsoft Graph.
pub fn cloud(body: &[u8]) -> Option<String> {
    let cloud = Cloud::named("AzureCloud").ok()?;
    Description::parse(&cloud, body).map(|description| format!("{description:?}"))
}

/// A text as a literal of a query, a condition of names, and a condition of a tag.
pub fn query(text: &str) -> (String, Option<String>, String) {
    (
        kql::quoted(text),
        kql::any_of("name", &[text.to_owned()]),
        kql::has_tag("tags", text, Some(text)),
    )
}
