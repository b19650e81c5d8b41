//! One error type for all: Azure's code, what happened, to what, and what to do next.

use std::fmt;

use serde::Deserialize;

use super::advice;

/// The result of anything that can fail here.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The kind of an error, as PowerShell's error categories cut them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Category {
    /// No other category fits.
    NotSpecified,
    /// The caller's input breaks a rule; nothing was sent.
    InvalidArgument,
    /// What was named does not exist.
    ObjectNotFound,
    /// Signed in, but not allowed.
    PermissionDenied,
    /// Not signed in, or the sign-in was refused or has run out.
    AuthenticationError,
    /// It exists already, in another form.
    ResourceExists,
    /// Somebody else is changing it.
    ResourceBusy,
    /// Throttled, or over a quota.
    LimitsExceeded,
    /// It did not end in time.
    OperationTimeout,
    /// The endpoint could not be reached.
    ConnectionError,
    /// The endpoint answered with something that is not Azure's.
    InvalidResult,
    /// Cancelled by the caller.
    OperationStopped,
    /// Azure refused the operation, or it failed there.
    InvalidOperation,
}

/// Why something failed. Small to pass around: the details are on the heap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error(Box<Details>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Details {
    category: Category,
    code: String,
    message: String,
    target: String,
    recommendation: String,
    /// "PUT /subscriptions/…": what was asked when it failed.
    request: String,
    status: Option<u16>,
    request_id: String,
    correlation_id: String,
}

impl Error {
    /// An error of the module's own, about `target`.
    pub fn new(category: Category, code: &str, target: &str, message: impl Into<String>) -> Self {
        Self(Box::new(Details {
            category,
            code: code.to_owned(),
            message: message.into(),
            target: target.to_owned(),
            recommendation: String::new(),
            request: String::new(),
            status: None,
            request_id: String::new(),
            correlation_id: String::new(),
        }))
    }

    /// Input that breaks a rule: names the parameter, the value and the rule.
    pub fn invalid(code: &str, parameter: &str, value: &str, rule: &str) -> Self {
        let value = abbreviate(value);
        let message = format!("-{parameter} '{value}' is not valid: {rule}");
        Self::new(Category::InvalidArgument, code, parameter, message)
    }

    /// Input that is needed and was not given.
    pub fn missing(parameter: &str, rule: &str) -> Self {
        let message = format!("-{parameter} is missing: {rule}");
        Self::new(
            Category::InvalidArgument,
            "MissingParameter",
            parameter,
            message,
        )
    }

    /// What ARM answered instead of a success. A body that is not ARM's error form is described
    /// by its status.
    pub fn from_reply(target: &str, status: u16, body: &[u8]) -> Self {
        let (code, message) = match ArmError::read(body) {
            Some(error) => (error.code.clone(), error.told()),
            None => (
                format!("HttpStatus{status}"),
                format!(
                    "The endpoint answered HTTP {status} without an Azure error{}",
                    excerpt(body)
                ),
            ),
        };
        let category = advice::category(status, &code);
        let mut error = Self::new(category, &code, target, message).with_status(status);
        error.0.recommendation = advice::recommendation(status, &code).to_owned();
        error
    }

    /// Adds the HTTP status.
    pub fn with_status(mut self, status: u16) -> Self {
        self.0.status = Some(status);
        self
    }

    /// Adds what to do next, a full sentence.
    pub fn advise(mut self, recommendation: impl Into<String>) -> Self {
        self.0.recommendation = recommendation.into();
        self
    }

    /// Adds what was asked, and Azure's ids of it.
    pub(super) fn during(
        mut self,
        request: String,
        request_id: &str,
        correlation_id: &str,
    ) -> Self {
        self.0.request = request;
        self.0.request_id = request_id.to_owned();
        self.0.correlation_id = correlation_id.to_owned();
        self
    }

    /// Puts words before the message, such as what was being tried.
    pub fn context(mut self, words: &str) -> Self {
        self.0.message = format!("{words}: {}", self.0.message);
        self
    }

    /// The same error under another code.
    pub fn recoded(mut self, code: &str) -> Self {
        self.0.code = code.to_owned();
        self
    }

    /// The same error in other words.
    pub fn reworded(mut self, message: String) -> Self {
        self.0.message = message;
        self
    }

    /// What happened, without advice.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The kind of error.
    pub fn category(&self) -> Category {
        self.0.category
    }

    /// Azure's code, or the module's own where Azure had none.
    pub fn code(&self) -> &str {
        &self.0.code
    }

    /// The resource or the parameter that it is about.
    pub fn target(&self) -> &str {
        &self.0.target
    }

