//! Faults on demand: the next matching request is refused, delayed, or not answered at all.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::base::clock::Millis;
use crate::base::http::{Reply, Request};
use crate::model::error::ErrorBody;

/// A fault, as it is posted.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Fault {
    /// Only requests with this method.
    #[serde(default)]
    method: Option<String>,
    /// Only requests whose path and query contain this, in any casing.
    #[serde(default)]
    path_contains: Option<String>,
    /// How many matching requests pass before the first that is hit.
    #[serde(default)]
    skip: u64,
    /// How many are hit: one, or with `for_seconds` any number.
    #[serde(default)]
    times: Option<u64>,
    /// For how long from now on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    for_seconds: Option<u64>,
    action: Action,
}

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

/// A fault and what has become of it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ArmedFault {
    id: u64,
    #[serde(flatten)]
    fault: Fault,
    #[serde(skip)]
    until: Option<Millis>,
    /// Requests that matched.
    matched: u64,
    /// Requests that were hit.
    hit: u64,
}

/// What to do with a request.
#[derive(Debug, Clone)]
pub(crate) enum FaultOutcome {
    Answer(Reply),
    Delay(u64),
    Close(Close),
}

/// All faults, in the order in which they were posted.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    armed: Vec<ArmedFault>,
    count: u64,
}

impl Faults {
    /// Takes a fault in, or says what is wrong with it.
    pub(crate) fn add(&mut self, text: &[u8], now: Millis) -> Result<ArmedFault, String> {
        let mut fault: Fault = serde_json::from_slice(text).map_err(|e| e.to_string())?;
        fault.action.check()?;
        if fault.for_seconds.is_none() {
            fault.times.get_or_insert(1);
        }
        if fault.times == Some(0) {
            return Err("times is 0; a fault happens at least once".to_owned());
        }
        self.count += 1;
        let armed = ArmedFault {
            id: self.count,
            until: fault
                .for_seconds
                .map(|seconds| now.saturating_add(seconds.saturating_mul(1_000))),
            fault,
            matched: 0,
            hit: 0,
        };
        self.armed.push(armed.clone());
        Ok(armed)
    }

    pub(crate) fn list(&self) -> &[ArmedFault] {
        &self.armed
    }

    pub(crate) fn clear(&mut self) {
        self.armed.clear();
    }

    /// What the first fault that applies to the request wants. Faults that match and let it pass
    /// count it.
    pub(crate) fn hit(&mut self, request: &Request, now: Millis) -> Option<FaultOutcome> {
        for armed in &mut self.armed {
            let spent = armed.fault.times.is_some_and(|times| armed.hit >= times);
            let over = armed.until.is_some_and(|until| until <= now);
            if spent || over || !armed.fault.matches(request) {
                continue;
            }
            armed.matched += 1;
            if armed.matched > armed.fault.skip {
                armed.hit += 1;
                return Some(armed.fault.action.outcome());
            }
        }
        None
    }
}

impl Fault {
    fn matches(&self, request: &Request) -> bool {
        let method = self
            .method
            .as_ref()
            .is_none_or(|m| m.eq_ignore_ascii_case(request.method.as_str()));
        let path = self.path_contains.as_ref().is_none_or(|part| {
            request
                .target()
                .to_lowercase()
                .contains(&part.to_lowercase())
        });
        method && path
    }
}

impl Action {
    fn check(&self) -> Result<(), String> {
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

    fn outcome(&self) -> FaultOutcome {
        if let Some(delay) = self.delay_ms {
            return FaultOutcome::Delay(delay);
        }
        if let Some(close) = self.close {
            return FaultOutcome::Close(close);
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
        FaultOutcome::Answer(reply)
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

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use hyper::{HeaderMap, Method};

    fn request(method: Method, path: &str) -> Request {
        Request::new(method, path, "x=Y", HeaderMap::new(), Bytes::new())
    }

    #[test]
    fn a_fault_skips_hits_and_is_spent() {
        let mut faults = Faults::default();
        faults
            .add(br#"{"method":"get","pathContains":"/VMs?X=y","skip":1,"times":2,"action":{"status":503}}"#, 0)
            .unwrap();
        let mut hits = || faults.hit(&request(Method::GET, "/a/vms"), 0).is_some();
        assert_eq!([hits(), hits(), hits(), hits()], [false, true, true, false]);
        assert!(faults.hit(&request(Method::PUT, "/a/vms"), 0).is_none());
        assert_eq!((faults.list()[0].matched, faults.list()[0].hit), (3, 2));
    }

    #[test]
    fn one_fault_lets_pass_what_the_next_hits() {
        let mut faults = Faults::default();
        faults
            .add(br#"{"skip":1,"action":{"delayMs":1}}"#, 0)
            .unwrap();
        faults.add(br#"{"action":{"close":"after"}}"#, 0).unwrap();
        let request = request(Method::GET, "/");
        assert!(matches!(
            faults.hit(&request, 0),
            Some(FaultOutcome::Close(Close::After))
        ));
        assert!(matches!(
            faults.hit(&request, 0),
            Some(FaultOutcome::Delay(1))
        ));
        assert!(faults.hit(&request, 0).is_none());
    }

    #[test]
    fn a_fault_is_over_when_its_time_is() {
        let mut faults = Faults::default();
        let text = br#"{"forSeconds":2,"action":{"status":410}}"#;
        faults.add(text, 1_000).unwrap();
        let get = request(Method::GET, "/");
        assert!([1_000, 1_001, 2_999].map(|now| faults.hit(&get, now).is_some()) == [true; 3]);
        assert!(faults.hit(&get, 3_000).is_none());
        let text = br#"{"forSeconds":2,"times":1,"action":{"status":410}}"#;
        faults.add(text, 3_000).unwrap();
        assert!(faults.hit(&get, 3_000).is_some() && faults.hit(&get, 3_000).is_none());
    }

    #[test]
    fn what_is_wrong_is_named() {
        let cases = [
            ("{", "EOF"),
            (r#"{"action":{"status":500},"tmes":2}"#, "tmes"),
            (r#"{"action":{"stats":500}}"#, "stats"),
            (r#"{"times":1}"#, "action"),
            (r#"{"times":0,"action":{"status":500}}"#, "times"),
            (r#"{"action":{}}"#, "exactly one"),
            (r#"{"action":{"status":500,"delayMs":1}}"#, "exactly one"),
            (r#"{"action":{"delayMs":1,"code":"x"}}"#, "status only"),
            (r#"{"action":{"status":99}}"#, "99"),
            (r#"{"action":{"close":"now"}}"#, "now"),
            (r#"{"action":{"status":500,"headers":{"a b":"c"}}}"#, "a b"),
            (
                r#"{"action":{"status":500,"body":"x","code":"y"}}"#,
                "either",
            ),
        ];
        for (text, part) in cases {
            let error = Faults::default().add(text.as_bytes(), 0).unwrap_err();
            assert!(error.contains(part), "{text}: {error}");
        }
    }
}
