//! What a fault does, as it is posted.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::interference::{Delivery, Interference};
use crate::base::http::Reply;
use crate::model::error::ErrorBody;

/// What happens: exactly one of an answer (`status` and what goes with it), a delay, or a closed
/// connection.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct Action {
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    headers: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    delay_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    close: Option<Close>,
}

/// When the connection is closed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Close {
    /// Nothing happens to the resources.
    Before,
    /// The request takes effect, and its sender does not learn of it.
    After,
}

impl Action {
    pub(super) fn check(&self) -> Result<(), String> {
        let kinds = [
            self.status.is_some(),
            self.delay_ms.is_some(),
            self.close.is_some(),
        ];
        if kinds.iter().filter(|given| **given).count() != 1 {
            return Err("action takes exactly one of status, delayMs and close".to_owned());
        }
        if let Some(status) = self.status
            && !(200..=599).contains(&status)
        {
            return Err(format!("action.status is {status}; it must be 200 to 599"));
        }
        let with_status = self.code.is_some()
            || self.message.is_some()
            || self.body.is_some()
            || self.content_type.is_some()
            || !self.headers.is_empty();
        if self.status.is_none() && with_status {
            return Err(
                "action: code, message, headers, body and contentType go with status only"
                    .to_owned(),
            );
        }
        if self.body.is_some() && (self.code.is_some() || self.message.is_some()) {
            return Err("action takes either body, or code and message".to_owned());
        }
        for (name, value) in &self.headers {
            let name_ok = hyper::header::HeaderName::try_from(name.as_str()).is_ok();
            if !name_ok || hyper::header::HeaderValue::try_from(value.as_str()).is_err() {
                return Err(format!("action.headers: '{name}' is not a header"));
            }
        }
        if let Some(kind) = &self.content_type
            && hyper::header::HeaderValue::try_from(kind.as_str()).is_err()
        {
            return Err("action.contentType is not the value of a header".to_owned());
        }
        Ok(())
    }

    pub(super) fn interference(&self) -> Interference {
        if let Some(delay) = self.delay_ms {
            return Interference::wait(delay);
        }
        match self.close {
            Some(Close::Before) => return Interference::no_answer(Delivery::Closed),
            Some(Close::After) => return Interference::deliver(Delivery::Closed),
            None => {}
        }
        let status = self.status.unwrap_or(500);
        let mut reply = match &self.body {
            Some(body) => {
                let kind = self.content_type.as_deref();
                Reply::raw(
                    status,
                    kind.unwrap_or("application/json; charset=utf-8"),
                    body.clone(),
                )
            }
            None if status < 300 => Reply::empty(status),
            None => {
                let code = self.code.clone().unwrap_or_else(|| usual_code(status));
                let message = self.message.clone();
                let error = ErrorBody::new(
                    code,
                    message.unwrap_or_else(|| "An injected fault.".to_owned()),
                );
                let mut reply = Reply::json(status, &json!({ "error": error }));
                if let Some(kind) = &self.content_type {
                    reply.headers.clear();
                    reply = reply.header("Content-Type", kind);
                }
                reply
            }
        };
        for (name, value) in &self.headers {
            reply = reply.header(name, value);
        }
        Interference::answer(reply)
    }
}

/// The code that ARM uses with a status most often.
fn usual_code(status: u16) -> String {
    match status {
        400 => "BadRequest",
        401 => "AuthenticationFailed",
        403 => "AuthorizationFailed",
        404 => "ResourceNotFound",
        409 => "Conflict",
        412 => "PreconditionFailed",
        429 => "TooManyRequests",
        500 => "InternalServerError",
        502 => "BadGateway",
        503 => "ServiceUnavailable",
        504 => "GatewayTimeout",
        _ => "Fault",
    }
    .to_owned()
}