    /// What to do next; empty when there is nothing to say.
    pub fn recommendation(&self) -> &str {
        &self.0.recommendation
    }

    /// The HTTP status, when an answer was the cause.
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// Azure's id of the request.
    pub fn request_id(&self) -> &str {
        &self.0.request_id
    }

    /// Azure's id of the whole operation.
    pub fn correlation_id(&self) -> &str {
        &self.0.correlation_id
    }
}

/// What happened, what to do, and which request it was.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Details {
            message,
            recommendation,
            request,
            status,
            request_id,
            ..
        } = &*self.0;
        f.write_str(message)?;
        if !message.ends_with(['.', '!', '?']) {
            f.write_str(".")?;
        }
        if !recommendation.is_empty() {
            write!(f, " {recommendation}")?;
        }
        if !request.is_empty() {
            write!(f, " [{request}")?;
            if let Some(status) = status {
                write!(f, ": HTTP {status}")?;
            }
            if !request_id.is_empty() {
                write!(f, ", request id {request_id}")?;
            }
            f.write_str("]")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

#[derive(Deserialize)]
struct Envelope {
    error: ArmError,
}

/// ARM's error form; `details` nest.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct ArmError {
    #[serde(default)]
    pub(super) code: String,
    #[serde(default)]
    message: String,
    #[serde(default)]
    details: Vec<ArmError>,
}

impl ArmError {
    /// Reads an error; some services leave the envelope out. Without a code it is none.
    fn read(body: &[u8]) -> Option<Self> {
        let enveloped = serde_json::from_slice(body).map(|Envelope { error }| error);
        let error: Self = enveloped.or_else(|_| serde_json::from_slice(body)).ok()?;
        (!error.code.is_empty()).then_some(error)
    }

    /// The message, with those of the details that say something else.
    pub(super) fn told(&self) -> String {
        let mut text = self.message.trim().to_owned();
        for detail in &self.details {
            let more = detail.told();
            if !more.is_empty() && !text.contains(&more) {
                text = format!("{text} {more}");
            }
        }
        if text.is_empty() {
            text.clone_from(&self.code);
        }
        text
    }
}

/// The first characters of a text answer, so that a proxy's page can be told from Azure.
fn excerpt(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(&body[..body.len().min(600)]);
    let words: Vec<_> = text.split_whitespace().collect();
    match words.join(" ") {
        text if text.is_empty() => String::new(),
        text => format!(": {}", abbreviate(&text)),
    }
}

/// At most 120 characters, so that a message stays a message.
pub(super) fn abbreviate(text: &str) -> String {
    match text.char_indices().nth(120) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nested_details_are_told_once() {
        let body = br#"{"error":{"code":"DeploymentFailed","message":"It failed.","details":[
            {"code":"A","message":"It failed."},{"code":"B","message":"The disk is full."}]}}"#;
        let error = Error::from_reply("vm1", 409, body);
        assert_eq!(error.code(), "DeploymentFailed");
        assert!(
            error
                .to_string()
                .starts_with("It failed. The disk is full.")
        );
    }

    #[test]
    fn an_error_without_its_envelope_is_read() {
        let error = Error::from_reply("x", 400, br#"{"code":"BadRequest","message":"No."}"#);
        assert_eq!((error.code(), error.message()), ("BadRequest", "No."));
    }

    #[test]
    fn a_page_instead_of_an_error_is_described() {
        let error = Error::from_reply("x", 502, b"<html>\n<h1>Bad gateway</h1>");
        assert_eq!(error.code(), "HttpStatus502");
        assert!(error.to_string().contains("<html> <h1>Bad gateway</h1>"));
    }

    proptest::proptest! {
        #[test]
        fn whatever_is_answered_becomes_an_error(body: Vec<u8>, status in 100_u16..1000) {
            let error = Error::from_reply("x", status, &body);
            assert!(!error.to_string().is_empty() && !error.code().is_empty());
        }

        #[test]
        fn an_error_of_any_shape_is_told(code: String, message: String, detail: String) {
            let body = serde_json::json!({"error": {
                "code": code, "message": message, "details": [{"message": detail}],
            }});
            let error = Error::from_reply("x", 400, body.to_string().as_bytes());
            assert!(!error.to_string().is_empty() && !error.code().is_empty());
        }
    }

    #[test]
    fn a_long_value_is_cut_at_a_character() {
        let error = Error::invalid("InvalidName", "Name", &"é".repeat(500), "too long");
        assert!(error.to_string().chars().count() < 200);
    }
}
